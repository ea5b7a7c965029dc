package naru.broker.api;

import naru.broker.access.Access;
import naru.broker.coordinator.Answer;
import naru.broker.coordinator.Coordinator;
import naru.broker.coordinator.Patient;
import naru.broker.share.EndOffsets;
import naru.broker.transport.Request;
import naru.broker.transport.RequestHandler;
import naru.coordination.group.GroupCommand;
import naru.coordination.share.ShareCommand;
import naru.coordination.share.ShareKey;

import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.message.DescribeShareGroupOffsetsRequestData;
import org.apache.kafka.common.message.DescribeShareGroupOffsetsRequestData.DescribeShareGroupOffsetsRequestGroup;
import org.apache.kafka.common.message.DescribeShareGroupOffsetsResponseData;
import org.apache.kafka.common.message.DescribeShareGroupOffsetsResponseData.DescribeShareGroupOffsetsResponseGroup;
import org.apache.kafka.common.message.DescribeShareGroupOffsetsResponseData.DescribeShareGroupOffsetsResponsePartition;
import org.apache.kafka.common.message.DescribeShareGroupOffsetsResponseData.DescribeShareGroupOffsetsResponseTopic;
import org.apache.kafka.common.message.ReadShareGroupStateSummaryResponseData;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.resource.ResourceType;
import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/**
 * DescribeShareGroupOffsets: from where each partition is still to be delivered, and how many
 * records that are. The group's coordinator knows the partitions, the share coordinator the
 * offsets.
 */
public final class DescribeShareGroupOffsets implements RequestHandler {
    private static final int NO_EPOCH = -1;

    private final Coordinator<GroupCommand> groups;
    private final Patient<ShareCommand.Asked> shares;
    private final EndOffsets ends;
    private final Access access;

    public DescribeShareGroupOffsets(
            Coordinator<GroupCommand> groups,
            Patient<ShareCommand.Asked> shares,
            EndOffsets ends,
            Access access) {
        this.groups = groups;
        this.shares = shares;
        this.ends = ends;
        this.access = access;
    }

    @Override
    public void handle(Request request) {
        List<DescribeShareGroupOffsetsRequestGroup> asked =
                ((DescribeShareGroupOffsetsRequestData) request.body()).groups();
        Gathering<DescribeShareGroupOffsetsResponseGroup> gathering =
                Gathering.of(
                        asked.size(),
                        described ->
                                request.reply(
                                        new DescribeShareGroupOffsetsResponseData()
                                                .setGroups(described)));
        for (int i = 0; i < asked.size(); i++) {
            describe(request, asked.get(i), i, gathering);
        }
    }

    private void describe(
            Request request,
            DescribeShareGroupOffsetsRequestGroup asked,
            int index,
            Gathering<DescribeShareGroupOffsetsResponseGroup> gathering) {
        if (!access.allowed(request, AclOperation.DESCRIBE, ResourceType.GROUP, asked.groupId())) {
            gathering.put(index, refused(asked.groupId(), Errors.GROUP_AUTHORIZATION_FAILED, null));
            return;
        }
        groups.ask(
                asked.groupId(),
                ticket -> new GroupCommand.DescribeShareGroupOffsets(ticket, asked),
                new Answer() {
                    @Override
                    public void reply(ApiMessage response) {
                        DescribeShareGroupOffsetsResponseGroup group =
                                ((DescribeShareGroupOffsetsResponseData) response)
                                        .groups()
                                        .getFirst();
                        group.setTopics(visible(request, group.topics()));
                        fill(group, () -> gathering.put(index, group));
                    }

                    @Override
                    public void refuse(Errors error, String message) {
                        gathering.put(index, refused(asked.groupId(), error, message));
                    }
                });
    }

    private static DescribeShareGroupOffsetsResponseGroup refused(
            String groupId, Errors error, @Nullable String message) {
        return new DescribeShareGroupOffsetsResponseGroup()
                .setGroupId(groupId)
                .setErrorCode(error.code())
                .setErrorMessage(message == null ? error.message() : message);
    }

    private List<DescribeShareGroupOffsetsResponseTopic> visible(
            Request request, List<DescribeShareGroupOffsetsResponseTopic> topics) {
        List<DescribeShareGroupOffsetsResponseTopic> visible = new ArrayList<>();
        for (DescribeShareGroupOffsetsResponseTopic topic : topics) {
            if (access.permittedOnTopic(request, AclOperation.DESCRIBE, topic.topicName())) {
                visible.add(topic);
            }
        }
        return visible;
    }

    private void fill(DescribeShareGroupOffsetsResponseGroup group, Runnable then) {
        int count = group.topics().stream().mapToInt(topic -> topic.partitions().size()).sum();
        Gathering<Boolean> gathering = Gathering.of(count, all -> then.run());
        int index = 0;
        for (DescribeShareGroupOffsetsResponseTopic topic : group.topics()) {
            for (DescribeShareGroupOffsetsResponsePartition partition : topic.partitions()) {
                int at = index++;
                fill(group.groupId(), topic, partition, () -> gathering.put(at, true));
            }
        }
    }

    private void fill(
            String groupId,
            DescribeShareGroupOffsetsResponseTopic topic,
            DescribeShareGroupOffsetsResponsePartition partition,
            Runnable then) {
        if (topic.topicId().equals(Uuid.ZERO_UUID)) {
            fail(partition, Errors.UNKNOWN_TOPIC_OR_PARTITION);
            then.run();
            return;
        }
        ShareKey key = new ShareKey(groupId, topic.topicId(), partition.partitionIndex());
        shares.ask(
                key.coordinatorKey(),
                ticket -> new ShareCommand.ReadSummary(ticket, key, NO_EPOCH),
                new Answer() {
                    @Override
                    public void reply(ApiMessage response) {
                        fill(
                                new TopicPartition(topic.topicName(), key.partition()),
                                partition,
                                ((ReadShareGroupStateSummaryResponseData) response)
                                        .results()
                                        .getFirst()
                                        .partitions()
                                        .getFirst(),
                                then);
                    }

                    @Override
                    public void refuse(Errors error, String message) {
                        fail(partition, error);
                        then.run();
                    }
                });
    }

    private static void fail(DescribeShareGroupOffsetsResponsePartition partition, Errors error) {
        partition.setErrorCode(error.code()).setErrorMessage(error.message());
    }

    private void fill(
            TopicPartition of,
            DescribeShareGroupOffsetsResponsePartition partition,
            ReadShareGroupStateSummaryResponseData.PartitionResult summary,
            Runnable then) {
        if (summary.errorCode() != Errors.NONE.code()) {
            fail(partition, Errors.forCode(summary.errorCode()));
            then.run();
            return;
        }
        partition.setStartOffset(summary.startOffset()).setLeaderEpoch(summary.leaderEpoch());
        if (summary.startOffset() < 0 || summary.deliveryCompleteCount() < 0) {
            then.run();
            return;
        }
        long settled = summary.startOffset() + summary.deliveryCompleteCount();
        ends.of(
                of,
                end -> {
                    end.ifPresent(offset -> partition.setLag(Math.max(0, offset - settled)));
                    then.run();
                });
    }
}
