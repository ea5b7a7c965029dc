package naru.coordination;

import org.apache.kafka.common.protocol.ApiMessage;
import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/** The decision that is being made: lives for one command or one deadline. */
public final class Draft {
    private final long nowMillis;
    private final List<CoordinatorRecord> records = new ArrayList<>();
    private final List<Decision.Reply> replies = new ArrayList<>();
    private final List<Decision.Effect> effects = new ArrayList<>();
    private final List<Long> held = new ArrayList<>(0);
    private Decision.@Nullable Transaction transaction;

    public Draft(long nowMillis) {
        this.nowMillis = nowMillis;
    }

    public long nowMillis() {
        return nowMillis;
    }

    public void append(CoordinatorRecord record) {
        records.add(record);
    }

    public int recordCount() {
        return records.size();
    }

    /** All records of this decision wait for the end of the transaction. */
    public void within(Decision.Transaction open) {
        transaction = open;
    }

    public void reply(long ticket, ApiMessage response) {
        replies.add(new Decision.Reply(ticket, response));
    }

    /** Is to be brought about once the records are committed. */
    public void effect(Decision.Effect effect) {
        effects.add(effect);
    }

    /** A later decision answers the ticket, unless these records are refused. */
    public void hold(long ticket) {
        held.add(ticket);
    }

    public List<Decision.Reply> replies() {
        return List.copyOf(replies);
    }

    public Decision decision() {
        return records.isEmpty() && replies.isEmpty() && effects.isEmpty()
                ? Decision.NOTHING
                : new Decision(
                        List.copyOf(records),
                        List.copyOf(replies),
                        List.copyOf(effects),
                        transaction,
                        List.copyOf(held));
    }
}
