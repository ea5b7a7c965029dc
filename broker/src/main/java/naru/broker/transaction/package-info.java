/**
 * What transactions need outside of their coordinator's shard: markers in partitions, producer ids,
 * and the question whether a partition belongs to a transaction.
 *
 * <p>Called by the coordinator when a decision is recorded, and by request kinds. Knows no request.
 */
@NullMarked
package naru.broker.transaction;

import org.jspecify.annotations.NullMarked;
