package naru.log.producer;

/**
 * A transaction that a marker has just ended.
 *
 * @param lastOffset offset of the marker
 * @param lastStableOffset below it every transaction was decided once the marker stood
 */
public record CompletedTransaction(
        long producerId,
        long firstOffset,
        long lastOffset,
        long lastStableOffset,
        boolean aborted) {

    /** What the transaction index keeps of an aborted one. */
    public AbortedTransaction asAborted() {
        return new AbortedTransaction(producerId, firstOffset, lastOffset, lastStableOffset);
    }
}
