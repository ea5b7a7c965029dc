package naru.coordination.group;

import naru.coordination.CoordinatorRecord;
import naru.coordination.Decision;

import org.apache.kafka.common.protocol.ApiMessage;
import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/** The decision that is being made: lives for one command or one deadline. */
final class Draft {
    private final long nowMillis;
    private final List<CoordinatorRecord> records = new ArrayList<>();
    private final List<Decision.Reply> replies = new ArrayList<>();
    private Decision.@Nullable Transaction transaction;

    Draft(long nowMillis) {
        this.nowMillis = nowMillis;
    }

    long nowMillis() {
        return nowMillis;
    }

    void append(CoordinatorRecord record) {
        records.add(record);
    }

    int recordCount() {
        return records.size();
    }

    /** All records of this decision wait for the end of the transaction. */
    void within(Decision.Transaction open) {
        transaction = open;
    }

    void reply(long ticket, ApiMessage response) {
        replies.add(new Decision.Reply(ticket, response));
    }

    List<Decision.Reply> replies() {
        return List.copyOf(replies);
    }

    Decision decision() {
        return records.isEmpty() && replies.isEmpty()
                ? Decision.NOTHING
                : new Decision(List.copyOf(records), List.copyOf(replies), List.of(), transaction);
    }
}
