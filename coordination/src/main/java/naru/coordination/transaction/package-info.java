/**
 * Transactional producers and their transactions, as a pure shard of {@code __transaction_state}.
 *
 * <p>Called by the broker, which writes records and markers and gives out producer ids. Knows no
 * partition's log, no thread and no clock. Source: KIP-98, 360, 664, 890, 994.
 */
@NullMarked
package naru.coordination.transaction;

import org.jspecify.annotations.NullMarked;
