package naru.simulation.cluster;

import naru.quorum.ClusterImage.PartitionState;
import naru.simulation.node.Caller;

import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.message.AddOffsetsToTxnRequestData;
import org.apache.kafka.common.message.AddPartitionsToTxnRequestData;
import org.apache.kafka.common.message.EndTxnRequestData;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.InitProducerIdRequestData;
import org.apache.kafka.common.message.OffsetCommitRequestData;
import org.apache.kafka.common.message.OffsetFetchRequestData;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.TxnOffsetCommitRequestData;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.utils.Utils;

/**
 * Where one client sends its requests: it knows the metadata that a broker told it some time ago,
 * never goes back to older ones, and reads from the replica that its leader recommends.
 */
final class Route {
    static final int NOWHERE = -1;
    private static final int MOST_AGE_MILLIS = 250;
    private static final int MOST_PREFERENCE_MILLIS = 400;

    private final Cluster cluster;
    private ModelImage image = ModelImage.NONE;
    private long refreshAtMillis;
    private int preferred = NOWHERE;
    private long preferredUntilMillis;

    Route(Cluster cluster) {
        this.cluster = cluster;
    }

    private void refresh() {
        long now = cluster.time().millis();
        if (now >= refreshAtMillis) {
            Machine asked = cluster.anyMachine();
            boolean answers =
                    asked.isUp()
                            && !asked.isPaused()
                            && !cluster.network().isCut(asked.id(), Network.CLIENTS);
            if (answers && asked.membership().image().offset() > image.offset()) {
                image = asked.membership().image();
            }
            refreshAtMillis = now + cluster.random().nextInt(MOST_AGE_MILLIS);
        }
    }

    /** The broker to ask, or {@link #NOWHERE}. */
    int target(ApiMessage request) {
        refresh();
        if (image == ModelImage.NONE) {
            return NOWHERE;
        }
        return switch (request) {
            case ProduceRequestData produce -> {
                var topic = produce.topicData().iterator().next();
                yield leader(topic.name(), topic.partitionData().getFirst().index());
            }
            case FetchRequestData fetch -> reader(fetch);
            case InitProducerIdRequestData init ->
                    init.transactionalId() == null
                            ? cluster.anyMachine().id()
                            : ofTransaction(init.transactionalId());
            case AddPartitionsToTxnRequestData add ->
                    ofTransaction(add.v3AndBelowTransactionalId());
            case AddOffsetsToTxnRequestData add -> ofTransaction(add.transactionalId());
            case EndTxnRequestData end -> ofTransaction(end.transactionalId());
            case TxnOffsetCommitRequestData commit -> ofGroup(commit.groupId());
            case OffsetCommitRequestData commit -> ofGroup(commit.groupId());
            case OffsetFetchRequestData fetch -> ofGroup(fetch.groups().getFirst().groupId());
            default -> throw new IllegalArgumentException("nobody to ask: " + request);
        };
    }

    private int ofTransaction(String transactionalId) {
        return coordinator(Topic.TRANSACTION_STATE_TOPIC_NAME, transactionalId);
    }

    private int ofGroup(String group) {
        return coordinator(Topic.GROUP_METADATA_TOPIC_NAME, group);
    }

    private int coordinator(String topic, String key) {
        ModelImage.ModelTopic known = image.topic(topic);
        return known == null
                ? NOWHERE
                : leader(topic, Utils.abs(key.hashCode()) % known.partitionCount());
    }

    private int leader(String topic, int index) {
        return image.state(new TopicPartition(topic, index)).leader();
    }

    /** A fetch says which epoch of the leader its client knows. */
    private int reader(FetchRequestData fetch) {
        var topic = fetch.topics().getFirst();
        var partition = topic.partitions().getFirst();
        PartitionState state =
                image.state(new TopicPartition(topic.topic(), partition.partition()));
        partition.setCurrentLeaderEpoch(state.leaderEpoch());
        if (cluster.random().nextInt(3) == 0) {
            fetch.setRackId("rack-" + cluster.anyMachine().id());
        }
        boolean prefers = preferred != NOWHERE && cluster.time().millis() < preferredUntilMillis;
        return prefers ? preferred : state.leader();
    }

    /** The answer as the client is told: what a follower does not know is asked of the leader. */
    Caller heard(Caller client) {
        return new Caller() {
            @Override
            public void answer(ApiMessage response) {
                boolean isOfFollower = preferred != NOWHERE;
                Errors error = noted(response);
                if (isOfFollower && error == Errors.OFFSET_OUT_OF_RANGE) {
                    preferred = NOWHERE;
                    client.refused(Errors.NOT_LEADER_OR_FOLLOWER);
                } else {
                    client.answer(response);
                }
            }

            @Override
            public void refused(Errors error) {
                preferred = NOWHERE;
                client.refused(error);
            }

            @Override
            public void disconnected() {
                preferred = NOWHERE;
                refreshAtMillis = 0;
                client.disconnected();
            }
        };
    }

    /** Takes what a fetch tells of where to read, and gives its error. */
    private Errors noted(ApiMessage response) {
        if (!(response instanceof FetchResponseData fetched) || fetched.responses().isEmpty()) {
            return Errors.NONE;
        }
        var data = fetched.responses().getFirst().partitions().getFirst();
        Errors error = Errors.forCode(data.errorCode());
        if (error != Errors.NONE && error != Errors.OFFSET_OUT_OF_RANGE) {
            preferred = NOWHERE;
        } else if (data.preferredReadReplica() >= 0) {
            preferred = data.preferredReadReplica();
            preferredUntilMillis = cluster.time().millis() + MOST_PREFERENCE_MILLIS;
        }
        return error;
    }
}
