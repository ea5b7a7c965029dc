package naru.broker.api;

import naru.broker.config.RecordPolicy;
import naru.broker.config.RecordPolicy.Reaction;
import naru.broker.enforce.EnforcementCounts;
import naru.broker.enforce.RecordGate;
import naru.broker.enforce.Verdict;
import naru.broker.partition.CommitListener;
import naru.broker.partition.Partition;
import naru.broker.transport.Request;
import naru.broker.transport.Timeout;
import naru.log.AppendOutcome;
import naru.log.AppendOutcome.RecordError;
import naru.log.Origin;
import naru.log.PartitionLog;
import naru.wire.BatchCheck;
import naru.wire.RecordBatchLayout;

import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.message.ProduceResponseData.PartitionProduceResponse;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;

/**
 * The batches of one produce request whose topics demand something of their records. Each is stored
 * as it is, stored without some of its records when those stand elsewhere, or refused; some only
 * after a while, in which the connection reads no further request.
 *
 * <p>Threads: the request's loop. Memory: batches that wait are copied, and counted with the frames
 * that are held.
 */
final class CheckedBatches {
    private final Request request;
    private final RecordGate gate;
    private final Then then;
    private final Set<Item> open = Collections.newSetFromMap(new IdentityHashMap<>());
    private @Nullable Runnable whenAllAre;
    private @Nullable Timeout timeout;
    private boolean over;

    /** What is done with a batch. */
    interface Then {
        /** The batch may be appended, as far as its records go. */
        void append(
                Partition partition,
                ByteBuffer batch,
                Origin origin,
                PartitionProduceResponse reply);

        /** The log has decided already. */
        void outcome(Partition partition, AppendOutcome outcome, PartitionProduceResponse reply);
    }

    private record Item(
            Partition partition,
            RecordPolicy policy,
            ByteBuffer bytes,
            PartitionProduceResponse reply) {
        private TopicPartition name() {
            return partition.topicPartition();
        }

        private Item copied() {
            ByteBuffer copy = ByteBuffer.allocate(bytes.remaining()).put(bytes.duplicate());
            return new Item(partition, policy, copy.flip(), reply);
        }

        private boolean transactional() {
            return RecordBatchLayout.isTransactional(
                    RecordBatchLayout.attributes(bytes, bytes.position()));
        }

        /** Who sent it; empty for a producer without an id. */
        private String producer() {
            int at = bytes.position();
            long id = RecordBatchLayout.producerId(bytes, at);
            return id == RecordBatchLayout.NO_PRODUCER_ID
                    ? ""
                    : "%d/%d/%d"
                            .formatted(
                                    id,
                                    RecordBatchLayout.producerEpoch(bytes, at),
                                    RecordBatchLayout.baseSequence(bytes, at));
        }
    }

    CheckedBatches(Request request, RecordGate gate, Then then) {
        this.request = request;
        this.gate = gate;
        this.then = then;
    }

    /** Takes a batch whose header is there. */
    void add(
            Partition partition,
            RecordPolicy policy,
            ByteBuffer bytes,
            PartitionProduceResponse reply) {
        Item item = new Item(partition, policy, bytes, reply);
        if (policy.reaction() == Reaction.WARN) {
            gate.enforcement().observe(item.name(), policy, bytes, clientId());
            then.append(partition, bytes, Origin.CLIENT, reply);
            return;
        }
        Verdict verdict = gate.enforcement().now(item.name(), policy, bytes);
        if (verdict != null) {
            settle(item, verdict);
        } else if (request.retain(bytes.remaining())) {
            Item kept = item.copied();
            open.add(kept);
            gate.enforcement()
                    .later(
                            kept.name(),
                            policy,
                            kept.bytes(),
                            found -> request.onLoop(() -> guarded(() -> arrived(kept, found))));
        } else {
            noMemory(item);
        }
    }

    private void noMemory(Item item) {
        refuse(
                item,
                Errors.NOT_ENOUGH_REPLICAS,
                "memory for requests that wait is short; try again");
    }

    private String clientId() {
        return String.valueOf(request.header().clientId());
    }

    private void guarded(Runnable task) {
        if (over) {
            return;
        }
        try {
            task.run();
        } catch (RuntimeException bug) {
            over = true;
            request.fail(bug);
        }
    }

    private void arrived(Item item, Verdict verdict) {
        open.remove(item);
        settle(item, verdict);
        goOnWhenAllAre();
    }

    private void settle(Item item, Verdict verdict) {
        switch (verdict) {
            case Verdict.Sound sound -> append(item, item.bytes(), Origin.CLIENT);
            case Verdict.Unsound(BatchCheck.Broken why) ->
                    outcome(
                            item,
                            new AppendOutcome.Refused(
                                    why.error(), why.message(), told(why.records())));
            case Verdict.Undecided(String reason) -> {
                if (!foreseen(item)) {
                    counts(item).unchecked(reason);
                    refuse(
                            item,
                            Errors.REQUEST_TIMED_OUT,
                            "records of %s cannot be held against their schemas now: %s; try again"
                                    .formatted(item.name().topic(), reason));
                }
            }
            case Verdict.Bad bad -> {
                if (!foreseen(item)) {
                    bad(item, bad);
                }
            }
        }
    }

