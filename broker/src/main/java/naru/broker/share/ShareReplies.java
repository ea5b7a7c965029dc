package naru.broker.share;

import naru.broker.share.ShareQueue.Fetched;
import naru.broker.share.ShareSession.Target;
import naru.broker.transport.Request;
import naru.quorum.ClusterImage.PartitionState;

import org.apache.kafka.common.message.ShareAcknowledgeResponseData;
import org.apache.kafka.common.message.ShareAcknowledgeResponseData.ShareAcknowledgeTopicResponse;
import org.apache.kafka.common.message.ShareFetchResponseData;
import org.apache.kafka.common.message.ShareFetchResponseData.AcquiredRecords;
import org.apache.kafka.common.message.ShareFetchResponseData.PartitionData;
import org.apache.kafka.common.message.ShareFetchResponseData.ShareFetchableTopicResponse;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Writes the replies to ShareFetch and ShareAcknowledge. */
public final class ShareReplies {
    /** A broker as a client can connect to it. */
    public record Node(int id, String host, int port, @Nullable String rack) {}

    /** Says where a client finds a broker. */
    @FunctionalInterface
    public interface Nodes {
        /** Null when it cannot be reached at present. */
        @Nullable Node node(Request request, int brokerId);
    }

    private final ShareQueues queues;
    private final Nodes nodes;

    public ShareReplies(ShareQueues queues, Nodes nodes) {
        this.queues = queues;
        this.nodes = nodes;
    }

    void reply(
            Request request,
            String groupId,
            Map<Target, Fetched> fetched,
            Map<Target, Acknowledging.Result> acknowledged) {
        ShareFetchResponseData response =
                new ShareFetchResponseData()
                        .setAcquisitionLockTimeoutMs(queues.settings().lockMillis(groupId));
        Set<Target> targets = new LinkedHashSet<>(fetched.keySet());
        targets.addAll(acknowledged.keySet());
        List<Integer> leaders = new ArrayList<>();
        for (Target target : targets) {
            PartitionData data =
                    new PartitionData()
                            .setPartitionIndex(target.partition())
                            .setRecords(MemoryRecords.EMPTY);
            Errors error = fill(data, fetched.get(target));
            Acknowledging.Result result = acknowledged.get(target);
            if (result != null && result.error() != Errors.NONE) {
                data.setAcknowledgeErrorCode(result.error().code())
                        .setAcknowledgeErrorMessage(result.message());
            }
            if (isElsewhere(error) || (result != null && isElsewhere(result.error()))) {
                PartitionState state = state(target);
                if (state != null) {
                    data.currentLeader()
                            .setLeaderId(state.leader())
                            .setLeaderEpoch(state.leaderEpoch());
                    leaders.add(state.leader());
                }
            }
            ShareFetchableTopicResponse topic = response.responses().find(target.topicId());
            if (topic == null) {
                topic = new ShareFetchableTopicResponse().setTopicId(target.topicId());
                response.responses().add(topic);
            }
            topic.partitions().add(data);
        }
        leaders.stream()
                .distinct()
                .forEach(leader -> {
                    Node node = nodes.node(request, leader);
                    if (node != null) {
                        response.nodeEndpoints()
                                .add(
                                        new ShareFetchResponseData.NodeEndpoint()
                                                .setNodeId(node.id())
                                                .setHost(node.host())
                                                .setPort(node.port())
                                                .setRack(node.rack()));
                    }
                });
        request.reply(response);
    }

    private static Errors fill(PartitionData data, @Nullable Fetched fetched) {
        return switch (fetched) {
            case Fetched.Records records -> {
                data.setRecords(records.region())
                        .setAcquiredRecords(
                                records.acquired().stream()
                                        .map(acquired ->
                                                new AcquiredRecords()
                                                        .setFirstOffset(acquired.first())
                                                        .setLastOffset(acquired.last())
                                                        .setDeliveryCount(acquired.deliveryCount()))
                                        .toList());
                yield Errors.NONE;
            }
            case Fetched.Failed failed -> {
                data.setErrorCode(failed.error().code()).setErrorMessage(failed.message());
                yield failed.error();
            }
            case Fetched.Nothing nothing -> Errors.NONE;
            case null -> Errors.NONE;
        };
    }

    private static boolean isElsewhere(Errors error) {
        return error == Errors.NOT_LEADER_OR_FOLLOWER || error == Errors.FENCED_LEADER_EPOCH;
    }

    private @Nullable PartitionState state(Target target) {
        String topic = queues.lookup().topicName(target.topicId());
        return topic == null ? null : queues.lookup().state(topic, target.partition());
    }

    void reply(Request request, String groupId, Map<Target, Acknowledging.Result> acknowledged) {
        ShareAcknowledgeResponseData response =
                new ShareAcknowledgeResponseData()
                        .setAcquisitionLockTimeoutMs(queues.settings().lockMillis(groupId));
        List<Integer> leaders = new ArrayList<>();
        acknowledged.forEach((target, result) -> {
            ShareAcknowledgeResponseData.PartitionData data =
                    new ShareAcknowledgeResponseData.PartitionData()
                            .setPartitionIndex(target.partition())
                            .setErrorCode(result.error().code())
                            .setErrorMessage(
                                    result.error() == Errors.NONE ? null : result.message());
            PartitionState state = isElsewhere(result.error()) ? state(target) : null;
            if (state != null) {
                data.currentLeader()
                        .setLeaderId(state.leader())
                        .setLeaderEpoch(state.leaderEpoch());
                leaders.add(state.leader());
            }
            ShareAcknowledgeTopicResponse topic = response.responses().find(target.topicId());
            if (topic == null) {
                topic = new ShareAcknowledgeTopicResponse().setTopicId(target.topicId());
                response.responses().add(topic);
            }
            topic.partitions().add(data);
        });
        leaders.stream()
                .distinct()
                .forEach(leader -> {
                    Node node = nodes.node(request, leader);
                    if (node != null) {
                        response.nodeEndpoints()
                                .add(
                                        new ShareAcknowledgeResponseData.NodeEndpoint()
                                                .setNodeId(node.id())
                                                .setHost(node.host())
                                                .setPort(node.port())
                                                .setRack(node.rack()));
                    }
                });
        request.reply(response);
    }
}
