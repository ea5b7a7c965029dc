package naru.simulation.client;

import naru.simulation.check.Transaction;

import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.message.AddOffsetsToTxnRequestData;
import org.apache.kafka.common.message.AddOffsetsToTxnResponseData;
import org.apache.kafka.common.message.AddPartitionsToTxnRequestData;
import org.apache.kafka.common.message.AddPartitionsToTxnRequestData.AddPartitionsToTxnTopic;
import org.apache.kafka.common.message.AddPartitionsToTxnRequestData.AddPartitionsToTxnTopicCollection;
import org.apache.kafka.common.message.AddPartitionsToTxnResponseData;
import org.apache.kafka.common.message.EndTxnRequestData;
import org.apache.kafka.common.message.EndTxnResponseData;
import org.apache.kafka.common.message.InitProducerIdResponseData;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.message.TxnOffsetCommitRequestData;
import org.apache.kafka.common.message.TxnOffsetCommitRequestData.TxnOffsetCommitRequestPartition;
import org.apache.kafka.common.message.TxnOffsetCommitRequestData.TxnOffsetCommitRequestTopic;
import org.apache.kafka.common.message.TxnOffsetCommitResponseData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A transactional producer: writes to several partitions, commits a group's offset with it, ends
 * its transactions, and now and then goes away in the middle and comes back.
 */
public final class TransactionalWriter extends Client {
    private static final int TIMEOUT_MILLIS = 3_000;
    private static final int MOST_STEPS = 5;
    private static final int MOST_TRIES = 12;

    private final List<TopicPartition> partitions;
    private final boolean raisesEpoch;
    private final Map<TopicPartition, Integer> sequences = new HashMap<>();
    private final Map<TopicPartition, Boolean> added = new HashMap<>();
    private long producerId = -1;
    private short epoch = -1;
    private int count;
    private int transactions;
    private long offset;
    private int tries;
    private int stepsLeft;
    private @Nullable Transaction current;

    /**
     * @param raisesEpoch whether it speaks the second version of the protocol (KIP-890)
     */
    public TransactionalWriter(
            World world,
            String name,
            int number,
            List<TopicPartition> partitions,
            boolean raisesEpoch) {
        super(world, name, number);
        this.partitions = partitions;
        this.raisesEpoch = raisesEpoch;
    }

    /** The group whose offset it commits. */
    public String group() {
        return "group-" + name;
    }

    @Override
    protected void next() {
        if (producerId < 0) {
            init();
        } else if (current == null) {
            current = new Transaction(name + " " + ++transactions);
            stepsLeft = 1 + world.random().nextInt(MOST_STEPS);
            added.clear();
            tries = 0;
            next();
        } else if (stepsLeft > 0) {
            stepsLeft--;
            step(current);
        } else {
            finish(current);
        }
    }

    /** Ends between transactions only. */
    @Override
    protected void end() {
        if (current == null) {
            done();
        } else {
            world.after(1, this::next);
        }
    }

    private void step(Transaction transaction) {
        int kind = world.random().nextInt(20);
        if (kind == 0) {
            world.note(name + " goes away in " + transaction);
            giveUp();
        } else if (kind < 5) {
            commitOffset(transaction, ++offset);
        } else {
            TopicPartition partition = partitions.get(world.random().nextInt(partitions.size()));
            List<String> values = new ArrayList<>();
            for (int i = world.random().nextInt(3); i >= 0; i--) {
                String value = name + ":" + ++count;
                values.add(value);
                world.ledger().sent(partition, "key-" + name, value, transaction);
            }
            write(transaction, partition, values);
        }
    }

    private void init() {
        ask(
                Messages.init(name, TIMEOUT_MILLIS),
                4,
                reply -> {
                    if (reply.error() == Errors.NONE) {
                        InitProducerIdResponseData given =
                                reply.as(InitProducerIdResponseData.class);
                        if (given.errorCode() == Errors.NONE.code()) {
                            begin(given.producerId(), given.producerEpoch());
                            goOn();
                            return;
                        }
                    }
                    if (world.isEnding() && ++tries > MOST_TRIES) {
                        end();
                    } else {
                        again(this::next);
                    }
                });
    }

    private void begin(long id, short newEpoch) {
        if (producerId != id || epoch != newEpoch) {
            sequences.clear();
        }
        producerId = id;
        epoch = newEpoch;
    }

    /** Leaves the transaction as it is and begins anew, which fences what it was. */
    private void giveUp() {
        Transaction left = current;
        if (left != null) {
            if (left.fate() == Transaction.Fate.OPEN) {
                left.aborted();
            }
            left.over();
        }
        current = null;
        producerId = -1;
        tries = 0;
        goOn();
    }

    /** After an error: the same again, or something else if that cannot help. */
    private void after(Errors error, Runnable same) {
        boolean lost =
                switch (error) {
                    case PRODUCER_FENCED,
                            INVALID_PRODUCER_EPOCH,
                            INVALID_PRODUCER_ID_MAPPING,
                            INVALID_TXN_STATE,
                            TRANSACTION_ABORTABLE,
                            UNKNOWN_PRODUCER_ID,
                            OUT_OF_ORDER_SEQUENCE_NUMBER ->
                            true;
                    default -> false;
                };
        if (lost || ++tries > MOST_TRIES) {
            giveUp();
        } else {
            again(same);
        }
    }

    // ---- records ----

