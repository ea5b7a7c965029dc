package naru.simulation.replication;

import static java.nio.charset.StandardCharsets.UTF_8;

import naru.broker.partition.Standing;
import naru.log.LogSlice;
import naru.log.PartitionLog;
import naru.log.ReadOutcome;
import naru.quorum.ClusterImage.PartitionState;

import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * What was committed and acknowledged, apart from those who do it: a record below a leader's high
 * watermark stands there for good, on every later leader, and below every replica's high watermark
 * stand the same records.
 */
final class CommittedRecords {
    private final TreeMap<Long, String> committed = new TreeMap<>();
    private final Map<Long, String> acknowledged = new HashMap<>();
    private final Map<Integer, Reign> reigns = new HashMap<>();

    private record Reign(ReplicaNode node, int leaderEpoch, long highWatermark) {}

    /** Something that replication must not do. */
    static final class Violation extends AssertionError {
        private static final long serialVersionUID = 1;

        Violation(String message) {
            super(message);
        }
    }

    int acknowledgedCount() {
        return acknowledged.size();
    }

    void acknowledged(long baseOffset, SimpleRecord... values) {
        for (int i = 0; i < values.length; i++) {
            ByteBuffer value = values[i].value().duplicate();
            String text = UTF_8.decode(value).toString();
            String before = acknowledged.put(baseOffset + i, text);
            if (before != null) {
                throw new Violation(
                        "offset "
                                + (baseOffset + i)
                                + " is acknowledged as "
                                + before
                                + " and "
                                + text);
            }
        }
    }

    void check(Collection<ReplicaNode> nodes, PartitionState state) {
        for (ReplicaNode node : nodes) {
            PartitionLog log = node.log();
            if (log == null) {
                continue;
            }
            if (node.partition().standing() instanceof Standing.Leading leading) {
                monotonic(node, leading.leaderEpoch(), log.highWatermark());
                boolean newest = leading.leaderEpoch() == state.leaderEpoch();
                compare(node, log, newest);
            } else {
                compare(node, log, false);
            }
        }
    }

    private void monotonic(ReplicaNode node, int epoch, long highWatermark) {
        Reign before = reigns.put(node.id(), new Reign(node, epoch, highWatermark));
        if (before != null
                && before.node == node
                && before.leaderEpoch == epoch
                && highWatermark < before.highWatermark) {
            throw new Violation(
                    "the high watermark of leader %d fell from %d to %d"
                            .formatted(node.id(), before.highWatermark, highWatermark));
        }
    }

    /** A replica's high watermark covers only what was committed; that is one thing for all. */
    private void compare(ReplicaNode node, PartitionLog log, boolean leadsNow) {
        Map<Long, String> held = read(log, 0);
        for (Map.Entry<Long, String> each : held.entrySet()) {
            if (each.getKey() >= log.highWatermark()) {
                break;
            }
            String known = committed.putIfAbsent(each.getKey(), each.getValue());
            if (known != null && !known.equals(each.getValue())) {
                throw new Violation(
                        "offset %d was committed as %s and is %s on broker %d"
                                .formatted(each.getKey(), known, each.getValue(), node.id()));
            }
        }
        if (leadsNow) {
            committed.forEach((offset, value) -> {
                String present = held.get(offset);
                if (!value.equals(present)) {
                    throw new Violation(
                            "the leader %d has %s at %d, where %s was committed"
                                    .formatted(node.id(), present, offset, value));
                }
            });
        }
    }

    /** At the end: who holds all, and the same. */
    void checkAllHeld(Collection<ReplicaNode> nodes) {
        @Nullable Map<Long, String> first = null;
        for (ReplicaNode node : nodes) {
            PartitionLog log = node.log();
            if (log == null) {
                throw new Violation("broker " + node.id() + " has no log");
            }
            Map<Long, String> held = read(log, 0);
            acknowledged.forEach((offset, value) -> {
                if (!value.equals(held.get(offset))) {
                    throw new Violation(
                            "%s was acknowledged at %d, where broker %d has %s"
                                    .formatted(value, offset, node.id(), held.get(offset)));
                }
            });
            if (first != null && !first.equals(held)) {
                throw new Violation("broker " + node.id() + " has another log than the first");
            }
            first = held;
        }
    }

    private static Map<Long, String> read(PartitionLog log, long from) {
        Map<Long, String> found = new TreeMap<>();
        long next = from;
        while (next < log.logEndOffset()
                && log.read(next, log.logEndOffset(), 1 << 20, true)
                        instanceof ReadOutcome.Found(LogSlice slice)) {
            ByteBuffer bytes = ByteBuffer.allocate(slice.sizeBytes());
            try {
                while (bytes.hasRemaining()
                        && slice.channel().read(bytes, slice.position() + bytes.position()) >= 0) {
                    // Goes on until all is read.
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            for (Record record : MemoryRecords.readableRecords(bytes.flip()).records()) {
                found.put(record.offset(), UTF_8.decode(record.value()).toString());
            }
            next = slice.nextOffset();
        }
        return found;
    }
}
