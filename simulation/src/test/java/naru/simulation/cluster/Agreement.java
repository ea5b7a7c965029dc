package naru.simulation.cluster;

import naru.broker.partition.Partition;
import naru.broker.partition.Standing;
import naru.log.EpochEnd;
import naru.log.LogSlice;
import naru.log.PartitionLog;
import naru.log.ReadOutcome;
import naru.simulation.check.Violation;
import naru.simulation.node.SimulatedNode;

import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MutableRecordBatch;
import org.apache.kafka.common.record.internal.Record;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Looks into the replicas' logs after every event, apart from who replicates. What stands below any
 * replica's high watermark is committed, and is the same on all for good; a leader has all of it
 * when its epoch begins; no high watermark falls while a broker runs, and nothing below it is cut;
 * and what one epoch has at an offset is one thing everywhere, as only one leader appends in it.
 */
final class Agreement {
    private static final int PIECE_BYTES = 1 << 20;

    private final Cluster cluster;
    private final Map<TopicPartition, Truth> truths = new HashMap<>();

    /** A record, as far as replicas must have the same. */
    private record Copy(int epoch, int digest, String shown) {}

    private record Place(long offset, int epoch) {}

    /** All that is known of one partition. */
    private static final class Truth {
        final TreeMap<Long, Copy> committed = new TreeMap<>();
        final Map<Place, Copy> written = new HashMap<>();
        final Map<Integer, Mirror> mirrors = new HashMap<>();
    }

    /** What one replica had when it was last looked at. */
    private static final class Mirror {
        final PartitionLog log;
        final TreeMap<Long, Copy> records = new TreeMap<>();
        long end;
        long highWatermark;
        long committedTo;
        int reign = -1;

        Mirror(PartitionLog log) {
            this.log = log;
            this.end = log.logStartOffset();
            this.committedTo = end;
        }

        /** What stands below has gone, be it that the log begins anew. */
        void startsAt(long start) {
            records.headMap(start).clear();
            committedTo = Math.max(committedTo, start);
        }
    }

    Agreement(Cluster cluster) {
        this.cluster = cluster;
        for (TopicPartition partition : cluster.controller().newest().partitions()) {
            truths.put(partition, new Truth());
        }
    }

    void look() {
        for (Machine machine : cluster.machines()) {
            SimulatedNode node = machine.node();
            if (node != null) {
                for (Partition partition : node.partitions().all()) {
                    PartitionLog log = partition.log();
                    if (log != null && !log.isClosed()) {
                        look(machine.id(), partition, log);
                    }
                }
            }
        }
    }

    private void look(int id, Partition partition, PartitionLog log) {
        TopicPartition name = partition.topicPartition();
        Truth truth = Objects.requireNonNull(truths.get(name));
        Mirror mirror = truth.mirrors.get(id);
        if (mirror == null || mirror.log != log) {
            mirror = new Mirror(log);
            truth.mirrors.put(id, mirror);
        }
        long end = log.logEndOffset();
        long highWatermark = log.highWatermark();
        mirror.startsAt(log.logStartOffset());
        if (end < mirror.end) {
            cluster.note(
                    "%s: broker %d is cut from %d to %d, high watermark %d"
                            .formatted(name, id, mirror.end, end, highWatermark));
            mirror.records.tailMap(end).clear();
            mirror.end = end;
        }
        if (highWatermark < mirror.highWatermark) {
            throw new Violation(
                    "%s: the high watermark of broker %d falls from %d to %d"
                            .formatted(name, id, mirror.highWatermark, highWatermark));
        }
        if (end > mirror.end) {
            read(id, name, truth, mirror, end);
        }
        if (highWatermark > mirror.committedTo) {
            commit(id, name, truth, mirror, highWatermark);
        }
        mirror.highWatermark = highWatermark;
        if (partition.standing() instanceof Standing.Leading leading
                && leading.leaderEpoch() != mirror.reign) {
            mirror.reign = leading.leaderEpoch();
            cluster.note(
                    "%s: broker %d leads in epoch %d from %d, high watermark %d"
                            .formatted(name, id, mirror.reign, end, highWatermark));
            if (mirror.reign == cluster.controller().newest().state(name).leaderEpoch()) {
                holdsAll(id, name, truth, mirror);
            }
        }
    }

