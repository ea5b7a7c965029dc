package naru.coordination.transaction;

import naru.coordination.CoordinatorRecord;
import naru.coordination.Decision;

import org.apache.kafka.common.protocol.ApiMessage;

import java.util.ArrayList;
import java.util.List;

/** The decision that is being made: lives for one command or one deadline. */
final class Draft {
    private final long nowMillis;
    private final int coordinatorEpoch;
    private final List<CoordinatorRecord> records = new ArrayList<>(1);
    private final List<Decision.Reply> replies = new ArrayList<>(1);
    private final List<Decision.Effect> effects = new ArrayList<>(1);
    private final List<Long> held = new ArrayList<>(1);

    Draft(long nowMillis, int coordinatorEpoch) {
        this.nowMillis = nowMillis;
        this.coordinatorEpoch = coordinatorEpoch;
    }

    long nowMillis() {
        return nowMillis;
    }

    void append(CoordinatorRecord record) {
        records.add(record);
    }

    void append(String transactionalId, Transaction next) {
        append(TransactionRecord.encode(transactionalId, next));
    }

    /** Asks for the markers of a transaction whose end is recorded, now or long ago. */
    void writeMarkers(Entry entry, Transaction prepared) {
        effects.add(
                new TransactionEffect.WriteMarkers(
                        entry.id(),
                        entry.nextRound(),
                        prepared.producerId(),
                        prepared.producerEpoch(),
                        prepared.partitions(),
                        prepared.is(TransactionStatus.PREPARE_COMMIT),
                        coordinatorEpoch,
                        prepared.clientVersion()));
    }

    /** Has it told that the transaction is aborted because its time is over. */
    void tellTimedOut(Entry entry) {
        effects.add(
                new TransactionEffect.TimedOut(entry.id(), entry.transaction().timeoutMillis()));
    }

    void reply(long ticket, ApiMessage response) {
        replies.add(new Decision.Reply(ticket, response));
    }

    /** The request goes on when it is given a producer id. */
    void needProducerId(TransactionCommand.Asked request) {
        hold(request.ticket());
        effects.add(new TransactionEffect.NeedProducerId(request));
    }

    void hold(long ticket) {
        held.add(ticket);
    }

    Decision decision() {
        return new Decision(records, replies, effects, null, held);
    }
}
