/**
 * The rows of the table: what is done to a broker, and what is measured meanwhile.
 *
 * <p>Called by the run; knows products by {@link naru.benchmarks.workload.Product} only.
 */
@NullMarked
package naru.benchmarks.workload;

import org.jspecify.annotations.NullMarked;