    private boolean isCompacted(TopicPartition name) {
        ModelImage.ModelTopic topic = cluster.controller().newest().topic(name.topic());
        return topic != null && "compact".equals(topic.settings().get("cleanup.policy"));
    }

    private void read(int id, TopicPartition name, Truth truth, Mirror mirror, long end) {
        long next = Math.max(mirror.end, mirror.log.logStartOffset());
        while (next < end
                && mirror.log.read(next, end, PIECE_BYTES, true)
                        instanceof ReadOutcome.Found(LogSlice slice)) {
            for (MutableRecordBatch batch : batches(slice)) {
                if (batch.baseOffset() > next && !isCompacted(name)) {
                    throw new Violation(
                            "%s: broker %d has nothing from %d to %d"
                                    .formatted(name, id, next, batch.baseOffset()));
                }
                for (Record record : batch) {
                    if (record.offset() >= next) {
                        note(id, name, truth, mirror, batch, record);
                    }
                }
                next = Math.max(next, batch.nextOffset());
            }
            next = Math.max(next, slice.nextOffset());
        }
        mirror.end = end;
    }

    private void note(
            int id,
            TopicPartition name,
            Truth truth,
            Mirror mirror,
            MutableRecordBatch batch,
            Record record) {
        Copy copy = copy(batch, record);
        mirror.records.put(record.offset(), copy);
        Copy before = truth.written.putIfAbsent(new Place(record.offset(), copy.epoch), copy);
        if (before != null && !before.equals(copy)) {
            throw new Violation(
                    "%s: epoch %d has %s at %d on broker %d, and has had %s there"
                            .formatted(
                                    name,
                                    copy.epoch,
                                    copy.shown,
                                    record.offset(),
                                    id,
                                    before.shown));
        }
    }

    private static Copy copy(MutableRecordBatch batch, Record record) {
        int digest =
                Objects.hash(
                        batch.producerId(),
                        batch.producerEpoch(),
                        batch.isControlBatch(),
                        batch.isTransactional(),
                        record.timestamp(),
                        record.key(),
                        record.value());
        ByteBuffer value = record.value();
        String shown =
                batch.isControlBatch() || value == null
                        ? "a marker of " + batch.producerId()
                        : Text.beginning(value);
        return new Copy(batch.partitionLeaderEpoch(), digest, shown);
    }

