package naru.broker.api;

import naru.broker.transport.Request;
import naru.quorum.ClusterImage;
import naru.quorum.ClusterImage.BrokerNode;
import naru.quorum.ClusterImage.PartitionState;

import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.message.MetadataResponseData.MetadataResponsePartition;
import org.apache.kafka.common.message.MetadataResponseData.MetadataResponseTopic;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.MetadataResponse;
import org.jspecify.annotations.Nullable;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Topics of one image as the client of one request sees them. */
final class TopicMetadata {
    private static final short FIRST_VERSION_WITH_LISTENER_ERRORS = 6;
    private static final short LAST_VERSION_WITHOUT_DEAD_REPLICAS = 0;

    private final ClusterImage image;
    private final Request request;
    private final Set<Integer> alive = new HashSet<>();

    /**
     * @param alive brokers that are not fenced and that this client can connect to
     */
    TopicMetadata(ClusterImage image, Request request, List<Addresses.Reachable> alive) {
        this.image = image;
        this.request = request;
        alive.forEach(broker -> this.alive.add(broker.id()));
    }

    static MetadataResponseTopic refused(@Nullable String name, Uuid id, Errors error) {
        return new MetadataResponseTopic()
                .setName(name)
                .setTopicId(id)
                .setIsInternal(name != null && Topic.isInternal(name))
                .setErrorCode(error.code());
    }

    MetadataResponseTopic of(ClusterImage.Topic topic) {
        MetadataResponseTopic result =
                new MetadataResponseTopic()
                        .setName(topic.name())
                        .setTopicId(topic.id())
                        .setIsInternal(Topic.isInternal(topic.name()));
        for (int index = 0; index < topic.partitionCount(); index++) {
            PartitionState state = topic.partition(index);
            if (state != null) {
                result.partitions().add(partition(index, state));
            }
        }
        return result;
    }

    private MetadataResponsePartition partition(int index, PartitionState state) {
        boolean dropDead = request.version() <= LAST_VERSION_WITHOUT_DEAD_REPLICAS;
        List<Integer> replicas = dropDead ? living(state.replicas()) : state.replicas();
        List<Integer> inSync = dropDead ? living(state.inSyncReplicas()) : state.inSyncReplicas();
        MetadataResponsePartition partition =
                new MetadataResponsePartition()
                        .setPartitionIndex(index)
                        .setLeaderId(MetadataResponse.NO_LEADER_ID)
                        .setLeaderEpoch(state.leaderEpoch())
                        .setReplicaNodes(replicas)
                        .setIsrNodes(inSync)
                        .setOfflineReplicas(offline(state));
        if (!alive.contains(state.leader())) {
            return partition.setErrorCode(withoutLeader(state.leader()).code());
        }
        partition.setLeaderId(state.leader());
        if (replicas.size() < state.replicas().size()
                || inSync.size() < state.inSyncReplicas().size()) {
            partition.setErrorCode(Errors.REPLICA_NOT_AVAILABLE.code());
        }
        return partition;
    }

    private Errors withoutLeader(int leader) {
        BrokerNode broker = image.broker(leader);
        boolean otherListener = broker != null && !broker.fenced();
        return otherListener && request.version() >= FIRST_VERSION_WITH_LISTENER_ERRORS
                ? Errors.LISTENER_NOT_FOUND
                : Errors.LEADER_NOT_AVAILABLE;
    }

    private List<Integer> living(List<Integer> replicas) {
        return replicas.stream().filter(alive::contains).toList();
    }

    private List<Integer> offline(PartitionState state) {
        return offline(image, state, alive);
    }

    /** Replicas on brokers that are not there, or in a data folder that does not work. */
    static List<Integer> offline(ClusterImage image, PartitionState state, Set<Integer> alive) {
        return state.replicas().stream()
                .filter(replica -> {
                    BrokerNode broker = image.broker(replica);
                    return !alive.contains(replica) || (broker != null && !broker.hasOnline(state));
                })
                .toList();
    }
}
