/**
 * The share coordinator: what share groups have decided of the records of each partition, kept in
 * {@code __share_group_state} in Kafka's record formats (KIP-932).
 *
 * <p>Called by the broker's share partitions and by the request kinds of brokers. Knows neither
 * members nor who holds a record.
 */
@NullMarked
package naru.coordination.share;

import org.jspecify.annotations.NullMarked;