    private static Iterable<MutableRecordBatch> batches(LogSlice slice) {
        ByteBuffer bytes = ByteBuffer.allocate(slice.sizeBytes());
        try {
            while (bytes.hasRemaining()
                    && slice.channel().read(bytes, slice.position() + bytes.position()) >= 0) {
                // Goes on until all is read.
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return MemoryRecords.readableRecords(bytes.flip()).batches();
    }

    private void commit(int id, TopicPartition name, Truth truth, Mirror mirror, long to) {
        mirror.records
                .subMap(mirror.committedTo, to)
                .forEach((offset, copy) -> {
                    Copy before = truth.committed.putIfAbsent(offset, copy);
                    if (before != null && !before.equals(copy)) {
                        throw new Violation(
                                "%s: %s of epoch %d was committed at %d, where broker %d, which ends with epoch %d, has %s of epoch %d"
                                        .formatted(
                                                name,
                                                before.shown,
                                                before.epoch,
                                                offset,
                                                id,
                                                mirror.log.latestEpoch().orElse(-1),
                                                copy.shown,
                                                copy.epoch));
                    }
                });
        mirror.committedTo = to;
    }

    /** A leader has all that was committed, but for what retention and compaction took. */
    private void holdsAll(int id, TopicPartition name, Truth truth, Mirror mirror) {
        boolean compacted = isCompacted(name);
        truth.committed
                .tailMap(mirror.log.logStartOffset())
                .forEach((offset, copy) -> {
                    Copy held = mirror.records.get(offset);
                    boolean isLost = held == null ? !compacted : !held.equals(copy);
                    if (isLost) {
                        throw new Violation(
                                "%s: broker %d leads in epoch %d and has %s at %d, where %s was committed"
                                        .formatted(
                                                name,
                                                id,
                                                mirror.reign,
                                                held == null ? "nothing" : held.shown,
                                                offset,
                                                copy.shown));
                    }
                });
    }

    /** When all is quiet: all replicas have the same, and say the same of its epochs. */
    void checkSame() {
        truths.forEach((name, truth) -> {
            int leader = cluster.controller().newest().state(name).leader();
            Mirror first = truth.mirrors.get(leader);
            if (first == null) {
                throw new Violation(name + " is led by nobody");
            }
            truth.mirrors.forEach((id, mirror) -> checkSame(name, id, mirror, first));
        });
    }

    private static void checkSame(TopicPartition name, int id, Mirror mirror, Mirror first) {
        PartitionLog log = mirror.log;
        long start = Math.max(log.logStartOffset(), first.log.logStartOffset());
        String difference = null;
        if (log.logEndOffset() != first.log.logEndOffset()) {
            difference = "ends at " + log.logEndOffset() + ", not " + first.log.logEndOffset();
        } else if (log.highWatermark() != first.log.highWatermark()) {
            difference = "has another high watermark";
        } else if (log.config().compactEnabled()) {
            // One may have compacted what another still has, and then knows less of its epochs.
            return;
        } else if (!mirror.records.tailMap(start).equals(first.records.tailMap(start))) {
            difference = "has other records";
        } else {
            difference = differentEpochs(log, first, start);
        }
        if (difference != null) {
            throw new Violation("%s: broker %d %s".formatted(name, id, difference));
        }
    }

    /** Whoever asks for an offset gets the batch that has it, wherever the reading begins. */
    void checkReads() {
        truths.forEach((name, truth) ->
                truth.mirrors.forEach((id, mirror) -> {
                    boolean isOpen = cluster.machine(id).log(name) == mirror.log;
                    if (isOpen && !isCompacted(name)) {
                        checkReads(name, id, mirror.log);
                    }
                }));
    }

    private static void checkReads(TopicPartition name, int id, PartitionLog log) {
        long end = log.logEndOffset();
        for (long at = log.logStartOffset(); at < end; at += 3) {
            boolean found = false;
            if (log.read(at, end, 1, true) instanceof ReadOutcome.Found(LogSlice slice)) {
                for (MutableRecordBatch batch : batches(slice)) {
                    found |= batch.baseOffset() <= at && at <= batch.lastOffset();
                }
                found |= slice.baseOffset() <= at && at < slice.nextOffset();
            }
            if (!found) {
                throw new Violation(
                        "%s: broker %d has %d and does not find it".formatted(name, id, at));
            }
        }
    }

    /** Of epochs that lie below its start, a replica knows no more where they ended. */
    private static @Nullable String differentEpochs(PartitionLog log, Mirror first, long start) {
        Set<Integer> epochs = new TreeSet<>();
        first.records.tailMap(start).values().forEach(copy -> epochs.add(copy.epoch));
        for (int epoch : epochs) {
            EpochEnd told = log.endOffsetFor(epoch);
            EpochEnd wanted = first.log.endOffsetFor(epoch);
            if (told.endOffset() != wanted.endOffset()) {
                return "says of epoch %d %s, and its leader %s".formatted(epoch, told, wanted);
            }
        }
        return null;
    }

    private static final class Text {
        private static final int MOST_SHOWN = 24;

        static String beginning(ByteBuffer value) {
            byte[] bytes = new byte[Math.min(MOST_SHOWN, value.remaining())];
            value.duplicate().get(bytes);
            return new String(bytes, java.nio.charset.StandardCharsets.UTF_8);
        }
    }
}
