/**
 * Faults done to a cluster of real processes while clients write, copy in transactions and read,
 * and the examination of what is left: every acknowledged record once, in order, on all replicas.
 *
 * <p>{@link FaultRounds} drives; {@link Load} is the clients; {@link History} is what they were
 * told; {@link ReplicaLog} is what a node has on its disk; {@link Examination} compares the two and
 * knows no fault.
 */
@NullMarked
package naru.testkit.faults;

import org.jspecify.annotations.NullMarked;