    private void write(Transaction transaction, TopicPartition partition, List<String> values) {
        if (!raisesEpoch && !added.containsKey(partition)) {
            add(partition, () -> write(transaction, partition, values));
            return;
        }
        SimpleRecord[] all = new SimpleRecord[values.size()];
        for (int i = 0; i < all.length; i++) {
            all[i] = Messages.record(world.nowMillis(), "key-" + name, values.get(i) + " ");
        }
        int sequence = sequences.getOrDefault(partition, 0);
        ask(
                Messages.produce(
                        partition, name, Messages.batch(producerId, epoch, sequence, true, all)),
                raisesEpoch ? Messages.PRODUCE_VERSION : Messages.PRODUCE_VERSION - 1,
                reply -> {
                    Errors error = reply.error();
                    if (error == Errors.NONE) {
                        var told = Messages.only(reply.as(ProduceResponseData.class));
                        error = Errors.forCode(told.errorCode());
                        if (error == Errors.NONE) {
                            world.ledger().acknowledged(partition, told.baseOffset(), values);
                            sequences.put(partition, sequence + values.size());
                            goOn();
                            return;
                        }
                    }
                    after(error, () -> write(transaction, partition, values));
                });
    }

    private void add(TopicPartition partition, Runnable then) {
        AddPartitionsToTxnTopicCollection topics = new AddPartitionsToTxnTopicCollection();
        topics.add(
                new AddPartitionsToTxnTopic()
                        .setName(partition.topic())
                        .setPartitions(List.of(partition.partition())));
        ask(
                new AddPartitionsToTxnRequestData()
                        .setV3AndBelowTransactionalId(name)
                        .setV3AndBelowProducerId(producerId)
                        .setV3AndBelowProducerEpoch(epoch)
                        .setV3AndBelowTopics(topics),
                3,
                reply -> {
                    Errors error = reply.error();
                    if (error == Errors.NONE) {
                        error =
                                Errors.forCode(
                                        reply.as(AddPartitionsToTxnResponseData.class)
                                                .resultsByTopicV3AndBelow()
                                                .iterator()
                                                .next()
                                                .resultsByPartition()
                                                .iterator()
                                                .next()
                                                .partitionErrorCode());
                    }
                    if (error == Errors.NONE) {
                        added.put(partition, true);
                        then.run();
                    } else {
                        after(error, () -> add(partition, then));
                    }
                });
    }

    // ---- offsets ----

    private void commitOffset(Transaction transaction, long wanted) {
        TopicPartition marker = new TopicPartition(group(), 0);
        if (!raisesEpoch && !added.containsKey(marker)) {
            addOffsets(marker, () -> commitOffset(transaction, wanted));
            return;
        }
        world.offsets().asked(group(), wanted, transaction);
        ask(
                new TxnOffsetCommitRequestData()
                        .setTransactionalId(name)
                        .setGroupId(group())
                        .setProducerId(producerId)
                        .setProducerEpoch(epoch)
                        .setTopics(
                                List.of(
                                        new TxnOffsetCommitRequestTopic()
                                                .setName(partitions.getFirst().topic())
                                                .setPartitions(
                                                        List.of(
                                                                new TxnOffsetCommitRequestPartition()
                                                                        .setPartitionIndex(0)
                                                                        .setCommittedOffset(
                                                                                wanted))))),
                raisesEpoch ? 5 : 3,
                reply -> {
                    Errors error = reply.error();
                    if (error == Errors.NONE) {
                        error =
                                Errors.forCode(
                                        reply.as(TxnOffsetCommitResponseData.class)
                                                .topics()
                                                .getFirst()
                                                .partitions()
                                                .getFirst()
                                                .errorCode());
                    }
                    if (error == Errors.NONE) {
                        goOn();
                    } else {
                        after(error, () -> commitOffset(transaction, wanted));
                    }
                });
    }

    private void addOffsets(TopicPartition marker, Runnable then) {
        ask(
                new AddOffsetsToTxnRequestData()
                        .setTransactionalId(name)
                        .setGroupId(group())
                        .setProducerId(producerId)
                        .setProducerEpoch(epoch),
                3,
                reply -> {
                    Errors error = reply.error();
                    if (error == Errors.NONE) {
                        error =
                                Errors.forCode(
                                        reply.as(AddOffsetsToTxnResponseData.class).errorCode());
                    }
                    if (error == Errors.NONE) {
                        added.put(marker, true);
                        then.run();
                    } else {
                        after(error, () -> addOffsets(marker, then));
                    }
                });
    }

    // ---- the end ----

    private void finish(Transaction transaction) {
        boolean commit = world.random().nextInt(3) > 0;
        if (commit) {
            transaction.commitAsked();
        } else {
            transaction.aborted();
        }
        tries = 0;
        end(transaction, commit);
    }

    private void end(Transaction transaction, boolean commit) {
        ask(
                new EndTxnRequestData()
                        .setTransactionalId(name)
                        .setProducerId(producerId)
                        .setProducerEpoch(epoch)
                        .setCommitted(commit),
                raisesEpoch ? 5 : 4,
                reply -> {
                    Errors error = reply.error();
                    if (error == Errors.NONE) {
                        EndTxnResponseData told = reply.as(EndTxnResponseData.class);
                        error = Errors.forCode(told.errorCode());
                        if (error == Errors.NONE) {
                            ended(transaction, commit, told);
                            return;
                        }
                    }
                    after(error, () -> end(transaction, commit));
                });
    }

    private void ended(Transaction transaction, boolean commit, EndTxnResponseData told) {
        if (commit) {
            transaction.committed();
        }
        transaction.over();
        current = null;
        if (raisesEpoch) {
            begin(told.producerId(), told.producerEpoch());
        }
        goOn();
    }
}
