package naru.app.cli;

import naru.app.explain.ClusterExplainer;
import naru.app.explain.ClusterFacts;
import naru.app.explain.ClusterFacts.MemberFacts;
import naru.app.explain.ClusterFacts.MoveFacts;
import naru.app.explain.ClusterFacts.NodeFacts;
import naru.app.explain.ClusterFacts.PartitionFacts;
import naru.app.explain.ClusterFacts.QuorumFacts;
import naru.app.explain.Finding;
import naru.app.terminal.Amounts;
import naru.app.terminal.PlainText;
import naru.app.terminal.Table;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Command;
import picocli.CommandLine.ParentCommand;

import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Predicate;

/** {@code naru cluster status}: one screen that says whether all is well, and what to do. */
@Command(
        name = "status",
        mixinStandardHelpOptions = true,
        description = {
            "Nodes, quorum and partitions on one screen, and what to do where something is wrong.",
            "The exit code is 1 when something is."
        })
final class ClusterStatus implements Callable<Integer> {
    /** Of more partitions only the first are named. */
    private static final int MOST_NAMED = 20;

    /** Who is fewer records behind is on the way. */
    private static final long WORTH_TELLING = 10;

    @ParentCommand private @Nullable Cluster cluster;

    /** A partition that something is wrong with. */
    record Trouble(
            String partition,
            @Nullable Integer leader,
            List<Integer> replicas,
            List<Integer> isr) {}

    /** Replicas on their way. */
    record Moving(String partition, List<Integer> adding, List<Integer> removing) {}

    /**
     * The JSON of {@code cluster status}. {@code controller} is -1 when there is none; lists of
     * partitions end after {@value #MOST_NAMED}, counts do not.
     */
    record Status(
            String clusterId,
            boolean healthy,
            int controller,
            int brokers,
            int topics,
            int partitions,
            long underReplicatedPartitions,
            long underMinIsrPartitions,
            long offlinePartitions,
            int reassigningPartitions,
            @Nullable Long sizeBytes,
            List<NodeFacts> nodes,
            @Nullable QuorumFacts quorum,
            List<Trouble> troubled,
            List<Moving> reassignments,
            List<Finding> findings) {}

    @Override
    public Integer call() {
        Cluster parent = Cluster.parent(cluster);
        return parent.withAdmin(admin -> {
            Status status = status(new ClusterInquiry(admin).ask());
            if (parent.json()) {
                parent.showJson(status);
            } else {
                print(parent, status);
            }
            return status.healthy() ? ClusterCommand.OK : ClusterCommand.FAILED;
        });
    }

    static Status status(ClusterFacts facts) {
        List<Finding> findings = ClusterExplainer.explain(facts);
        List<PartitionFacts> all = facts.partitions();
        @Nullable QuorumFacts quorum = facts.quorum();
        return new Status(
                facts.clusterId(),
                findings.stream().noneMatch(one -> one.level() == Finding.Level.problem),
                quorum == null ? -1 : quorum.leader(),
                (int) facts.nodes().stream().filter(one -> one.roles().contains("broker")).count(),
                facts.topics(),
                all.size(),
                count(all, PartitionFacts::isUnderReplicated),
                count(all, PartitionFacts::isUnderMinimum),
                count(all, PartitionFacts::isOffline),
                facts.moves().size(),
                size(facts.nodes()),
                facts.nodes(),
                quorum,
                all.stream()
                        .filter(one ->
                                one.isUnderReplicated() || one.isUnderMinimum() || one.isOffline())
                        .limit(MOST_NAMED)
                        .map(one ->
                                new Trouble(
                                        one.id().toString(),
                                        one.leader(),
                                        one.replicas(),
                                        one.inSync()))
                        .toList(),
                facts.moves().stream().limit(MOST_NAMED).map(ClusterStatus::moving).toList(),
                findings);
    }

    private static long count(List<PartitionFacts> all, Predicate<PartitionFacts> which) {
        return all.stream().filter(which).count();
    }

