package naru.coordination.group.share;

import naru.coordination.Draft;
import naru.coordination.group.modern.ModernState;
import naru.coordination.group.modern.Surroundings;
import naru.coordination.group.modern.TopicCatalog;
import naru.coordination.group.modern.TopicPartitions;

import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.AlterShareGroupOffsetsRequestData;
import org.apache.kafka.common.message.AlterShareGroupOffsetsResponseData;
import org.apache.kafka.common.message.AlterShareGroupOffsetsResponseData.AlterShareGroupOffsetsResponsePartition;
import org.apache.kafka.common.message.AlterShareGroupOffsetsResponseData.AlterShareGroupOffsetsResponseTopic;
import org.apache.kafka.common.message.DeleteShareGroupOffsetsRequestData;
import org.apache.kafka.common.message.DeleteShareGroupOffsetsResponseData;
import org.apache.kafka.common.message.DeleteShareGroupOffsetsResponseData.DeleteShareGroupOffsetsResponseTopic;
import org.apache.kafka.common.message.DescribeShareGroupOffsetsRequestData.DescribeShareGroupOffsetsRequestGroup;
import org.apache.kafka.common.message.DescribeShareGroupOffsetsRequestData.DescribeShareGroupOffsetsRequestTopic;
import org.apache.kafka.common.message.DescribeShareGroupOffsetsResponseData;
import org.apache.kafka.common.message.DescribeShareGroupOffsetsResponseData.DescribeShareGroupOffsetsResponseGroup;
import org.apache.kafka.common.message.DescribeShareGroupOffsetsResponseData.DescribeShareGroupOffsetsResponsePartition;
import org.apache.kafka.common.message.DescribeShareGroupOffsetsResponseData.DescribeShareGroupOffsetsResponseTopic;
import org.apache.kafka.common.message.ShareGroupDescribeResponseData;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** What becomes of the share state of a group's partitions. Owned by the shard. */
public final class ShareStates {
    private static final long UNKNOWN = -1;

    private final Surroundings surroundings;
    private final ShareHeartbeats heartbeats;

    public ShareStates(Surroundings surroundings, ShareHeartbeats heartbeats) {
        this.surroundings = surroundings;
        this.heartbeats = heartbeats;
    }

    // ---- initialized ----

    /** The share coordinator has begun the state of these partitions: they may be assigned. */
    public void initialized(ShareGroup group, TopicPartitions partitions, Draft draft) {
        group.answered();
        if (group.state().initialized().containsAll(partitions)) {
            return;
        }
        ShareGroupChange change = heartbeats.change(group, draft);
        Map<Uuid, String> names = new HashMap<>();
        partitions
                .partitions()
                .keySet()
                .forEach(id -> {
                    TopicCatalog.Topic topic = surroundings.topics().topic(id);
                    if (topic != null) {
                        names.put(id, topic.name());
                    }
                });
        StateTopics state = group.state().initialized(partitions, names);
        change.state(state.only(id -> surroundings.topics().topic(id) != null));
        if (change.size() > 0) {
            change.raiseEpoch();
            change.assign();
        }
    }

    // ---- offsets are altered ----

    /** Asks for what can be altered; {@code ShareStateInitialized} brings the answer. */
    public void alter(
            ShareGroup group, AlterShareGroupOffsetsRequestData request, long ticket, Draft draft) {
        Map<Uuid, Map<Integer, Long>> starts = new HashMap<>();
        for (var topic : request.topics()) {
            TopicCatalog.Topic known = surroundings.topics().topic(topic.topicName());
            if (known == null) {
                continue;
            }
            for (var partition : topic.partitions()) {
                if (partition.partitionIndex() >= 0
                        && partition.partitionIndex() < known.partitionCount()
                        && partition.startOffset() >= 0) {
                    starts.computeIfAbsent(known.id(), id -> new HashMap<>())
                            .put(partition.partitionIndex(), partition.startOffset());
                }
            }
        }
        if (starts.isEmpty()) {
            draft.reply(ticket, alteration(request, (id, index) -> Errors.NONE));
            return;
        }
        ShareGroupChange change = heartbeats.change(group, draft);
        change.raiseEpoch();
        draft.hold(ticket);
        draft.effect(
                new ShareEffect.Initialize(
                        group.id(),
                        change.epoch(),
                        starts,
                        new ShareEffect.Waiting(ticket, request)));
    }

