package naru.simulation.client;

import naru.simulation.check.Ledger.Seen;
import naru.simulation.check.Violation;

import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchRequestData.FetchPartition;
import org.apache.kafka.common.message.FetchRequestData.FetchTopic;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;

import java.util.ArrayList;
import java.util.List;

/** Reads one partition from its start on, in small pieces. */
public final class Reader extends Client {
    private static final int VERSION = 12;
    private static final int FINAL_EPOCH = -1;
    private static final int MOST_BYTES = 2_000;
    private static final int MOST_WAIT_MILLIS = 30;

    private final TopicPartition partition;
    private final boolean committedOnly;
    private final boolean dense;
    private final List<Seen> all = new ArrayList<>();
    private long position;
    private long lastSeen = -1;
    private boolean reading;

    /**
     * @param dense whether no offset may be missing
     */
    public Reader(
            World world,
            String name,
            int number,
            TopicPartition partition,
            boolean committedOnly,
            boolean dense) {
        super(world, name, number);
        this.partition = partition;
        this.committedOnly = committedOnly;
        this.dense = dense;
    }

    public TopicPartition partition() {
        return partition;
    }

    public boolean isCommittedOnly() {
        return committedOnly;
    }

    /** What it has read so far. */
    public List<Seen> all() {
        return all;
    }

    /** Begins anew. */
    public void rewind() {
        position = 0;
        lastSeen = -1;
        all.clear();
    }

    /** Reads a piece more, unless it is just reading. */
    public void readOn() {
        if (!reading) {
            reading = true;
            fetch();
        }
    }

    @Override
    protected void next() {
        fetch();
    }

    @Override
    protected void end() {
        reading = false;
        done();
    }

    private void fetch() {
        long asked = position;
        FetchRequestData body =
                new FetchRequestData()
                        .setMaxWaitMs(world.random().nextInt(MOST_WAIT_MILLIS))
                        .setMinBytes(1)
                        .setMaxBytes(1 << 20)
                        .setIsolationLevel((byte) (committedOnly ? 1 : 0))
                        .setSessionEpoch(FINAL_EPOCH)
                        .setTopics(
                                List.of(
                                        new FetchTopic()
                                                .setTopic(partition.topic())
                                                .setPartitions(
                                                        List.of(
                                                                new FetchPartition()
                                                                        .setPartition(
                                                                                partition
                                                                                        .partition())
                                                                        .setFetchOffset(asked)
                                                                        .setPartitionMaxBytes(
                                                                                1
                                                                                        + world.random()
                                                                                                .nextInt(
                                                                                                        MOST_BYTES))))));
        int life = world.shares().life();
        ask(
                body,
                VERSION,
                reply -> {
                    if (position != asked
                            || (world.isForgetful() && life != world.shares().life())) {
                        again(this::next);
                    } else if (reply.error() == Errors.NONE) {
                        take(
                                reply.as(FetchResponseData.class)
                                        .responses()
                                        .getFirst()
                                        .partitions()
                                        .getFirst());
                    } else {
                        again(this::next);
                    }
                });
    }

    private void take(PartitionData data) {
        Errors error = Errors.forCode(data.errorCode());
        if (error == Errors.OFFSET_OUT_OF_RANGE) {
            outOfRange();
            return;
        }
        if (error != Errors.NONE) {
            again(this::next);
            return;
        }
        checkOffsets(data);
        Records records =
                Records.of(
                        (MemoryRecords) data.records(),
                        position,
                        committedOnly ? data.abortedTransactions() : List.of());
        if (dense && records.hole() >= 0) {
            throw new Violation(
                    "%s: %s has a hole at %d, read from %d on: %s"
                            .formatted(name, partition, records.hole(), position, records));
        }
        for (Seen seen : records.seen()) {
            if (seen.offset() <= lastSeen) {
                throw new Violation(
                        name + ": " + partition + " goes back to " + seen + " from " + lastSeen);
            }
            lastSeen = seen.offset();
            world.ledger().seen(partition, seen, committedOnly);
            all.add(seen);
        }
        position =
                records.next() > position
                        ? records.next()
                        : world.ledger().behindHole(partition, position);
        goOn();
    }

    private void checkOffsets(PartitionData data) {
        long start = data.logStartOffset();
        long stable = data.lastStableOffset();
        if (start > stable || stable > data.highWatermark()) {
            throw new Violation(
                    "%s: log start %d, last stable offset %d, high watermark %d"
                            .formatted(partition, start, stable, data.highWatermark()));
        }
    }

    private void outOfRange() {
        long start = world.logStart(partition);
        if (position >= start && !world.isForgetful()) {
            throw new Violation(
                    "%s: %s does not know offset %d, which was there; it begins at %d"
                            .formatted(name, partition, position, start));
        }
        if (position >= start) {
            rewind();
        }
        position = Math.max(position, start);
        again(this::next);
    }

    /** Whether it has read all that it may. */
    public boolean hasReached(long offset) {
        return position >= offset;
    }
}
