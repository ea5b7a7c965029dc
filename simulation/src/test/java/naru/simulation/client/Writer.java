package naru.simulation.client;

import naru.simulation.check.Violation;

import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.message.InitProducerIdResponseData;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.message.ProduceResponseData.PartitionProduceResponse;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/**
 * Writes to one partition. An idempotent one sends a batch again until it knows that it stands; a
 * plain one never does.
 */
public final class Writer extends Client {
    private static final int MOST_RECORDS = 4;
    private static final int MOST_FILL = 120;

    private final TopicPartition partition;
    private final boolean idempotent;
    private final int keys;
    private long producerId = -1;
    private short epoch = -1;
    private int sequence;
    private int count;

    /**
     * @param keys 0: records have none
     */
    public Writer(
            World world,
            String name,
            int number,
            TopicPartition partition,
            boolean idempotent,
            int keys) {
        super(world, name, number);
        this.partition = partition;
        this.idempotent = idempotent;
        this.keys = keys;
    }

    @Override
    protected void next() {
        if (idempotent && producerId < 0) {
            init();
            return;
        }
        List<String> values = new ArrayList<>();
        List<@Nullable String> keysOfBatch = new ArrayList<>();
        for (int i = world.random().nextInt(MOST_RECORDS); i >= 0; i--) {
            String value = name + ":" + ++count;
            String key = keys == 0 ? null : "k" + world.random().nextInt(keys);
            values.add(value);
            keysOfBatch.add(key);
        }
        send(values, keysOfBatch, "x".repeat(world.random().nextInt(MOST_FILL)));
    }

    private void init() {
        ask(
                Messages.init(null, 1_000),
                4,
                reply -> {
                    if (reply.error() == Errors.NONE) {
                        InitProducerIdResponseData given =
                                reply.as(InitProducerIdResponseData.class);
                        producerId = given.producerId();
                        epoch = given.producerEpoch();
                        sequence = 0;
                    }
                    goOn();
                });
    }

    private void send(List<String> values, List<@Nullable String> keysOfBatch, String fill) {
        SimpleRecord[] all = new SimpleRecord[values.size()];
        for (int i = 0; i < all.length; i++) {
            world.ledger().sent(partition, keysOfBatch.get(i), values.get(i), null);
            all[i] =
                    Messages.record(
                            world.nowMillis(), keysOfBatch.get(i), values.get(i) + " " + fill);
        }
        int life = world.shares().life();
        ask(
                Messages.produce(
                        partition, null, Messages.batch(producerId, epoch, sequence, false, all)),
                Messages.PRODUCE_VERSION,
                reply -> {
                    Errors error = reply.error();
                    if (error == Errors.NONE) {
                        PartitionProduceResponse told =
                                Messages.only(reply.as(ProduceResponseData.class));
                        error = Errors.forCode(told.errorCode());
                        if (error == Errors.NONE) {
                            if (!world.isForgetful() || life == world.shares().life()) {
                                world.ledger().acknowledged(partition, told.baseOffset(), values);
                            }
                            sequence += values.size();
                            goOn();
                            return;
                        }
                    }
                    onError(error, values, keysOfBatch, fill);
                });
    }

    private void onError(
            Errors error, List<String> values, List<@Nullable String> keysOfBatch, String fill) {
        if (world.isForgetful() && error == Errors.NETWORK_EXCEPTION) {
            producerId = -1;
            goOn();
        } else if (error == Errors.OUT_OF_ORDER_SEQUENCE_NUMBER
                || error == Errors.UNKNOWN_PRODUCER_ID
                || error == Errors.INVALID_PRODUCER_EPOCH
                || error == Errors.CORRUPT_MESSAGE) {
            if (!world.isForgetful()) {
                throw new Violation(name + " sends in order and is told " + error);
            }
            producerId = -1;
            goOn();
        } else if (idempotent) {
            again(() -> send(values, keysOfBatch, fill));
        } else {
            goOn();
        }
    }
}
