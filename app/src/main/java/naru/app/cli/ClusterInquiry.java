package naru.app.cli;

import static naru.app.cli.ClusterCommand.await;
import static naru.app.cli.ClusterCommand.awaitOrNull;

import naru.app.explain.ClusterFacts;
import naru.app.explain.ClusterFacts.MemberFacts;
import naru.app.explain.ClusterFacts.MoveFacts;
import naru.app.explain.ClusterFacts.NodeFacts;
import naru.app.explain.ClusterFacts.PartitionFacts;
import naru.app.explain.ClusterFacts.QuorumFacts;
import naru.app.explain.ClusterFacts.State;

import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.DescribeClusterOptions;
import org.apache.kafka.clients.admin.DescribeFeaturesOptions;
import org.apache.kafka.clients.admin.LogDirDescription;
import org.apache.kafka.clients.admin.PartitionReassignment;
import org.apache.kafka.clients.admin.QuorumInfo;
import org.apache.kafka.clients.admin.QuorumInfo.ReplicaState;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.server.common.MetadataVersion;
import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;

/** Asks a cluster how it is; what it does not tell stays unknown. */
final class ClusterInquiry {
    private static final String MIN_IN_SYNC = "min.insync.replicas";

    /** Of more topics only those are asked for settings that have a replica out of sync. */
    private static final int TOPICS_ASKED = 500;

    private final Admin admin;

    ClusterInquiry(Admin admin) {
        this.admin = admin;
    }

    ClusterFacts ask() {
        var cluster =
                admin.describeCluster(new DescribeClusterOptions().includeFencedBrokers(true));
        @Nullable QuorumInfo quorum = awaitOrNull(admin.describeMetadataQuorum().quorumInfo());
        @Nullable Map<TopicPartition, PartitionReassignment> moving =
                awaitOrNull(admin.listPartitionReassignments().reassignments());
        List<MoveFacts> moves = new ArrayList<>();
        Map<TopicPartition, List<Integer>> coming = new HashMap<>();
        if (moving != null) {
            moving.forEach((id, one) -> {
                moves.add(new MoveFacts(id, one.addingReplicas(), one.removingReplicas()));
                coming.put(id, one.addingReplicas());
            });
        }
        List<TopicDescription> topics = List.copyOf(Topics.all(admin, true));
        List<PartitionFacts> partitions = partitions(topics, coming);
        moves.sort(
                Comparator.<MoveFacts, String>comparing(one -> one.id().topic())
                        .thenComparingInt(one -> one.id().partition()));
        return new ClusterFacts(
                String.valueOf(await(cluster.clusterId())),
                (int) topics.stream().filter(topic -> !topic.isInternal()).count(),
                nodes(List.copyOf(await(cluster.nodes())), quorum, partitions),
                partitions,
                moves,
                quorum == null ? null : quorum(quorum));
    }

    private List<PartitionFacts> partitions(
            List<TopicDescription> topics, Map<TopicPartition, List<Integer>> coming) {
        Map<String, Integer> minimums = minimums(topics);
        List<PartitionFacts> partitions = new ArrayList<>();
        for (TopicDescription topic : topics) {
            for (TopicPartitionInfo info : topic.partitions()) {
                @Nullable Node leader = info.leader();
                TopicPartition id = new TopicPartition(topic.name(), info.partition());
                List<Integer> arriving = coming.getOrDefault(id, List.of());
                partitions.add(
                        new PartitionFacts(
                                id,
                                leader == null || leader.isEmpty() ? null : (Integer) leader.id(),
                                info.replicas().stream()
                                        .map(Node::id)
                                        .filter(node -> !arriving.contains(node))
                                        .toList(),
                                info.isr().stream().map(Node::id).toList(),
                                info.elr() == null
                                        ? List.of()
                                        : info.elr().stream().map(Node::id).toList(),
                                minimums.get(topic.name())));
            }
        }
        return partitions;
    }

    private Map<String, Integer> minimums(List<TopicDescription> topics) {
        List<ConfigResource> asked =
                topics.stream()
                        .filter(topic ->
                                topics.size() <= TOPICS_ASKED
                                        || Topics.Row.of(topic).underReplicatedPartitions() > 0)
                        .limit(TOPICS_ASKED)
                        .map(topic -> new ConfigResource(ConfigResource.Type.TOPIC, topic.name()))
                        .toList();
        Map<String, Integer> minimums = new HashMap<>();
        admin.describeConfigs(asked)
                .values()
                .forEach((topic, answer) -> {
                    @Nullable Config config = awaitOrNull(answer);
                    @Nullable ConfigEntry entry = config == null ? null : config.get(MIN_IN_SYNC);
                    @Nullable String value = entry == null ? null : entry.value();
                    if (value != null) {
                        minimums.put(topic.name(), Integer.valueOf(value));
                    }
                });
        return minimums;
    }

