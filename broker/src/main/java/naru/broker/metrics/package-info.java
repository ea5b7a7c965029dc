/**
 * What the broker tells of itself, in Prometheus's naming. Made when asked for; costs nothing else.
 */
@NullMarked
package naru.broker.metrics;

import org.jspecify.annotations.NullMarked;
