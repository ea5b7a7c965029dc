package naru.app.explain;

import static naru.app.explain.Wording.by;
import static naru.app.explain.Wording.count;
import static naru.app.explain.Wording.duration;

import naru.app.explain.TopicFacts.OpenTransaction;
import naru.app.explain.TopicFacts.Partition;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** Whether a topic takes writes, and what its readers wait for. */
public final class TopicExplainer {
    private final TopicFacts facts;
    private final List<Finding> findings = new ArrayList<>();

    private TopicExplainer(TopicFacts facts) {
        this.facts = facts;
    }

    public static List<Finding> explain(TopicFacts facts) {
        TopicExplainer explainer = new TopicExplainer(facts);
        explainer.writes();
        explainer.refusedRecords();
        facts.partitions().forEach(explainer::transactions);
        return List.copyOf(explainer.findings);
    }

    private List<String> those(Predicate<Partition> which) {
        return facts.partitions().stream()
                .filter(which)
                .map(partition -> facts.topic() + "-" + partition.partition())
                .toList();
    }

    private void writes() {
        long needed = facts.number("min.insync.replicas", 1);
        List<String> leaderless = those(partition -> partition.leader() == null);
        List<String> offline =
                those(partition ->
                        partition.leader() != null
                                && partition.offlineOn().contains(partition.leader()));
        List<String> tooFew =
                those(partition ->
                        partition.leader() != null && partition.inSync().size() < needed);
        List<String> behind =
                those(partition -> partition.inSync().size() < partition.replicas().size());
        if (!leaderless.isEmpty()) {
            findings.add(
                    Finding.problem(
                            "%s %s no leader, so nobody can write there or read: every broker with"
                                            .formatted(
                                                    Wording.some(leaderless),
                                                    by(leaderless.size(), "has", "have"))
                                    + " an in-sync replica is away.",
                            "Start those brokers again: naru topics describe " + facts.topic()));
        }
        if (!offline.isEmpty()) {
            findings.add(
                    Finding.problem(
                            "%s %s offline: the disk of the broker that leads failed, or the log"
                                            .formatted(
                                                    Wording.some(offline),
                                                    by(offline.size(), "is", "are"))
                                    + " is damaged.",
                            "The broker's log says what is wrong, and at which file"));
        }
        if (!tooFew.isEmpty()) {
            findings.add(
                    Finding.problem(
                            "%s %s writes with acks=all: min.insync.replicas is %d and fewer are in"
                                            .formatted(
                                                    Wording.some(tooFew),
                                                    by(tooFew.size(), "refuses", "refuse"),
                                                    needed)
                                    + " sync.",
                            "Bring the missing brokers back, or lower min.insync.replicas"));
        } else if (!behind.isEmpty()) {
            findings.add(
                    Finding.notable(
                            "%s %s fewer replicas in sync than there should be; writes go on."
                                    .formatted(
                                            Wording.some(behind), by(behind.size(), "has", "have")),
                            "See which broker is missing: naru topics describe " + facts.topic()));
        }
        if (leaderless.isEmpty() && offline.isEmpty() && tooFew.isEmpty()) {
            findings.addFirst(
                    Finding.fine(
                            "%s takes writes: %s."
                                    .formatted(
                                            facts.topic(),
                                            facts.partitions().size() == 1
                                                    ? "its partition has a leader and enough"
                                                            + " replicas in sync"
                                                    : "all "
                                                            + facts.partitions().size()
                                                            + " partitions have a leader and enough"
                                                            + " replicas in sync")));
        }
    }

    /** Settings that make single records be refused, where they are not what everybody expects. */
    private void refusedRecords() {
        String policy = facts.configs().getOrDefault("cleanup.policy", "delete");
        if (policy.contains("compact")) {
            findings.add(
                    Finding.notable(
                            "Records without a key are refused, since the topic is compacted.",
                            null));
        }
        @Nullable String maxBytes = facts.configs().get("max.message.bytes");
        if (maxBytes != null) {
            findings.add(
                    Finding.fine(
                            "Batches of more than %s bytes are refused (max.message.bytes)."
                                    .formatted(maxBytes)));
        }
        for (String side : List.of("before", "after")) {
            long millis = facts.number("message.timestamp." + side + ".max.ms", Long.MAX_VALUE);
            boolean usual =
                    millis == Long.MAX_VALUE || (side.equals("after") && millis == 3_600_000);
            if (!usual && !"LogAppendTime".equals(facts.configs().get("message.timestamp.type"))) {
                findings.add(
                        Finding.notable(
                                "Records are refused whose timestamp is more than %s %s now"
                                                .formatted(duration(millis), side)
                                        + " (message.timestamp."
                                        + side
                                        + ".max.ms).",
                                null));
            }
        }
    }

    private void transactions(Partition partition) {
        @Nullable Long end = partition.end();
        @Nullable Long stable = partition.stableEnd();
        if (end == null || stable == null || stable >= end) {
            return;
        }
        String held =
                "%s-%d: readers with read_committed stop at offset %d, %s before the end"
                        .formatted(
                                facts.topic(),
                                partition.partition(),
                                stable,
                                count(end - stable, "record"));
        if (partition.open().isEmpty()) {
            findings.add(
                    Finding.notable(
                            held
                                    + ", because of a transaction that has just ended or whose"
                                    + " producer may not be seen.",
                            null));
            return;
        }
        findings.add(holder(held, partition.open().getFirst()));
    }

    private Finding holder(String held, OpenTransaction open) {
        String who =
                "producer %d (epoch %d), which last wrote %s ago"
                        .formatted(
                                open.producerId(),
                                open.producerEpoch(),
                                duration(Math.max(0, facts.nowMillis() - open.lastWriteMillis())));
        @Nullable String id = open.transactionalId();
        @Nullable Long timeout = open.timeoutMillis();
        @Nullable Long started = open.startedMillis();
        if (id == null) {
            return Finding.problem(
                    held
                            + ": a transaction of "
                            + who
                            + " began there, and no coordinator knows of it: it hangs.",
                    "naru transactions find-hanging, and then abort it");
        }
        String rest =
                timeout == null || started == null || started < 0
                        ? ""
                        : ", and is aborted by itself in "
                                + duration(Math.max(0, started + timeout - facts.nowMillis()))
                                + " if it is not ended before";
        return Finding.notable(
                held
                        + ": transaction "
                        + id
                        + " ("
                        + open.state()
                        + ") of "
                        + who
                        + " began at offset "
                        + open.firstOffset()
                        + rest
                        + ".",
                "See naru explain transaction " + id);
    }
}