    private List<NodeFacts> nodes(
            List<Node> brokers, @Nullable QuorumInfo quorum, List<PartitionFacts> partitions) {
        Map<Integer, Node> byId = new TreeMap<>();
        brokers.forEach(broker -> byId.put(broker.id(), broker));
        List<Integer> alive =
                brokers.stream().filter(broker -> !broker.isFenced()).map(Node::id).toList();
        var folders = admin.describeLogDirs(alive).descriptions();
        List<Integer> voters =
                quorum == null
                        ? List.of()
                        : quorum.voters().stream().map(ReplicaState::replicaId).toList();
        List<NodeFacts> nodes = new ArrayList<>();
        byId.forEach((id, broker) ->
                nodes.add(
                        node(
                                broker,
                                voters.contains(id),
                                folders.get(id),
                                version(broker),
                                partitions)));
        for (int voter : voters) {
            if (quorum != null && !byId.containsKey(voter)) {
                nodes.add(controller(voter, quorum));
            }
        }
        nodes.sort(Comparator.comparingInt(NodeFacts::id));
        return nodes;
    }

    /** By the newest metadata version that it can work with; levels unknown here are numbers. */
    private @Nullable String version(Node broker) {
        if (broker.isFenced()) {
            return null;
        }
        var features =
                awaitOrNull(
                        admin.describeFeatures(new DescribeFeaturesOptions().nodeId(broker.id()))
                                .featureMetadata());
        var range = features == null ? null : features.supportedFeatures().get("metadata.version");
        if (range == null) {
            return null;
        }
        short level = range.maxVersion();
        return level > MetadataVersion.latestTesting().featureLevel()
                ? "level " + level
                : MetadataVersion.fromFeatureLevel(level).shortVersion();
    }

    private static NodeFacts node(
            Node broker,
            boolean votes,
            @Nullable KafkaFuture<Map<String, LogDirDescription>> asked,
            @Nullable String version,
            List<PartitionFacts> partitions) {
        @Nullable Map<String, LogDirDescription> folders =
                asked == null ? null : awaitOrNull(asked);
        Integer id = broker.id();
        State state =
                broker.isFenced()
                        ? State.fenced
                        : folders == null
                                ? State.silent
                                : isCordoned(folders) ? State.draining : State.active;
        List<String> offline = new ArrayList<>();
        @Nullable Long size = folders == null ? null : (Long) 0L;
        @Nullable Long free = null;
        for (var folder :
                folders == null
                        ? Map.<String, LogDirDescription>of().entrySet()
                        : new TreeMap<>(folders).entrySet()) {
            if (folder.getValue().error() != null) {
                offline.add(folder.getKey());
                continue;
            }
            for (var replica : folder.getValue().replicaInfos().values()) {
                size = size == null ? null : (Long) (size + replica.size());
            }
            OptionalLong usable = folder.getValue().usableBytes();
            free =
                    usable.isPresent()
                            ? (Long) ((free == null ? 0 : free) + usable.getAsLong())
                            : free;
        }
        return new NodeFacts(
                id,
                broker.host(),
                broker.port(),
                broker.rack(),
                votes ? List.of("broker", "controller") : List.of("broker"),
                state,
                version,
                (int) partitions.stream().filter(one -> id.equals(one.leader())).count(),
                (int) partitions.stream().filter(one -> one.replicas().contains(id)).count(),
                size,
                free,
                offline);
    }

    private static boolean isCordoned(Map<String, LogDirDescription> folders) {
        return folders.values().stream().allMatch(LogDirDescription::isCordoned);
    }

    private static NodeFacts controller(int id, QuorumInfo quorum) {
        QuorumInfo.@Nullable Node known = quorum.nodes().get(id);
        var endpoint =
                known == null || known.endpoints().isEmpty() ? null : known.endpoints().getFirst();
        return new NodeFacts(
                id,
                endpoint == null ? null : endpoint.host(),
                endpoint == null ? null : (Integer) endpoint.port(),
                null,
                List.of("controller"),
                State.controller,
                null,
                0,
                0,
                null,
                null,
                List.of());
    }

    private static QuorumFacts quorum(QuorumInfo quorum) {
        long end = 0;
        long now = 0;
        for (ReplicaState voter : quorum.voters()) {
            if (voter.replicaId() == quorum.leaderId()) {
                end = voter.logEndOffset();
                now = voter.lastCaughtUpTimestamp().orElse(0);
            }
        }
        List<MemberFacts> members = new ArrayList<>();
        for (ReplicaState voter : quorum.voters()) {
            boolean leads = voter.replicaId() == quorum.leaderId();
            members.add(member(voter, leads ? "leader" : "voter", end, now));
        }
        for (ReplicaState observer : quorum.observers()) {
            members.add(member(observer, "observer", end, now));
        }
        members.sort(Comparator.comparingInt(MemberFacts::id));
        return new QuorumFacts(quorum.leaderId(), quorum.leaderEpoch(), members);
    }

    private static MemberFacts member(ReplicaState state, String role, long end, long now) {
        long caughtUp = state.lastCaughtUpTimestamp().orElse(-1);
        return new MemberFacts(
                state.replicaId(),
                role,
                Math.max(0, end - state.logEndOffset()),
                now <= 0 || caughtUp <= 0 ? null : (Long) Math.max(0, now - caughtUp));
    }
}