    /** Whether the log answers by itself: it has the batch, or its turn is not now. */
    private boolean foreseen(Item item) {
        if (item.transactional()) {
            return false;
        }
        PartitionLog log = item.partition().ledLog();
        AppendOutcome outcome =
                log == null ? AppendOutcome.EPOCH_OVER : log.foreseen(item.bytes().duplicate());
        if (outcome == null) {
            return false;
        }
        outcome(item, outcome);
        return true;
    }

    private void bad(Item item, Verdict.Bad bad) {
        if (item.policy().reaction() == Reaction.REJECT) {
            reject(item, bad, bad.message());
        } else if (item.transactional()) {
            reject(
                    item,
                    bad,
                    bad.message()
                            + ". A transaction is seen all or none, so nothing of it is put aside");
        } else {
            putAside(item, bad);
        }
    }

    private void reject(Item item, Verdict.Bad bad, String message) {
        counts(item).bad(Reaction.REJECT, item.name(), bad, clientId());
        outcome(
                item,
                new AppendOutcome.Refused(Errors.INVALID_RECORD, message, told(bad.errors())));
    }

    private static List<RecordError> told(List<BatchCheck.RecordError> errors) {
        return errors.stream().map(each -> new RecordError(each.index(), each.message())).toList();
    }

    private void putAside(Item item, Verdict.Bad bad) {
        List<ByteBuffer> aside = gate.quarantine().batches(item.name(), bad, item.producer());
        ByteBuffer rest = bad.records().without(bad.bad());
        int bytes = rest.remaining() + aside.stream().mapToInt(ByteBuffer::remaining).sum();
        if (!request.retain(bytes)) {
            noMemory(item);
            return;
        }
        open.add(item);
        gate.quarantine().put(item.name(), item.policy(), aside, new Aside(item, bad, rest));
    }

    /** Waits for what is put aside. */
    private final class Aside implements CommitListener {
        private final Item item;
        private final Verdict.Bad bad;
        private final ByteBuffer rest;

        Aside(Item item, Verdict.Bad bad, ByteBuffer rest) {
            this.item = item;
            this.bad = bad;
            this.rest = rest;
        }

        @Override
        public void onCommitted() {
            settleOnLoop(() -> {
                counts(item).bad(Reaction.QUARANTINE, item.name(), bad, clientId());
                append(item, rest, Origin.FILTERED_CLIENT);
            });
        }

        @Override
        public void onLost(Errors error, String message) {
            String told = "bad records cannot be put aside: " + message;
            settleOnLoop(() -> {
                if (error.exception() instanceof RetriableException) {
                    refuse(item, Errors.REQUEST_TIMED_OUT, told + "; try again");
                } else {
                    reject(item, bad, bad.message() + "; " + told);
                }
            });
        }

        private void settleOnLoop(Runnable settle) {
            request.onLoop(() ->
                    guarded(() -> {
                        open.remove(item);
                        settle.run();
                        goOnWhenAllAre();
                    }));
        }
    }

    private EnforcementCounts.OfTopic counts(Item item) {
        return gate.enforcement().counts().of(item.name().topic());
    }

    private void append(Item item, ByteBuffer bytes, Origin origin) {
        then.append(item.partition(), bytes, origin, item.reply());
    }

    private void refuse(Item item, Errors error, String message) {
        outcome(item, new AppendOutcome.Refused(error, message));
    }

    private void outcome(Item item, AppendOutcome outcome) {
        then.outcome(item.partition(), outcome, item.reply());
    }

    /** Whether some are not settled yet. */
    boolean waits() {
        return !open.isEmpty();
    }

    /**
     * Goes on when all are settled.
     *
     * @param timeoutMillis after which those that are not are refused
     */
    void whenSettled(int timeoutMillis, Runnable goOn) {
        whenAllAre = goOn;
        timeout = request.after(Math.max(1, timeoutMillis), () -> guarded(this::late));
    }

    private void late() {
        over = true;
        for (Item item : open) {
            refuse(
                    item,
                    Errors.REQUEST_TIMED_OUT,
                    "records were still held against their schemas when the request's time was"
                            + " over; try again");
        }
        open.clear();
        goOnWhenAllAre();
    }

    private void goOnWhenAllAre() {
        Runnable goOn = whenAllAre;
        if (open.isEmpty() && goOn != null) {
            if (timeout != null) {
                timeout.cancel();
            }
            goOn.run();
        }
    }
}
