package naru.broker;

import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.AlterShareGroupOffsetsRequestData;
import org.apache.kafka.common.message.ConsumerGroupDescribeRequestData;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatRequestData;
import org.apache.kafka.common.message.DeleteGroupsRequestData;
import org.apache.kafka.common.message.DeleteShareGroupOffsetsRequestData;
import org.apache.kafka.common.message.DeleteShareGroupStateRequestData;
import org.apache.kafka.common.message.DescribeGroupsRequestData;
import org.apache.kafka.common.message.DescribeShareGroupOffsetsRequestData;
import org.apache.kafka.common.message.FindCoordinatorRequestData;
import org.apache.kafka.common.message.HeartbeatRequestData;
import org.apache.kafka.common.message.InitializeShareGroupStateRequestData;
import org.apache.kafka.common.message.JoinGroupRequestData;
import org.apache.kafka.common.message.LeaveGroupRequestData;
import org.apache.kafka.common.message.ListGroupsRequestData;
import org.apache.kafka.common.message.OffsetCommitRequestData;
import org.apache.kafka.common.message.OffsetDeleteRequestData;
import org.apache.kafka.common.message.OffsetFetchRequestData;
import org.apache.kafka.common.message.ReadShareGroupStateRequestData;
import org.apache.kafka.common.message.ReadShareGroupStateSummaryRequestData;
import org.apache.kafka.common.message.ShareAcknowledgeRequestData;
import org.apache.kafka.common.message.ShareFetchRequestData;
import org.apache.kafka.common.message.ShareGroupDescribeRequestData;
import org.apache.kafka.common.message.ShareGroupHeartbeatRequestData;
import org.apache.kafka.common.message.StreamsGroupDescribeRequestData;
import org.apache.kafka.common.message.StreamsGroupHeartbeatRequestData;
import org.apache.kafka.common.message.SyncGroupRequestData;
import org.apache.kafka.common.message.WriteShareGroupStateRequestData;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.requests.FindCoordinatorRequest.CoordinatorType;

import java.util.List;

/** Requests of the matrix about groups of all kinds. */
final class GroupBodies {
    private GroupBodies() {}

    private static final String MEMBER = Uuid.ONE_UUID.toString();

    private static OffsetCommitRequestData commit(
            Names names, OffsetCommitRequestData.OffsetCommitRequestTopic topic) {
        topic.partitions().add(new OffsetCommitRequestData.OffsetCommitRequestPartition());
        return new OffsetCommitRequestData().setGroupId(names.group()).setTopics(List.of(topic));
    }

    static ApiMessage commit(Names names) {
        return commit(
                names,
                new OffsetCommitRequestData.OffsetCommitRequestTopic().setName(names.topic()));
    }

    static ApiMessage commitById(Names names) {
        return commit(
                names,
                new OffsetCommitRequestData.OffsetCommitRequestTopic().setTopicId(names.topicId()));
    }

    private static ApiMessage offsets(
            Names names, List<OffsetFetchRequestData.OffsetFetchRequestTopics> topics) {
        return new OffsetFetchRequestData()
                .setGroups(
                        List.of(
                                new OffsetFetchRequestData.OffsetFetchRequestGroup()
                                        .setGroupId(names.group())
                                        .setTopics(topics)));
    }

    static ApiMessage offsets(Names names) {
        return offsets(
                names,
                List.of(
                        new OffsetFetchRequestData.OffsetFetchRequestTopics()
                                .setName(names.topic())
                                .setPartitionIndexes(List.of(0))));
    }

    static ApiMessage offsetsById(Names names) {
        return offsets(
                names,
                List.of(
                        new OffsetFetchRequestData.OffsetFetchRequestTopics()
                                .setTopicId(names.topicId())
                                .setPartitionIndexes(List.of(0))));
    }

    static ApiMessage allOffsets(Names names) {
        return new OffsetFetchRequestData()
                .setGroups(
                        List.of(
                                new OffsetFetchRequestData.OffsetFetchRequestGroup()
                                        .setGroupId(names.group())
                                        .setTopics(null)));
    }

    static ApiMessage coordinator(CoordinatorType type, String key) {
        return new FindCoordinatorRequestData()
                .setKeyType(type.id())
                .setCoordinatorKeys(List.of(key));
    }

    static ApiMessage join(Names names) {
        return new JoinGroupRequestData().setGroupId(names.group()).setProtocolType("consumer");
    }

    static ApiMessage heartbeat(Names names) {
        return new HeartbeatRequestData().setGroupId(names.group()).setMemberId("nobody");
    }

    static ApiMessage leave(Names names) {
        return new LeaveGroupRequestData().setGroupId(names.group());
    }

    static ApiMessage sync(Names names) {
        return new SyncGroupRequestData().setGroupId(names.group()).setMemberId("nobody");
    }

    static ApiMessage describeGroups(Names names) {
        return new DescribeGroupsRequestData().setGroups(List.of(names.group()));
    }

    static ApiMessage listGroups(Names names) {
        return new ListGroupsRequestData();
    }

    static ApiMessage deleteGroups(Names names) {
        return new DeleteGroupsRequestData().setGroupsNames(List.of(names.group()));
    }

    /** Of a partition for which nothing was committed. */
    static ApiMessage deleteOffsets(Names names) {
        OffsetDeleteRequestData data = new OffsetDeleteRequestData().setGroupId(names.group());
        data.topics()
                .add(
                        new OffsetDeleteRequestData.OffsetDeleteRequestTopic()
                                .setName(names.topic())
                                .setPartitions(
                                        List.of(
                                                new OffsetDeleteRequestData
                                                                .OffsetDeleteRequestPartition()
                                                        .setPartitionIndex(99))));
        return data;
    }

