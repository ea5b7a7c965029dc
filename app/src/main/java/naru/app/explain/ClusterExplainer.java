package naru.app.explain;

import naru.app.explain.ClusterFacts.MemberFacts;
import naru.app.explain.ClusterFacts.NodeFacts;
import naru.app.explain.ClusterFacts.PartitionFacts;
import naru.app.explain.ClusterFacts.QuorumFacts;
import naru.app.explain.ClusterFacts.State;

import org.apache.kafka.common.TopicPartition;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** What is wrong with a cluster, worst first, and what to do about it. */
public final class ClusterExplainer {
    private static final long LONG_BEHIND_MILLIS = 10_000;

    /** Records, where the leader has not seen the voter caught up; there are some every second. */
    private static final long FAR_BEHIND = 50;

    private final ClusterFacts facts;
    private final List<Finding> findings = new ArrayList<>();

    private ClusterExplainer(ClusterFacts facts) {
        this.facts = facts;
    }

    public static List<Finding> explain(ClusterFacts facts) {
        ClusterExplainer explainer = new ClusterExplainer(facts);
        explainer.quorum();
        explainer.nodes();
        explainer.offline();
        explainer.underMinimum();
        explainer.underReplicated();
        explainer.folders();
        explainer.preferred();
        explainer.moves();
        explainer.versions();
        return explainer.findings;
    }

    private void quorum() {
        QuorumFacts quorum = facts.quorum();
        if (quorum == null) {
            return;
        }
        List<MemberFacts> voters = quorum.members().stream().filter(MemberFacts::isVoter).toList();
        List<Integer> behind =
                voters.stream().filter(ClusterExplainer::isBehind).map(MemberFacts::id).toList();
        if (!behind.isEmpty()) {
            int spare = (voters.size() - 1) / 2 - behind.size();
            findings.add(
                    Finding.problem(
                            "%s of the metadata quorum %s not keep up: %s; %s"
                                    .formatted(
                                            Wording.count(behind.size(), "voter"),
                                            Wording.by(behind.size(), "does", "do"),
                                            nodes(behind),
                                            spare <= 0
                                                    ? "the next failure of a voter stops all"
                                                            + " changes of the cluster"
                                                    : "it can do without " + spare + " more"),
                            "start "
                                    + nodes(behind)
                                    + "; a node that will not come back leaves with: naru cluster"
                                    + " remove "
                                    + behind.getFirst()));
        }
        if (voters.size() == 2) {
            findings.add(
                    Finding.notable(
                            "the metadata quorum has 2 voters: when either stops, nothing can be"
                                    + " changed",
                            "have a third node vote"));
        }
    }

    private static boolean isBehind(MemberFacts member) {
        Long millis = member.behindMillis();
        return millis == null
                ? member.lag() > FAR_BEHIND
                : member.lag() > 0 && millis > LONG_BEHIND_MILLIS;
    }

    private void nodes() {
        for (NodeFacts node : facts.nodes()) {
            switch (node.state()) {
                case active, controller -> {}
                case fenced ->
                        findings.add(
                                Finding.problem(
                                        "node "
                                                + node.id()
                                                + " is fenced: the controller does not hear from"
                                                + " it",
                                        "start it, or see its log; when it will not come back:"
                                                + " naru cluster remove "
                                                + node.id()));
                case silent ->
                        findings.add(
                                Finding.problem(
                                        "node " + node.id() + " does not answer this command",
                                        "see whether "
                                                + address(node)
                                                + " can be reached from"
                                                + " here"));
                case draining ->
                        findings.add(
                                Finding.notable(
                                        "node %d is draining: it gets no replicas, and has %s"
                                                .formatted(
                                                        node.id(),
                                                        Wording.count(node.replicas(), "replica")),
                                        "naru cluster remove "
                                                + node.id()
                                                + " goes on with it, with --cancel it stays"));
            }
        }
    }

    private static String address(NodeFacts node) {
        return node.host() == null ? "it" : node.host() + ":" + node.port();
    }

    private List<PartitionFacts> those(Predicate<PartitionFacts> which) {
        return facts.partitions().stream().filter(which).toList();
    }

    private static String names(List<PartitionFacts> partitions) {
        List<TopicPartition> ids = partitions.stream().map(PartitionFacts::id).toList();
        return Wording.partitions(ids);
    }