    /** Whether a partition was altered. */
    @FunctionalInterface
    public interface Outcome {
        Errors of(Uuid topic, int partition);
    }

    public AlterShareGroupOffsetsResponseData alteration(
            AlterShareGroupOffsetsRequestData request, Outcome outcome) {
        AlterShareGroupOffsetsResponseData response = new AlterShareGroupOffsetsResponseData();
        for (var topic : request.topics()) {
            TopicCatalog.Topic known = surroundings.topics().topic(topic.topicName());
            AlterShareGroupOffsetsResponseTopic answer =
                    new AlterShareGroupOffsetsResponseTopic()
                            .setTopicName(topic.topicName())
                            .setTopicId(known == null ? Uuid.ZERO_UUID : known.id());
            for (var partition : topic.partitions()) {
                int index = partition.partitionIndex();
                Errors error =
                        known == null || index < 0 || index >= known.partitionCount()
                                ? Errors.UNKNOWN_TOPIC_OR_PARTITION
                                : partition.startOffset() < 0
                                        ? Errors.INVALID_REQUEST
                                        : outcome.of(known.id(), index);
                answer.partitions()
                        .add(
                                new AlterShareGroupOffsetsResponsePartition()
                                        .setPartitionIndex(index)
                                        .setErrorCode(error.code())
                                        .setErrorMessage(
                                                error == Errors.NONE ? null : error.message()));
            }
            response.responses().add(answer);
        }
        return response;
    }

    // ---- offsets are deleted ----

    /** Asks for what is there of the topics; the answer comes with {@link #deleted}. */
    public void delete(
            ShareGroup group,
            DeleteShareGroupOffsetsRequestData request,
            long ticket,
            Draft draft) {
        TopicPartitions partitions = partitionsOf(group, request);
        if (partitions.isEmpty()) {
            draft.reply(ticket, deletion(request, Errors.NONE));
        } else {
            draft.hold(ticket);
            draft.effect(
                    new ShareEffect.Delete(
                            group.id(), partitions, new ShareEffect.Waiting(ticket, request)));
        }
    }

    private TopicPartitions partitionsOf(
            ShareGroup group, DeleteShareGroupOffsetsRequestData request) {
        Set<Uuid> ids = new HashSet<>();
        for (var topic : request.topics()) {
            TopicCatalog.Topic known = surroundings.topics().topic(topic.topicName());
            if (known != null) {
                ids.add(known.id());
            }
        }
        return allOf(group.state().only(ids::contains));
    }

    private static TopicPartitions allOf(StateTopics state) {
        Map<Uuid, Set<Integer>> all = new HashMap<>();
        for (TopicPartitions some : List.of(state.initializing(), state.initialized())) {
            some.forEach(
                    (topic, index) -> all.computeIfAbsent(topic, id -> new TreeSet<>()).add(index));
        }
        return new TopicPartitions(all);
    }

    /** All that the group has share state of. */
    public TopicPartitions all(ShareGroup group) {
        return allOf(group.state());
    }

    /** The share state of these partitions is gone. */
    public void deleted(ShareGroup group, TopicPartitions partitions, Draft draft) {
        StateTopics rest = group.state().without(partitions);
        if (!rest.equals(group.state())) {
            heartbeats.change(group, draft).state(rest);
        }
    }

    public DeleteShareGroupOffsetsResponseData deletion(
            DeleteShareGroupOffsetsRequestData request, Errors error) {
        DeleteShareGroupOffsetsResponseData response = new DeleteShareGroupOffsetsResponseData();
        for (var topic : request.topics()) {
            TopicCatalog.Topic known = surroundings.topics().topic(topic.topicName());
            Errors told = known == null ? Errors.UNKNOWN_TOPIC_OR_PARTITION : error;
            response.responses()
                    .add(
                            new DeleteShareGroupOffsetsResponseTopic()
                                    .setTopicName(topic.topicName())
                                    .setTopicId(known == null ? Uuid.ZERO_UUID : known.id())
                                    .setErrorCode(told.code())
                                    .setErrorMessage(told == Errors.NONE ? null : told.message()));
        }
        return response;
    }

