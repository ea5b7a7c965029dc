/**
 * Hosts the coordinators' pure shards: gives each its log, its clock and its turn.
 *
 * <p>Called by the request kinds of groups, by the partitions when leadership changes, and by the
 * metadata when topics are deleted. Knows no request kind.
 */
@NullMarked
package naru.broker.coordinator;

import org.jspecify.annotations.NullMarked;