    /** Of nodes that say it; null when none does. */
    private static @Nullable Long size(List<NodeFacts> nodes) {
        @Nullable Long sum = null;
        for (NodeFacts node : nodes) {
            @Nullable Long size = node.sizeBytes();
            sum = size == null ? sum : (Long) ((sum == null ? 0 : sum) + size);
        }
        return sum;
    }

    private static Moving moving(MoveFacts move) {
        return new Moving(move.id().toString(), move.coming(), move.going());
    }

    private static void print(Cluster parent, Status status) {
        var paint = parent.terminal.paint();
        var out = parent.terminal.out();
        out.println(
                "cluster "
                        + PlainText.of(status.clusterId())
                        + " is "
                        + (status.healthy() ? paint.green("healthy") : paint.red("not well")));
        @Nullable Long size = status.sizeBytes();
        out.println(
                String.join(
                        ", ",
                        Amounts.plural(status.nodes().size(), "node"),
                        Amounts.plural(status.topics(), "topic"),
                        Amounts.plural(status.partitions(), "partition"),
                        size == null ? "sizes unknown" : Amounts.bytes(size)));
        out.println();
        nodes(status.nodes()).print(out, paint);
        @Nullable QuorumFacts quorum = status.quorum();
        if (quorum != null) {
            out.println();
            out.println(words(quorum));
        }
        if (!status.reassignments().isEmpty()) {
            out.println();
            moves(status.reassignments()).print(out, paint);
        }
        if (!status.findings().isEmpty()) {
            out.println();
            status.findings().forEach(parent::print);
        }
    }

    private static Table nodes(List<NodeFacts> nodes) {
        Table table =
                new Table()
                        .number("NODE")
                        .text("ADDRESS")
                        .text("RACK")
                        .text("ROLES")
                        .text("STATE")
                        .number("LEADERS")
                        .number("REPLICAS")
                        .number("SIZE")
                        .number("FREE")
                        .text("VERSION");
        for (NodeFacts node : nodes) {
            @Nullable String rack = node.rack();
            table.row(
                    node.id(),
                    node.host() == null ? "-" : node.host() + ":" + node.port(),
                    rack == null ? "-" : rack,
                    String.join(",", node.roles()),
                    node.offlineFolders().isEmpty()
                            ? node.state()
                            : node.state()
                                    + ", "
                                    + node.offlineFolders().size()
                                    + " folder offline",
                    node.leaders(),
                    node.replicas(),
                    shown(node.sizeBytes()),
                    shown(node.freeBytes()),
                    node.version() == null ? "-" : node.version());
        }
        return table;
    }

    private static String shown(@Nullable Long bytes) {
        return bytes == null ? "-" : Amounts.bytes(bytes);
    }

    private static Table moves(List<Moving> moves) {
        Table table = new Table().text("MOVING").text("TO").text("FROM");
        for (Moving move : moves) {
            table.row(move.partition(), ids(move.adding()), ids(move.removing()));
        }
        return table;
    }

    private static String ids(List<Integer> ids) {
        return String.join(",", ids.stream().map(Object::toString).toList());
    }

    /** The quorum on one line: who leads, who votes, who is behind. */
    static String words(QuorumFacts quorum) {
        return "quorum: node "
                + quorum.leader()
                + " leads in epoch "
                + quorum.epoch()
                + "; voters "
                + members(quorum, true)
                + "; observers "
                + members(quorum, false);
    }

    private static String members(QuorumFacts quorum, boolean voters) {
        List<String> words =
                quorum.members().stream()
                        .filter(one -> one.isVoter() == voters)
                        .map(ClusterStatus::words)
                        .toList();
        return words.isEmpty() ? "none" : String.join(", ", words);
    }

    private static String words(MemberFacts member) {
        return member.id() + (member.lag() < WORTH_TELLING ? "" : " (" + member.lag() + " behind)");
    }
}
