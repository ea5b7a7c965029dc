/**
 * SQLite for Debezium's JDBC sink, which knows larger databases only.
 *
 * <p>Found by Debezium as a service; knows Debezium's sink and Hibernate, nothing of Naru.
 */
@NullMarked
package naru.connectors.sqlite;

import org.jspecify.annotations.NullMarked;
