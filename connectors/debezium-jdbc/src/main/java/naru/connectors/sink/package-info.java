/**
 * The JDBC sink as people configure it: Debezium's, with a validation that says what is wrong
 * before the first record comes. Called by Connect's worker; knows no task.
 */
@NullMarked
package naru.connectors.sink;

import org.jspecify.annotations.NullMarked;