    static ApiMessage consumerHeartbeat(Names names) {
        return new ConsumerGroupHeartbeatRequestData()
                .setGroupId(names.group())
                .setMemberId(MEMBER)
                .setMemberEpoch(5)
                .setSubscribedTopicNames(List.of(names.topic()));
    }

    static ApiMessage describeConsumerGroup(Names names) {
        return new ConsumerGroupDescribeRequestData().setGroupIds(List.of(names.group()));
    }

    static ApiMessage streamsHeartbeat(Names names) {
        var topology =
                new StreamsGroupHeartbeatRequestData.Topology()
                        .setSubtopologies(
                                List.of(
                                        new StreamsGroupHeartbeatRequestData.Subtopology()
                                                .setSubtopologyId("0")
                                                .setSourceTopics(List.of(names.topic()))));
        return new StreamsGroupHeartbeatRequestData()
                .setGroupId(names.group())
                .setMemberId(MEMBER)
                .setMemberEpoch(5)
                .setTopology(topology);
    }

    static ApiMessage describeStreamsGroup(Names names) {
        return new StreamsGroupDescribeRequestData().setGroupIds(List.of(names.group()));
    }

    // ---- share groups ----

    static ApiMessage shareHeartbeat(Names names) {
        return new ShareGroupHeartbeatRequestData()
                .setGroupId(names.group())
                .setMemberId(MEMBER)
                .setMemberEpoch(5)
                .setSubscribedTopicNames(List.of(names.topic()));
    }

    static ApiMessage describeShareGroup(Names names) {
        return new ShareGroupDescribeRequestData().setGroupIds(List.of(names.group()));
    }

    static ApiMessage shareFetch(Names names) {
        var topic = new ShareFetchRequestData.FetchTopic().setTopicId(names.topicId());
        topic.partitions().add(new ShareFetchRequestData.FetchPartition());
        ShareFetchRequestData data =
                new ShareFetchRequestData()
                        .setGroupId(names.group())
                        .setMemberId(MEMBER)
                        .setMaxRecords(1)
                        .setMaxBytes(1000);
        data.topics().add(topic);
        return data;
    }

    static ApiMessage acknowledge(Names names) {
        return new ShareAcknowledgeRequestData()
                .setGroupId(names.group())
                .setMemberId(MEMBER)
                .setShareSessionEpoch(9);
    }

    static ApiMessage shareOffsets(Names names) {
        return new DescribeShareGroupOffsetsRequestData()
                .setGroups(
                        List.of(
                                new DescribeShareGroupOffsetsRequestData
                                                .DescribeShareGroupOffsetsRequestGroup()
                                        .setGroupId(names.group())
                                        .setTopics(null)));
    }

    static ApiMessage alterShareOffsets(Names names) {
        AlterShareGroupOffsetsRequestData data =
                new AlterShareGroupOffsetsRequestData().setGroupId(names.group());
        data.topics()
                .add(
                        new AlterShareGroupOffsetsRequestData.AlterShareGroupOffsetsRequestTopic()
                                .setTopicName(names.topic()));
        return data;
    }

    static ApiMessage deleteShareOffsets(Names names) {
        return new DeleteShareGroupOffsetsRequestData()
                .setGroupId(names.group())
                .setTopics(
                        List.of(
                                new DeleteShareGroupOffsetsRequestData
                                                .DeleteShareGroupOffsetsRequestTopic()
                                        .setTopicName(names.topic())));
    }

    static ApiMessage initializeState(Names names) {
        return new InitializeShareGroupStateRequestData()
                .setGroupId(names.group())
                .setTopics(
                        List.of(
                                new InitializeShareGroupStateRequestData.InitializeStateData()
                                        .setTopicId(names.topicId())
                                        .setPartitions(
                                                List.of(
                                                        new InitializeShareGroupStateRequestData
                                                                .PartitionData()))));
    }

    static ApiMessage readState(Names names) {
        return new ReadShareGroupStateRequestData()
                .setGroupId(names.group())
                .setTopics(
                        List.of(
                                new ReadShareGroupStateRequestData.ReadStateData()
                                        .setTopicId(names.topicId())
                                        .setPartitions(
                                                List.of(
                                                        new ReadShareGroupStateRequestData
                                                                .PartitionData()))));
    }

    static ApiMessage summarizeState(Names names) {
        return new ReadShareGroupStateSummaryRequestData()
                .setGroupId(names.group())
                .setTopics(
                        List.of(
                                new ReadShareGroupStateSummaryRequestData.ReadStateSummaryData()
                                        .setTopicId(names.topicId())
                                        .setPartitions(
                                                List.of(
                                                        new ReadShareGroupStateSummaryRequestData
                                                                .PartitionData()))));
    }

    static ApiMessage writeState(Names names) {
        return new WriteShareGroupStateRequestData()
                .setGroupId(names.group())
                .setTopics(
                        List.of(
                                new WriteShareGroupStateRequestData.WriteStateData()
                                        .setTopicId(names.topicId())
                                        .setPartitions(
                                                List.of(
                                                        new WriteShareGroupStateRequestData
                                                                .PartitionData()))));
    }

    static ApiMessage deleteState(Names names) {
        return new DeleteShareGroupStateRequestData()
                .setGroupId(names.group())
                .setTopics(
                        List.of(
                                new DeleteShareGroupStateRequestData.DeleteStateData()
                                        .setTopicId(names.topicId())
                                        .setPartitions(
                                                List.of(
                                                        new DeleteShareGroupStateRequestData
                                                                .PartitionData()))));
    }
}
