/**
 * Naru beside Apache Kafka on the same machine: starts both, alternates, and prints ratios.
 *
 * <p>Called by {@code dev/benchmark}; knows brokers only as processes and by their wire protocol.
 */
@NullMarked
package naru.benchmarks;

import org.jspecify.annotations.NullMarked;
