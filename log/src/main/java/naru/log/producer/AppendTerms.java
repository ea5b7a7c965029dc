package naru.log.producer;

/**
 * What is known of the transaction to which an append belongs, beside the batch.
 *
 * @param verifiedAt the producer's last marker in this log, as {@link ProducerStates#lastMarker}
 *     told it before the transaction's coordinator was asked; a transaction is only opened if it is
 *     still the last (KIP-890)
 * @param markerVersion transaction version of the coordinator that writes a marker; from 2 on a
 *     marker carries a larger epoch than the transaction's batches
 */
public record AppendTerms(long verifiedAt, int markerVersion) {
    private static final long NEVER = -2;

    /** No coordinator was asked: may go on with a transaction and open none. */
    public static final AppendTerms UNVERIFIED = new AppendTerms(NEVER, 0);

    public static AppendTerms verified(long verifiedAt) {
        return new AppendTerms(verifiedAt, 0);
    }

    public static AppendTerms marker(int markerVersion) {
        return new AppendTerms(NEVER, markerVersion);
    }
}
