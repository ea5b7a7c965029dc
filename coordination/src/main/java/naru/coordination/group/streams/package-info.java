/**
 * Streams groups (KIP-1071): topologies and their internal topics, tasks and who has them,
 * heartbeats, targets and reconciliation. Called by the shard of groups. Partition counts,
 * co-partitioning and the assignment of tasks are Kafka's own functions.
 */
@NullMarked
package naru.coordination.group.streams;

import org.jspecify.annotations.NullMarked;
