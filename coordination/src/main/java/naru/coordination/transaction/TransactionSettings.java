package naru.coordination.transaction;

import java.util.function.ToIntFunction;

/**
 * The settings of transaction coordination, under Kafka's names.
 *
 * @param maxTimeoutMillis longest time-out that a producer may ask for
 * @param idExpirationMillis an id without use for this long is forgotten
 * @param expirationCheckMillis how often such ids are looked for
 */
public record TransactionSettings(
        int maxTimeoutMillis, int idExpirationMillis, int expirationCheckMillis) {
    private static final int DEFAULT_MAX_TIMEOUT = 900_000;
    private static final int DEFAULT_EXPIRATION = 604_800_000;
    private static final int DEFAULT_CHECK = 3_600_000;

    /** Characters of a transactional id. */
    static final int ID_LENGTH = 8_000;

    /** Transactional ids of one shard; one takes some 500 bytes and its partitions. */
    static final int IDS_PER_SHARD = 100_000;

    /** How long the end of a transaction may take before its EndTxn is answered regardless. */
    static final int HELD_MILLIS = 1_000;

    /** After how long a step is tried again that could not be recorded. */
    static final int RETRY_MILLIS = 1_000;

    /** Ids that are forgotten by one decision. */
    static final int EXPIRED_AT_ONCE = 1_000;

    public static TransactionSettings defaults() {
        return new TransactionSettings(DEFAULT_MAX_TIMEOUT, DEFAULT_EXPIRATION, DEFAULT_CHECK);
    }

    /**
     * @param setting gives the value of a setting
     */
    public static TransactionSettings of(ToIntFunction<String> setting) {
        return new TransactionSettings(
                setting.applyAsInt("transaction.max.timeout.ms"),
                setting.applyAsInt("transactional.id.expiration.ms"),
                setting.applyAsInt("transaction.remove.expired.transaction.cleanup.interval.ms"));
    }
}
