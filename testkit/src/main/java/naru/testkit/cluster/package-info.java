/**
 * Clusters of real processes: several nodes, each in a network namespace of its own where the
 * machine permits it, so that the ways between them can be cut.
 *
 * <p>Used by tests and by the driver of faults.
 */
@NullMarked
package naru.testkit.cluster;

import org.jspecify.annotations.NullMarked;
