package naru.broker.balance;

import naru.broker.config.NaruSettings;

import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.ApiException;
import org.jspecify.annotations.Nullable;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * The replication throttle (KIP-73) of moves that are under way, and the mark by which everybody
 * sees that some are: {@value #MARK}, a setting of all brokers, names who moves and what else was
 * set. It is written together with the rates, so that whoever finds it later can take everything
 * back. A throttle that somebody else has set is left as it is.
 */
public final class Throttle {
    /** Names who moves replicas, and what is to be removed when they have moved. */
    public static final String MARK = NaruSettings.BALANCE_MARK;

    public static final ConfigResource ALL = new ConfigResource(ConfigResource.Type.BROKER, "");

    private static final String RATE = "rate";
    private static final String NO_RATE = "-";
    private static final List<String> SIDES = List.of("leader", "follower");

    /** What a mark that cannot be read is taken for: rates are only set together with one. */
    private static final String UNREADABLE = "unknown " + RATE;

    private final BalancedCluster cluster;
    private @Nullable String own;

    public Throttle(BalancedCluster cluster) {
        this.cluster = cluster;
    }

    /** Who moves replicas now, by this mark; null when nobody says so. */
    public @Nullable String mark() {
        return cluster.settings(ALL).get(MARK);
    }

    /**
     * Sets what holds these moves back. Only while nobody else's mark is there.
     *
     * @param who one word
     */
    void set(String who, List<Move.Replica> moves, long bytesPerSecond) {
        Map<String, String> present = cluster.settings(ALL);
        boolean free = SIDES.stream().noneMatch(side -> present.containsKey(rate(side)));
        Map<String, List<Move.Replica>> byTopic =
                moves.stream()
                        .collect(
                                Collectors.groupingBy(
                                        move -> move.partition().topic(),
                                        TreeMap::new,
                                        Collectors.toList()));
        byTopic.keySet().removeIf(this::isThrottled);
        Map<String, @Nullable String> changes = new HashMap<>();
        String mark =
                who + " " + (free ? RATE : NO_RATE) + " " + String.join(" ", byTopic.keySet());
        own = mark;
        changes.put(MARK, mark);
        if (free) {
            SIDES.forEach(side -> changes.put(rate(side), Long.toString(bytesPerSecond)));
        }
        cluster.alter(ALL, changes);
        byTopic.forEach((topic, ofTopic) ->
                cluster.alter(
                        topic(topic),
                        Map.of(
                                replicas("leader"),
                                named(ofTopic, false),
                                replicas("follower"),
                                named(ofTopic, true))));
    }

    private boolean isThrottled(String topic) {
        Map<String, String> present = cluster.settings(topic(topic));
        return SIDES.stream().anyMatch(side -> present.containsKey(replicas(side)));
    }

    /** Those that come, or those that they can come from. */
    private static String named(List<Move.Replica> moves, boolean coming) {
        Set<String> names = new TreeSet<>();
        for (Move.Replica move : moves) {
            int partition = move.partition().partition();
            for (int node : coming ? List.of(move.to()) : move.before()) {
                names.add(partition + ":" + node);
            }
        }
        return String.join(",", names);
    }

    /** Takes back what was set here, or else what the mark names, and then the mark. */
    public void release() {
        String mark = own == null ? mark() : own;
        own = null;
        if (mark == null) {
            return;
        }
        String[] words = (mark.isEmpty() ? UNREADABLE : mark).split(" ", -1);
        for (int i = 2; i < words.length; i++) {
            if (!words[i].isEmpty()) {
                releaseTopic(words[i]);
            }
        }
        Map<String, @Nullable String> changes = new HashMap<>();
        changes.put(MARK, null);
        if (words.length > 1 && words[1].equals(RATE)) {
            SIDES.forEach(side -> changes.put(rate(side), null));
        }
        cluster.alter(ALL, changes);
    }

    private void releaseTopic(String topic) {
        Map<String, @Nullable String> changes = new HashMap<>();
        SIDES.forEach(side -> changes.put(replicas(side), null));
        try {
            cluster.alter(topic(topic), changes);
        } catch (ApiException gone) {
            if (isThrottled(topic)) {
                throw gone;
            }
        }
    }

    private static ConfigResource topic(String name) {
        return new ConfigResource(ConfigResource.Type.TOPIC, name);
    }

    private static String rate(String side) {
        return side + ".replication.throttled.rate";
    }

    private static String replicas(String side) {
        return side + ".replication.throttled.replicas";
    }
}
