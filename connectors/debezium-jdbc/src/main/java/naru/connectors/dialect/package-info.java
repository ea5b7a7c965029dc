/**
 * What Debezium's JDBC sink lacks for SQLite and H2: the statement that inserts a row or replaces
 * it, and how a column is added. It finds the dialects as services.
 */
@NullMarked
package naru.connectors.dialect;

import org.jspecify.annotations.NullMarked;
