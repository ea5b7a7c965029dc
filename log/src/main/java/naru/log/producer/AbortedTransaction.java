package naru.log.producer;

/**
 * An entry of a transaction index.
 *
 * @param firstOffset of the transaction's first batch
 * @param lastOffset of its abort marker
 * @param lastStableOffset below it every transaction was decided once the marker stood
 */
public record AbortedTransaction(
        long producerId, long firstOffset, long lastOffset, long lastStableOffset) {}
