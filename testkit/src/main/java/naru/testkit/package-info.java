/**
 * What tests and benchmarks stand on: real brokers as processes, free ports, temporary folders.
 *
 * <p>Used by tests and benchmarks only; knows no production class.
 */
@NullMarked
package naru.testkit;

import org.jspecify.annotations.NullMarked;
