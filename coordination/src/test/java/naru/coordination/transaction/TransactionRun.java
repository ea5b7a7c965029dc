package naru.coordination.transaction;

import static org.assertj.core.api.Assertions.assertThat;

import naru.coordination.CoordinatorRecord;
import naru.coordination.Decision;
import naru.coordination.transaction.TransactionEffect.NeedProducerId;
import naru.coordination.transaction.TransactionEffect.WriteMarkers;

import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.message.AddPartitionsToTxnResponseData;
import org.apache.kafka.common.message.DescribeTransactionsResponseData;
import org.apache.kafka.common.message.EndTxnRequestData;
import org.apache.kafka.common.message.EndTxnResponseData;
import org.apache.kafka.common.message.InitProducerIdRequestData;
import org.apache.kafka.common.message.InitProducerIdResponseData;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.Set;
import java.util.function.LongFunction;

/**
 * A shard with a log and a clock: what the broker does with it, in one thread. Fails when a ticket
 * is answered twice or was never given out.
 */
final class TransactionRun {
    static final String ID = "id";
    static final TopicPartition A = new TopicPartition("a", 0);
    static final TopicPartition B = new TopicPartition("b", 1);
    static final int TIMEOUT = 60_000;

    /** Who produces: what InitProducerId or EndTxn gave last. */
    record Producer(long id, short epoch) {
        Producer(long id, int epoch) {
            this(id, (short) epoch);
        }
    }

    private final List<CoordinatorRecord> log = new ArrayList<>();
    private final Map<Long, ApiMessage> replies = new HashMap<>();
    private final Set<Long> refused = new HashSet<>();
    private final Set<Long> open = new HashSet<>();
    private final List<String> timedOut = new ArrayList<>();
    private final Queue<WriteMarkers> markers = new ArrayDeque<>();
    private TransactionShard shard = shard();
    private long now = 1_000_000;
    private long lastTicket;
    private long nextProducerId = 1_000;
    private int coordinatorEpoch;
    private boolean appendsFail;
    private boolean idsFail;

    TransactionRun() {
        carryOut(shard.onLoaded(now));
    }

    private TransactionShard shard() {
        return new TransactionShard(TransactionSettings.defaults(), coordinatorEpoch++);
    }

    // ---- driving ----

    long send(LongFunction<TransactionCommand> command) {
        long ticket = ++lastTicket;
        open.add(ticket);
        tell(command.apply(ticket));
        return ticket;
    }

    void tell(TransactionCommand command) {
        carryOut(shard.decide(command, now));
        serveDeadlines();
    }

    private void carryOut(Decision decision) {
        if (appendsFail && !decision.records().isEmpty()) {
            decision.replies().forEach(reply -> refuse(reply.ticket()));
            decision.held().forEach(this::refuse);
            return;
        }
        log.addAll(decision.records());
        decision.records().forEach(shard::apply);
        for (Decision.Effect effect : decision.effects()) {
            switch ((TransactionEffect) effect) {
                case WriteMarkers write -> markers.add(write);
                case TransactionEffect.TimedOut(String id, int timeout) -> timedOut.add(id);
                case NeedProducerId need ->
                        tell(
                                idsFail
                                        ? new TransactionCommand.ProducerIdRefused(
                                                need.request(), Errors.COORDINATOR_NOT_AVAILABLE)
                                        : new TransactionCommand.ProducerIdGiven(
                                                need.request(), nextProducerId++));
            }
        }
        for (Decision.Reply reply : decision.replies()) {
            if (!refused.contains(reply.ticket())) {
                assertThat(open.remove(reply.ticket())).as("ticket %s", reply.ticket()).isTrue();
                replies.put(reply.ticket(), reply.response());
            }
        }
    }

    private void refuse(long ticket) {
        open.remove(ticket);
        refused.add(ticket);
    }

    private void serveDeadlines() {
        for (int served = 0; shard.nextDeadlineMillis() <= now; served++) {
            assertThat(served).as("deadlines served at one moment").isLessThan(10_000);
            carryOut(shard.onDeadline(now));
        }
    }

    void pass(long millis) {
        now += millis;
        serveDeadlines();
    }

    long now() {
        return now;
    }

    void appendsFail(boolean fail) {
        appendsFail = fail;
    }

    void idsFail(boolean fail) {
        idsFail = fail;
    }

