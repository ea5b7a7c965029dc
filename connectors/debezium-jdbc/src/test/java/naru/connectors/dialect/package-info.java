/** Debezium's JDBC sink with our dialects, against real databases. */
@NullMarked
package naru.connectors.dialect;

import org.jspecify.annotations.NullMarked;
