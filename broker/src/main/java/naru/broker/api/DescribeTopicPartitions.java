package naru.broker.api;

import naru.broker.access.Access;
import naru.broker.config.NodeConfig;
import naru.broker.transport.Request;
import naru.broker.transport.RequestHandler;
import naru.quorum.ClusterImage;
import naru.quorum.ClusterImage.PartitionState;
import naru.quorum.Quorum;

import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.message.DescribeTopicPartitionsRequestData;
import org.apache.kafka.common.message.DescribeTopicPartitionsRequestData.TopicRequest;
import org.apache.kafka.common.message.DescribeTopicPartitionsResponseData;
import org.apache.kafka.common.message.DescribeTopicPartitionsResponseData.Cursor;
import org.apache.kafka.common.message.DescribeTopicPartitionsResponseData.DescribeTopicPartitionsResponsePartition;
import org.apache.kafka.common.message.DescribeTopicPartitionsResponseData.DescribeTopicPartitionsResponseTopic;
import org.apache.kafka.common.protocol.Errors;

import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * DescribeTopicPartitions: topics in the order of their names, a bounded number of partitions at a
 * time (KIP-966). The cursor of one answer is where the next request goes on.
 */
public final class DescribeTopicPartitions implements RequestHandler {
    private final Quorum quorum;
    private final Supplier<NodeConfig> node;
    private final Addresses addresses;
    private final Access access;

    public DescribeTopicPartitions(
            Quorum quorum, Supplier<NodeConfig> node, Addresses addresses, Access access) {
        this.quorum = quorum;
        this.node = node;
        this.addresses = addresses;
        this.access = access;
    }

    @Override
    public void handle(Request request) {
        DescribeTopicPartitionsRequestData body =
                (DescribeTopicPartitionsRequestData) request.body();
        DescribeTopicPartitionsRequestData.Cursor cursor = body.cursor();
        if (cursor != null && cursor.partitionIndex() < 0) {
            request.reply(
                    Errors.INVALID_REQUEST,
                    "DescribeTopicPartitionsRequest cursor partition must be valid: " + cursor);
            return;
        }
        request.reply(new Page(request, body, quorum.image()).fill());
    }

    /** One answer that is being filled. */
    private final class Page {
        private final Request request;
        private final DescribeTopicPartitionsRequestData body;
        private final ClusterImage image;
        private final Set<Integer> alive;
        private final DescribeTopicPartitionsResponseData response =
                new DescribeTopicPartitionsResponseData();
        private int room;

        Page(Request request, DescribeTopicPartitionsRequestData body, ClusterImage image) {
            this.request = request;
            this.body = body;
            this.image = image;
            this.room =
                    Math.max(
                            1,
                            Math.min(
                                    body.responsePartitionLimit(),
                                    node.get().integer("max.request.partition.size.limit")));
            this.alive =
                    addresses.reachable(request, image).stream()
                            .filter(broker -> !broker.fenced())
                            .map(Addresses.Reachable::id)
                            .collect(Collectors.toSet());
        }

        DescribeTopicPartitionsResponseData fill() {
            boolean all = body.topics().isEmpty();
            DescribeTopicPartitionsRequestData.Cursor cursor = body.cursor();
            String from = cursor == null ? "" : cursor.topicName();
            for (String name : names(all, from)) {
                boolean allowed =
                        all
                                ? access.permittedOnTopic(request, AclOperation.DESCRIBE, name)
                                : access.allowedOnTopic(request, AclOperation.DESCRIBE, name);
                if (!allowed) {
                    if (!all) {
                        refuse(name, Errors.TOPIC_AUTHORIZATION_FAILED);
                    }
                    continue;
                }
                ClusterImage.Topic topic = image.topic(name);
                int first = cursor != null && name.equals(from) ? cursor.partitionIndex() : 0;
                if (topic == null) {
                    refuse(
                            name,
                            Topic.isValid(name)
                                    ? Errors.UNKNOWN_TOPIC_OR_PARTITION
                                    : Errors.INVALID_TOPIC_EXCEPTION);
                } else if (!add(topic, first)) {
                    break;
                }
            }
            return response;
        }

        private Set<String> names(boolean all, String from) {
            TreeSet<String> names = new TreeSet<>();
            if (all) {
                image.topics().forEach(topic -> names.add(topic.name()));
            } else {
                for (TopicRequest topic : body.topics()) {
                    names.add(topic.name());
                }
            }
            return names.tailSet(from, true);
        }

        private void refuse(String name, Errors error) {
            response.topics()
                    .add(
                            new DescribeTopicPartitionsResponseTopic()
                                    .setName(name)
                                    .setTopicId(Uuid.ZERO_UUID)
                                    .setIsInternal(Topic.isInternal(name))
                                    .setErrorCode(error.code()));
        }

        /** Adds what there is room for; false when the page is full. */
        private boolean add(ClusterImage.Topic topic, int first) {
            if (room == 0) {
                nextAt(topic.name(), first);
                return false;
            }
            DescribeTopicPartitionsResponseTopic result =
                    new DescribeTopicPartitionsResponseTopic()
                            .setName(topic.name())
                            .setTopicId(topic.id())
                            .setIsInternal(Topic.isInternal(topic.name()))
                            .setTopicAuthorizedOperations(
                                    AuthorizedOperations.onTopic(access, request, topic.name()));
            response.topics().add(result);
            for (int index = first; index < topic.partitionCount(); index++) {
                if (room == 0) {
                    nextAt(topic.name(), index);
                    return false;
                }
                PartitionState state = topic.partition(index);
                if (state != null) {
                    result.partitions().add(partition(index, state));
                    room--;
                }
            }
            return true;
        }

        private void nextAt(String topic, int index) {
            response.setNextCursor(new Cursor().setTopicName(topic).setPartitionIndex(index));
        }

        private DescribeTopicPartitionsResponsePartition partition(
                int index, PartitionState state) {
            DescribeTopicPartitionsResponsePartition partition =
                    new DescribeTopicPartitionsResponsePartition().setPartitionIndex(index);
            boolean led = alive.contains(state.leader());
            return partition
                    .setErrorCode((led ? Errors.NONE : Errors.LEADER_NOT_AVAILABLE).code())
                    .setLeaderId(led ? state.leader() : -1)
                    .setLeaderEpoch(state.leaderEpoch())
                    .setReplicaNodes(state.replicas())
                    .setIsrNodes(state.inSyncReplicas())
                    .setEligibleLeaderReplicas(state.eligibleLeaderReplicas())
                    .setLastKnownElr(state.lastKnownEligibleLeaderReplicas())
                    .setOfflineReplicas(TopicMetadata.offline(image, state, alive));
        }
    }
}