    @Nullable WriteMarkers nextMarkers() {
        return markers.poll();
    }

    /** Partitions have taken all markers that were asked for. */
    void writeMarkers() {
        for (WriteMarkers write = markers.poll(); write != null; write = markers.poll()) {
            tell(written(write));
        }
    }

    static TransactionCommand.MarkersWritten written(WriteMarkers write) {
        return new TransactionCommand.MarkersWritten(write.transactionalId(), write.round());
    }

    /** The node dies, and another loads the log. Who waited is never answered. */
    void crash() {
        refused.addAll(open);
        open.clear();
        markers.clear();
        appendsFail = false;
        shard = shard();
        log.forEach(shard::apply);
        carryOut(shard.onLoaded(now));
        serveDeadlines();
    }

    // ---- requests ----

    long initLater(String id, Producer expected) {
        InitProducerIdRequestData request =
                new InitProducerIdRequestData()
                        .setTransactionalId(id)
                        .setTransactionTimeoutMs(TIMEOUT)
                        .setProducerId(expected.id())
                        .setProducerEpoch(expected.epoch());
        return send(ticket -> new TransactionCommand.InitProducerId(ticket, request));
    }

    InitProducerIdResponseData init(Producer expected) {
        return reply(initLater(ID, expected), InitProducerIdResponseData.class);
    }

    Producer init() {
        InitProducerIdResponseData response = init(new Producer(-1, -1));
        assertThat(Errors.forCode(response.errorCode())).isEqualTo(Errors.NONE);
        return new Producer(response.producerId(), response.producerEpoch());
    }

    Errors add(Producer producer, int version, TopicPartition... partitions) {
        return ask(producer, false, version, partitions);
    }

    Errors verify(Producer producer, TopicPartition... partitions) {
        return ask(producer, true, 0, partitions);
    }

    private Errors ask(
            Producer producer, boolean verify, int version, TopicPartition... partitions) {
        long ticket =
                send(t ->
                        new TransactionCommand.AddPartitions(
                                t,
                                ID,
                                producer.id(),
                                producer.epoch(),
                                Set.of(partitions),
                                verify,
                                (short) version));
        if (refused.contains(ticket)) {
            return Errors.KAFKA_STORAGE_ERROR;
        }
        return Errors.forCode(
                reply(ticket, AddPartitionsToTxnResponseData.class)
                        .resultsByTransaction()
                        .find(ID)
                        .topicResults()
                        .iterator()
                        .next()
                        .resultsByPartition()
                        .iterator()
                        .next()
                        .partitionErrorCode());
    }

    long endLater(Producer producer, boolean commit, int version) {
        EndTxnRequestData request =
                new EndTxnRequestData()
                        .setTransactionalId(ID)
                        .setProducerId(producer.id())
                        .setProducerEpoch(producer.epoch())
                        .setCommitted(commit);
        return send(ticket -> new TransactionCommand.EndTxn(ticket, (short) version, request));
    }

    /** Ends, and has the markers written. */
    EndTxnResponseData end(Producer producer, boolean commit, int version) {
        long ticket = endLater(producer, commit, version);
        writeMarkers();
        return reply(ticket, EndTxnResponseData.class);
    }

    boolean isAnswered(long ticket) {
        return replies.containsKey(ticket);
    }

    boolean isRefused(long ticket) {
        return refused.contains(ticket);
    }

    boolean isWaiting(long ticket) {
        return open.contains(ticket);
    }

    <R extends ApiMessage> R reply(long ticket, Class<R> kind) {
        return kind.cast(Objects.requireNonNull(replies.get(ticket)));
    }

    Errors error(long ticket) {
        return Errors.forCode(
                switch (replies.get(ticket)) {
                    case InitProducerIdResponseData init -> init.errorCode();
                    case EndTxnResponseData end -> end.errorCode();
                    case null -> throw new AssertionError("not answered");
                    case ApiMessage other -> throw new AssertionError(other);
                });
    }

    DescribeTransactionsResponseData.TransactionState described() {
        long ticket = send(t -> new TransactionCommand.DescribeTransaction(t, ID));
        return reply(ticket, DescribeTransactionsResponseData.class).transactionStates().getFirst();
    }

    /** Ids of which it was told that their time was over. */
    List<String> timedOut() {
        return timedOut;
    }

    String state() {
        return described().transactionState();
    }

    List<CoordinatorRecord> log() {
        return log;
    }
}