    // ---- questions ----

    /** The partitions that are asked for, still without offsets. */
    public DescribeShareGroupOffsetsResponseData offsets(
            ShareGroup group, DescribeShareGroupOffsetsRequestGroup asked) {
        DescribeShareGroupOffsetsResponseGroup answer =
                new DescribeShareGroupOffsetsResponseGroup().setGroupId(group.id());
        List<DescribeShareGroupOffsetsRequestTopic> topics = asked.topics();
        if (topics == null) {
            group.state()
                    .initialized()
                    .partitions()
                    .forEach((id, indexes) ->
                            answer.topics()
                                    .add(
                                            unknown(
                                                    id,
                                                    group.state().name(id),
                                                    List.copyOf(indexes))));
        } else {
            for (DescribeShareGroupOffsetsRequestTopic topic : topics) {
                TopicCatalog.Topic known = surroundings.topics().topic(topic.topicName());
                answer.topics()
                        .add(
                                unknown(
                                        known == null ? Uuid.ZERO_UUID : known.id(),
                                        topic.topicName(),
                                        topic.partitions()));
            }
        }
        return new DescribeShareGroupOffsetsResponseData().setGroups(List.of(answer));
    }

    private static DescribeShareGroupOffsetsResponseTopic unknown(
            Uuid id, String name, List<Integer> indexes) {
        List<DescribeShareGroupOffsetsResponsePartition> partitions = new ArrayList<>();
        for (int index : indexes) {
            partitions.add(
                    new DescribeShareGroupOffsetsResponsePartition()
                            .setPartitionIndex(index)
                            .setStartOffset(UNKNOWN)
                            .setLag(UNKNOWN));
        }
        return new DescribeShareGroupOffsetsResponseTopic()
                .setTopicId(id)
                .setTopicName(name)
                .setPartitions(partitions);
    }

    public static ShareGroupDescribeResponseData.DescribedGroup notFound(
            String groupId, String message) {
        return new ShareGroupDescribeResponseData.DescribedGroup()
                .setGroupId(groupId)
                .setGroupState(ModernState.DEAD.label())
                .setErrorCode(Errors.GROUP_ID_NOT_FOUND.code())
                .setErrorMessage(message);
    }

    public ShareGroupDescribeResponseData.DescribedGroup describe(ShareGroup group) {
        return new ShareGroupDescribeResponseData.DescribedGroup()
                .setGroupId(group.id())
                .setGroupState(group.modernState().label())
                .setGroupEpoch(group.roster().epoch())
                .setAssignmentEpoch(group.roster().targetEpoch())
                .setAssignorName("simple")
                .setMembers(group.roster().members().stream().map(this::described).toList());
    }

    private ShareGroupDescribeResponseData.Member described(ShareMember member) {
        List<ShareGroupDescribeResponseData.TopicPartitions> assigned = new ArrayList<>();
        member.assigned()
                .partitions()
                .forEach((id, indexes) -> {
                    TopicCatalog.@Nullable Topic topic = surroundings.topics().topic(id);
                    if (topic != null) {
                        assigned.add(
                                new ShareGroupDescribeResponseData.TopicPartitions()
                                        .setTopicId(id)
                                        .setTopicName(topic.name())
                                        .setPartitions(List.copyOf(indexes)));
                    }
                });
        return new ShareGroupDescribeResponseData.Member()
                .setMemberId(member.id())
                .setRackId(member.rackId())
                .setMemberEpoch(member.epoch())
                .setClientId(member.clientId())
                .setClientHost(member.clientHost())
                .setSubscribedTopicNames(member.topics())
                .setAssignment(
                        new ShareGroupDescribeResponseData.Assignment()
                                .setTopicPartitions(assigned));
    }
}
