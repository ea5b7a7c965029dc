package naru.app.cli;

import naru.app.terminal.Amounts;
import naru.app.terminal.Table;
import naru.app.terminal.Terminal;

import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.FeatureMetadata;
import org.apache.kafka.clients.admin.FinalizedVersionRange;
import org.apache.kafka.clients.admin.LogDirDescription;
import org.apache.kafka.clients.admin.QuorumInfo;
import org.apache.kafka.clients.admin.QuorumInfo.ReplicaState;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.Node;
import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Command;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.TreeSet;

/** {@code naru cluster}: the nodes, what they hold, and how they are. */
@Command(
        name = "cluster",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        description = {
            "Show the cluster's nodes, health, features, quorum and disks; spread what they bear;",
            "take nodes out."
        },
        subcommands = {
            ClusterStatus.class,
            ClusterElect.class,
            ClusterBalance.class,
            ClusterRemove.class
        },
        footer = {
            "",
            "Examples:",
            "  naru cluster status",
            "  naru cluster describe --bootstrap kafka.example:9092",
            "  naru cluster log-dirs -o json",
            "  naru cluster balance --plan",
            "  naru cluster remove 3"
        })
public final class Cluster extends ClusterCommand {
    public Cluster(Terminal terminal) {
        super(terminal);
    }

    /** The parent of a subcommand that is a class of its own. */
    static Cluster parent(@Nullable Cluster parent) {
        return Objects.requireNonNull(parent, "a subcommand of cluster");
    }

    /** A broker; the JSON of {@code cluster describe}. */
    record Broker(
            int id, String host, int port, @Nullable String rack, int leaders, int replicas) {}

    @Command(
            name = "describe",
            mixinStandardHelpOptions = true,
            description = "Lists the brokers with what they lead and hold.")
    int describe() {
        return withAdmin(admin -> {
            var cluster = admin.describeCluster();
            Map<Integer, Integer> leaders = new TreeMap<>();
            Map<Integer, Integer> replicas = new TreeMap<>();
            for (TopicDescription topic : Topics.all(admin, true)) {
                for (var partition : topic.partitions()) {
                    @Nullable Node leader = partition.leader();
                    if (leader != null) {
                        leaders.merge(leader.id(), 1, Integer::sum);
                    }
                    partition
                            .replicas()
                            .forEach(node -> replicas.merge(node.id(), 1, Integer::sum));
                }
            }
            List<Broker> brokers = new ArrayList<>();
            for (Node node : await(cluster.nodes())) {
                brokers.add(
                        new Broker(
                                node.id(),
                                node.host(),
                                node.port(),
                                node.rack(),
                                leaders.getOrDefault(node.id(), 0),
                                replicas.getOrDefault(node.id(), 0)));
            }
            brokers.sort(Comparator.comparingInt(Broker::id));
            show(brokers, table(brokers));
            return OK;
        });
    }

    private static Table table(List<Broker> brokers) {
        Table table =
                new Table()
                        .number("ID")
                        .text("ADDRESS")
                        .text("RACK")
                        .number("LEADERS")
                        .number("REPLICAS");
        for (Broker broker : brokers) {
            @Nullable String rack = broker.rack();
            table.row(
                    broker.id(),
                    broker.host() + ":" + broker.port(),
                    rack == null ? "-" : rack,
                    broker.leaders(),
                    broker.replicas());
        }
        return table;
    }

    /** A feature; the JSON of {@code cluster features}. {@code level} is null when it is off. */
    record Feature(String name, @Nullable Integer level, int minimum, int maximum) {}

    @Command(
            name = "features",
            mixinStandardHelpOptions = true,
            description = "Lists feature levels: what is on, and what could be.")
    int features() {
        return withAdmin(admin -> {
            FeatureMetadata metadata = await(admin.describeFeatures().featureMetadata());
            List<Feature> features = new ArrayList<>();
            new TreeMap<>(metadata.supportedFeatures())
                    .forEach((name, range) -> {
                        @Nullable FinalizedVersionRange on = metadata.finalizedFeatures().get(name);
                        features.add(
                                new Feature(
                                        name,
                                        on == null ? null : (Integer) (int) on.maxVersionLevel(),
                                        range.minVersion(),
                                        range.maxVersion()));
                    });
            Table table =
                    new Table().text("FEATURE").number("LEVEL").number("LOWEST").number("HIGHEST");
            for (Feature feature : features) {
                @Nullable Integer level = feature.level();
                table.row(
                        feature.name(),
                        level == null ? "off" : level,
                        feature.minimum(),
                        feature.maximum());
            }
            show(features, table);
            return OK;
        });
    }

