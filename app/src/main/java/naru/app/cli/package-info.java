/**
 * The commands that work on a running cluster or on its files, one file per command group.
 *
 * <p>All of them are Kafka clients and work against any Kafka cluster. Called by picocli; each
 * method with {@code @Command} answers the exit code.
 */
@NullMarked
package naru.app.cli;

import org.jspecify.annotations.NullMarked;
