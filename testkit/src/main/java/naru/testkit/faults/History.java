package naru.testkit.faults;

import org.apache.kafka.common.TopicPartition;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.OptionalLong;
import java.util.TreeMap;

/** What clients were told by a cluster. Any thread. */
public final class History {
    private static final int MOST_COMPLAINTS = 1_000;

    private final Map<TopicPartition, NavigableMap<Long, String>> acknowledged =
            new TreeMap<>(ORDER);
    private final Map<TopicPartition, NavigableMap<Long, String>> seen = new TreeMap<>(ORDER);
    private final Map<TopicPartition, List<Acknowledgement>> times = new TreeMap<>(ORDER);
    private final List<String> complaints = new ArrayList<>();
    private final List<String> mishaps = new ArrayList<>();

    static final Comparator<TopicPartition> ORDER =
            Comparator.comparing(TopicPartition::topic).thenComparingInt(TopicPartition::partition);

    private record Acknowledgement(long sentNanos, long doneNanos) {}

    synchronized void onAcknowledged(
            TopicPartition partition, long offset, String value, long sentNanos) {
        String other =
                acknowledged.computeIfAbsent(partition, p -> new TreeMap<>()).put(offset, value);
        if (other != null) {
            complain(
                    "%s@%d was acknowledged for %s and for %s"
                            .formatted(partition, offset, other, value));
        }
        times.computeIfAbsent(partition, p -> new ArrayList<>())
                .add(new Acknowledgement(sentNanos, System.nanoTime()));
    }

    synchronized void onSeen(TopicPartition partition, long offset, String value) {
        String other = seen.computeIfAbsent(partition, p -> new TreeMap<>()).put(offset, value);
        if (other != null && !other.equals(value)) {
            complain(
                    "%s@%d was read as %s and later as %s"
                            .formatted(partition, offset, other, value));
        }
    }

    /** Something that must not happen. */
    synchronized void complain(String what) {
        if (complaints.size() < MOST_COMPLAINTS) {
            complaints.add(what);
        }
    }

    /** Something that a client may be told, but better is not. */
    synchronized void onMishap(String what) {
        if (mishaps.size() < MOST_COMPLAINTS) {
            mishaps.add(what);
        }
    }

    /** What must not happen and did, so far. */
    public synchronized List<String> complaints() {
        return List.copyOf(complaints);
    }

    /** What clients were told beyond what they mend by themselves, since the last call. */
    public synchronized List<String> takeMishaps() {
        List<String> taken = List.copyOf(mishaps);
        mishaps.clear();
        return taken;
    }

    synchronized NavigableMap<Long, String> acknowledged(TopicPartition partition) {
        return new TreeMap<>(acknowledged.getOrDefault(partition, new TreeMap<>()));
    }

    synchronized NavigableMap<Long, String> seen(TopicPartition partition) {
        return new TreeMap<>(seen.getOrDefault(partition, new TreeMap<>()));
    }

    synchronized long acknowledgedRecords() {
        return acknowledged.values().stream().mapToLong(Map::size).sum();
    }

    /** When the first record that was sent from then on was acknowledged, if one was. */
    synchronized OptionalLong firstAcknowledged(TopicPartition partition, long sinceNanos) {
        return times.getOrDefault(partition, List.of()).stream()
                .filter(one -> one.sentNanos - sinceNanos >= 0)
                .mapToLong(Acknowledgement::doneNanos)
                .min();
    }

    /** Times before now are asked for no more. */
    synchronized void forgetTimes() {
        times.clear();
    }
}
