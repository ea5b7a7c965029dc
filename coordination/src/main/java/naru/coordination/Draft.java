package naru.coordination;

import org.apache.kafka.common.protocol.ApiMessage;

import java.util.ArrayList;
import java.util.List;

/** The decision that is being made: lives for one command or one deadline. */
public final class Draft {
    private final long nowMillis;
    private final List<CoordinatorRecord> records = new ArrayList<>();
    private final List<Decision.Reply> replies = new ArrayList<>();
    private final List<Decision.Effect> effects = new ArrayList<>();

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

    public void reply(long ticket, ApiMessage response) {
        replies.add(new Decision.Reply(ticket, response));
    }

    public void bringAbout(Decision.Effect effect) {
        effects.add(effect);
    }

    public List<Decision.Reply> replies() {
        return List.copyOf(replies);
    }

    public Decision decision() {
        return records.isEmpty() && replies.isEmpty() && effects.isEmpty()
                ? Decision.NOTHING
                : new Decision(
                        List.copyOf(records), List.copyOf(replies), List.copyOf(effects), null);
    }
}
