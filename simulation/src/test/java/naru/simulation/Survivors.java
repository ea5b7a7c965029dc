package naru.simulation;

import naru.log.LogSlice;
import naru.log.PartitionLog;
import naru.log.ReadOutcome;
import naru.simulation.check.Violation;

import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MutableRecordBatch;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;

/**
 * What a log had when the power failed, to be compared with what it has afterwards.
 *
 * @param durable offset below which nothing may be lost
 * @param end offset behind which nothing may be found
 */
record Survivors(long durable, long end, boolean compacted) {
    static final Comparator<TopicPartition> ORDER =
            Comparator.comparing(TopicPartition::topic).thenComparingInt(TopicPartition::partition);

    /** Offsets that are missing. */
    record Hole(long from, long to) {}

    private static final int PIECE_BYTES = 4_000;

    /**
     * @param dying whether the process died in a write that may have reached the file
     */
    static Survivors before(PartitionLog log, boolean dying) {
        return new Survivors(
                log.durableOffset(),
                dying ? Long.MAX_VALUE : log.logEndOffset(),
                log.config().compactEnabled());
    }

    /** Of a log that nobody had open. */
    static Survivors unknown(boolean compacted) {
        return new Survivors(0, Long.MAX_VALUE, compacted);
    }

    /**
     * The log, opened again, is a prefix of what it was; answers what is missing where it may.
     *
     * @param holesAt where offsets may be missing: the tail of a segment that was not synced may be
     *     lost while the next one survives
     */
    List<Hole> check(PartitionLog log, Set<Long> holesAt) {
        long now = log.logEndOffset();
        if (now < durable || now > end) {
            throw new Violation(
                    "%s ends at %d; it ended at %d, and %d was durable"
                            .formatted(log.topicPartition(), now, end, durable));
        }
        List<Hole> holes = new ArrayList<>();
        long next = log.logStartOffset();
        while (next < now) {
            next = batches(log, next, now, holesAt, holes);
        }
        if (log.damagedBatches() > 0) {
            throw new Violation(log.topicPartition() + " has damaged batches");
        }
        return holes;
    }

    private long batches(
            PartitionLog log, long from, long end, Set<Long> holesAt, List<Hole> holes) {
        if (!(log.read(from, end, PIECE_BYTES, true) instanceof ReadOutcome.Found found)) {
            if (!holesAt.isEmpty()) {
                holes.add(new Hole(from, end));
                return end;
            }
            throw new Violation(log.topicPartition() + " has nothing at " + from);
        }
        long next = from;
        for (MutableRecordBatch batch : batches(found.slice())) {
            batch.ensureValid();
            if (batch.baseOffset() > next && !compacted && !holesAt.contains(batch.baseOffset())) {
                throw new Violation(log.topicPartition() + " has a hole at " + next);
            }
            if (batch.baseOffset() > next) {
                holes.add(new Hole(next, batch.baseOffset()));
            }
            int known = log.epochFor(batch.baseOffset()).orElse(-1);
            if (known != batch.partitionLeaderEpoch() && !isPruned(log)) {
                throw new Violation(
                        "%s has %d in epoch %d and says %d"
                                .formatted(
                                        log.topicPartition(),
                                        batch.baseOffset(),
                                        batch.partitionLeaderEpoch(),
                                        known));
            }
            next = Math.max(next, batch.nextOffset());
        }
        long reached = Math.max(next, found.slice().nextOffset());
        if (reached > next && holesAt.contains(reached)) {
            holes.add(new Hole(next, reached));
        }
        return reached;
    }

    /** What was pruned may come back after a kill, without its epochs. */
    private static boolean isPruned(PartitionLog log) {
        return log.topicPartition().topic().equals(Topic.SHARE_GROUP_STATE_TOPIC_NAME);
    }

    private static Iterable<MutableRecordBatch> batches(LogSlice slice) {
        ByteBuffer bytes = ByteBuffer.allocate(slice.sizeBytes());
        try {
            slice.channel().read(bytes, slice.position());
        } catch (IOException refusal) {
            throw new UncheckedIOException(refusal);
        }
        return MemoryRecords.readableRecords(bytes.flip()).batches();
    }
}
