package naru.coordination;

import org.apache.kafka.common.protocol.ApiMessage;
import org.jspecify.annotations.Nullable;

import java.util.List;

/**
 * What a shard decided: records to append (all or none), replies to give and effects to bring about
 * when they are committed. If the append fails, none of it has happened and {@code replies} are
 * answered with the storage error instead.
 *
 * @param transaction the open transaction that the records belong to, or null
 * @param held tickets that a later decision answers; they are part of this one only so that they
 *     are answered with the storage error if its append fails
 */
public record Decision(
        List<CoordinatorRecord> records,
        List<Reply> replies,
        List<Effect> effects,
        @Nullable Transaction transaction,
        List<Long> held) {
    public static final Decision NOTHING = new Decision(List.of(), List.of());

    public Decision(List<CoordinatorRecord> records, List<Reply> replies) {
        this(records, replies, List.of(), null, List.of());
    }

    public Decision(
            List<CoordinatorRecord> records,
            List<Reply> replies,
            List<Effect> effects,
            @Nullable Transaction transaction) {
        this(records, replies, effects, transaction, List.of());
    }

    /** Answers the command that carried this ticket. */
    public record Reply(long ticket, ApiMessage response) {}

    /** Something outside of the shard that is to happen, such as writing transaction markers. */
    public interface Effect {}

    /**
     * Whose transaction the records wait for.
     *
     * @param verifiedAt what the host knew of the producer's last transaction in the partition when
     *     the coordinator was asked about this one; the append is refused when that has changed
     */
    public record Transaction(long producerId, short producerEpoch, long verifiedAt) {}
}
