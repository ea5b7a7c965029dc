/**
 * A load generator that costs little, because it shares two cores with the broker it measures:
 * requests are encoded once, one thread serves all connections, answers are checked in place.
 *
 * <p>Called by the workloads; knows no product.
 */
@NullMarked
package naru.benchmarks.load;

import org.jspecify.annotations.NullMarked;
