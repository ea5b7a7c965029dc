/**
 * JMH benchmarks of the hot paths in {@code wire} and {@code log}: {@code dev/jmh}.
 *
 * <p>Called by JMH only; what they measure is one call, in one thread, warm.
 */
@NullMarked
package naru.benchmarks.micro;

import org.jspecify.annotations.NullMarked;
