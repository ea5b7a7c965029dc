/** Debezium's capture of PostgreSQL's changes, against a real server. */
@NullMarked
package naru.connectors.capture;

import org.jspecify.annotations.NullMarked;
