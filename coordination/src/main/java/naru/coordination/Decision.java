package naru.coordination;

import org.apache.kafka.common.protocol.ApiMessage;

import java.util.List;

/**
 * What a shard decided: records to append (all or none), and replies to give when they are
 * committed. If the append fails, none of it has happened and {@code replies} are answered with the
 * storage error instead.
 */
public record Decision(List<CoordinatorRecord> records, List<Reply> replies) {
    public static final Decision NOTHING = new Decision(List.of(), List.of());

    /** Answers the command that carried this ticket. */
    public record Reply(long ticket, ApiMessage response) {}
}