    /** A member of the metadata quorum; the JSON of {@code cluster quorum}. */
    record Member(
            int id,
            String directoryId,
            String role,
            long logEndOffset,
            long lag,
            @Nullable String lastCaughtUp) {}

    @Command(
            name = "quorum",
            mixinStandardHelpOptions = true,
            description = "Lists the voters and observers of the metadata quorum.")
    int quorum() {
        return withAdmin(admin -> {
            QuorumInfo quorum = await(admin.describeMetadataQuorum().quorumInfo());
            long end = 0;
            for (ReplicaState voter : quorum.voters()) {
                if (voter.replicaId() == quorum.leaderId()) {
                    end = voter.logEndOffset();
                }
            }
            List<Member> members = new ArrayList<>();
            for (ReplicaState voter : quorum.voters()) {
                boolean leads = voter.replicaId() == quorum.leaderId();
                members.add(member(voter, leads ? "leader" : "voter", end));
            }
            for (ReplicaState observer : quorum.observers()) {
                members.add(member(observer, "observer", end));
            }
            Table table =
                    new Table()
                            .number("ID")
                            .text("ROLE")
                            .number("LOG END")
                            .number("LAG")
                            .text("CAUGHT UP")
                            .text("DIRECTORY");
            for (Member member : members) {
                @Nullable String caughtUp = member.lastCaughtUp();
                table.row(
                        member.id(),
                        member.role(),
                        member.logEndOffset(),
                        member.lag(),
                        caughtUp == null ? "-" : caughtUp,
                        member.directoryId());
            }
            show(members, table);
            return OK;
        });
    }

    private static Member member(ReplicaState state, String role, long leaderEnd) {
        OptionalLong caughtUp = state.lastCaughtUpTimestamp();
        boolean known = caughtUp.isPresent() && caughtUp.getAsLong() > 0;
        return new Member(
                state.replicaId(),
                state.replicaDirectoryId().toString(),
                role,
                state.logEndOffset(),
                Math.max(0, leaderEnd - state.logEndOffset()),
                known ? Instant.ofEpochMilli(caughtUp.getAsLong()).toString() : null);
    }

    /** A data folder of a broker; the JSON of {@code cluster log-dirs}. */
    record Folder(
            int broker,
            String path,
            @Nullable Integer partitions,
            @Nullable Long sizeBytes,
            @Nullable Long freeBytes,
            @Nullable Long totalBytes,
            @Nullable String error) {}

    @Command(
            name = "log-dirs",
            mixinStandardHelpOptions = true,
            description = "Lists the brokers' data folders with their sizes.")
    int logDirs() {
        return withAdmin(admin -> {
            List<Folder> folders = folders(admin, await(admin.describeCluster().nodes()));
            Table table =
                    new Table()
                            .number("BROKER")
                            .text("FOLDER")
                            .number("PARTITIONS")
                            .number("SIZE")
                            .number("FREE")
                            .text("STATE");
            int exit = OK;
            for (Folder folder : folders) {
                @Nullable String error = folder.error();
                @Nullable Integer partitions = folder.partitions();
                table.row(
                        folder.broker(),
                        folder.path(),
                        partitions == null ? "-" : partitions,
                        shown(folder.sizeBytes()),
                        shown(folder.freeBytes()),
                        error == null ? "ok" : error);
                exit = error == null ? exit : FAILED;
            }
            show(folders, table);
            return exit;
        });
    }

    private static String shown(@Nullable Long bytes) {
        return bytes == null ? "-" : Amounts.bytes(bytes);
    }

    private static List<Folder> folders(Admin admin, Collection<Node> nodes) {
        TreeSet<Integer> ids = new TreeSet<>();
        nodes.forEach(node -> ids.add(node.id()));
        List<Folder> folders = new ArrayList<>();
        new TreeMap<>(admin.describeLogDirs(ids).descriptions())
                .forEach((broker, answer) -> {
                    try {
                        new TreeMap<>(await(answer))
                                .forEach((path, description) ->
                                        folders.add(folder(broker, path, description)));
                    } catch (RuntimeException refused) {
                        String why = KafkaFailure.explain(refused);
                        folders.add(new Folder(broker, "-", null, null, null, null, why));
                    }
                });
        return folders;
    }

    private static Folder folder(int broker, String path, LogDirDescription description) {
        long size = 0;
        for (var replica : description.replicaInfos().values()) {
            size += replica.size();
        }
        var error = description.error();
        return new Folder(
                broker,
                path,
                description.replicaInfos().size(),
                size,
                orNull(description.usableBytes()),
                orNull(description.totalBytes()),
                error == null ? null : KafkaFailure.explain(error));
    }

    private static @Nullable Long orNull(OptionalLong value) {
        return value.isPresent() ? (Long) value.getAsLong() : null;
    }
}
