package naru.coordination.transaction;

import java.util.Arrays;
import java.util.Optional;

/**
 * Where a transactional id stands. Numbers and names are Kafka's.
 *
 * <pre>
 *   EMPTY ──▶ ONGOING ──▶ PREPARE_COMMIT ──▶ COMPLETE_COMMIT ──▶ ONGOING, EMPTY
 *     └──────────┴──────▶ PREPARE_ABORT ───▶ COMPLETE_ABORT ───▶ ONGOING, EMPTY
 * </pre>
 */
enum TransactionStatus {
    /** A producer has its id and has begun nothing. */
    EMPTY(0, "Empty"),
    ONGOING(1, "Ongoing"),
    /** It is decided and durable that the transaction commits; markers are being written. */
    PREPARE_COMMIT(2, "PrepareCommit"),
    PREPARE_ABORT(3, "PrepareAbort"),
    COMPLETE_COMMIT(4, "CompleteCommit"),
    COMPLETE_ABORT(5, "CompleteAbort"),
    /** Kafka's name for an id that is being forgotten; never recorded here. */
    DEAD(6, "Dead"),
    /** Kafka's name for an epoch that is being fenced; never recorded. */
    PREPARE_EPOCH_FENCE(7, "PrepareEpochFence");

    private final byte id;
    private final String title;

    TransactionStatus(int id, String title) {
        this.id = (byte) id;
        this.title = title;
    }

    byte id() {
        return id;
    }

    /** As clients are told it. */
    String title() {
        return title;
    }

    boolean isPrepared() {
        return this == PREPARE_COMMIT || this == PREPARE_ABORT;
    }

    boolean isComplete() {
        return this == COMPLETE_COMMIT || this == COMPLETE_ABORT;
    }

    static TransactionStatus ofId(byte id) {
        return Arrays.stream(values())
                .filter(status -> status.id == id)
                .findFirst()
                .orElseThrow(
                        () -> new IllegalArgumentException("no transaction has the status " + id));
    }

    static Optional<TransactionStatus> ofTitle(String title) {
        return Arrays.stream(values()).filter(status -> status.title.equals(title)).findFirst();
    }
}