    private void offline() {
        List<PartitionFacts> offline = those(PartitionFacts::isOffline);
        if (offline.isEmpty()) {
            return;
        }
        Set<Integer> holders = new TreeSet<>();
        offline.forEach(one -> holders.addAll(holders(one)));
        findings.add(
                Finding.problem(
                        "%s %s no leader, and can be neither written nor read: %s"
                                .formatted(
                                        Wording.count(offline.size(), "partition"),
                                        Wording.by(offline.size(), "has", "have"),
                                        names(offline)),
                        "start "
                                + nodes(holders)
                                + ", which had the records; if they are lost: naru cluster elect"
                                + " --unclean --topic "
                                + offline.getFirst().id().topic()
                                + ", which gives up records"));
    }

    /** Who has all records, or else who may. */
    private static List<Integer> holders(PartitionFacts one) {
        List<Integer> known = new ArrayList<>(one.inSync());
        known.addAll(one.eligible());
        return known.isEmpty() ? one.replicas() : known;
    }

    /** Nodes whose replicas are not in sync. */
    private static Set<Integer> missing(List<PartitionFacts> partitions) {
        Set<Integer> missing = new TreeSet<>();
        for (PartitionFacts one : partitions) {
            missing.addAll(one.replicas());
        }
        missing.removeIf(id ->
                partitions.stream()
                        .allMatch(
                                one -> !one.replicas().contains(id) || one.inSync().contains(id)));
        return missing;
    }

    private void underMinimum() {
        List<PartitionFacts> under = those(one -> one.isUnderMinimum() && !one.isOffline());
        if (under.isEmpty()) {
            return;
        }
        Set<Integer> missing = missing(under);
        findings.add(
                Finding.problem(
                        "%s %s fewer replicas in sync than min.insync.replicas, and %s no writes"
                                        .formatted(
                                                Wording.count(under.size(), "partition"),
                                                Wording.by(under.size(), "has", "have"),
                                                Wording.by(under.size(), "takes", "take"))
                                + " with acks=all: "
                                + names(under),
                        "bring back " + nodes(missing)));
    }

    private void underReplicated() {
        List<PartitionFacts> under = those(one -> one.isUnderReplicated() && !one.isOffline());
        if (under.isEmpty()) {
            return;
        }
        Set<Integer> missing = missing(under);
        Set<Integer> there =
                facts.nodes().stream()
                        .filter(node -> node.state() == State.active)
                        .map(NodeFacts::id)
                        .collect(Collectors.toCollection(TreeSet::new));
        there.retainAll(missing);
        findings.add(
                Finding.problem(
                        "%s %s replicas that are not in sync, on %s: %s"
                                .formatted(
                                        Wording.count(under.size(), "partition"),
                                        Wording.by(under.size(), "has", "have"),
                                        nodes(missing),
                                        names(under)),
                        there.equals(missing)
                                ? "they are there and may be catching up; if they do not, see"
                                        + " their logs, disks and network"
                                : "they catch up by themselves once their nodes are back"));
    }

    private void folders() {
        for (NodeFacts node : facts.nodes()) {
            for (String folder : node.offlineFolders()) {
                findings.add(
                        Finding.problem(
                                "node " + node.id() + " cannot use its data folder " + folder,
                                "mend or replace the disk and start the node again; what was there"
                                        + " is copied from other replicas"));
            }
        }
    }

    private void preferred() {
        List<PartitionFacts> others =
                those(one ->
                        one.leader() != null
                                && !one.replicas().getFirst().equals(one.leader())
                                && one.inSync().contains(one.replicas().getFirst()));
        if (!others.isEmpty()) {
            findings.add(
                    Finding.notable(
                            "%s %s not led by the preferred replica"
                                    .formatted(
                                            Wording.count(others.size(), "partition"),
                                            Wording.by(others.size(), "is", "are")),
                            "that mends itself within minutes; at once: naru cluster elect"));
        }
    }

    private void moves() {
        if (!facts.moves().isEmpty()) {
            findings.add(
                    Finding.notable(
                            "replicas of "
                                    + Wording.count(facts.moves().size(), "partition")
                                    + " are being moved",
                            null));
        }
    }

    private void versions() {
        Set<String> versions =
                facts.nodes().stream()
                        .map(NodeFacts::version)
                        .filter(Objects::nonNull)
                        .collect(Collectors.toCollection(TreeSet::new));
        if (versions.size() > 1) {
            findings.add(
                    Finding.notable(
                            "nodes run software of different versions",
                            "upgrade the others before a feature level is raised"));
        }
    }

    private static String nodes(Iterable<Integer> ids) {
        List<String> names = new ArrayList<>();
        ids.forEach(id -> names.add(id.toString()));
        return (names.size() == 1 ? "node " : "nodes ") + Wording.some(names);
    }
}
