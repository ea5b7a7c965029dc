package naru.coordination.group.consumer;

import naru.coordination.group.modern.ModernState;
import naru.coordination.group.modern.TopicCatalog;
import naru.coordination.group.modern.TopicPartitions;

import org.apache.kafka.common.message.ConsumerGroupDescribeResponseData;
import org.apache.kafka.common.message.ConsumerGroupDescribeResponseData.Assignment;
import org.apache.kafka.common.message.ConsumerGroupDescribeResponseData.DescribedGroup;
import org.apache.kafka.common.protocol.Errors;

import java.util.ArrayList;
import java.util.List;

/** ConsumerGroupDescribe. */
public final class ConsumerQueries {
    private static final byte OF_CLASSIC_PROTOCOL = 0;
    private static final byte OF_CONSUMER_PROTOCOL = 1;

    private ConsumerQueries() {}

    public static DescribedGroup notFound(String groupId, String message) {
        return new DescribedGroup()
                .setGroupId(groupId)
                .setGroupState(ModernState.DEAD.label())
                .setErrorCode(Errors.GROUP_ID_NOT_FOUND.code())
                .setErrorMessage(message);
    }

    public static DescribedGroup describe(
            ConsumerGroup group, Membership membership, TopicCatalog topics) {
        return new DescribedGroup()
                .setGroupId(group.id())
                .setGroupState(group.state().label())
                .setGroupEpoch(group.roster().epoch())
                .setAssignmentEpoch(group.roster().targetEpoch())
                .setAssignorName(membership.assignorOf(group))
                .setMembers(
                        group.roster().members().stream()
                                .map(member -> describe(group, member, topics))
                                .toList());
    }

    private static ConsumerGroupDescribeResponseData.Member describe(
            ConsumerGroup group, ConsumerMember member, TopicCatalog topics) {
        Subscription subscription = member.subscription();
        TopicPartitions target = group.roster().target(member.id());
        return new ConsumerGroupDescribeResponseData.Member()
                .setMemberId(member.id())
                .setInstanceId(member.instanceId())
                .setRackId(subscription.rackId())
                .setMemberEpoch(member.epoch())
                .setClientId(subscription.clientId())
                .setClientHost(subscription.clientHost())
                .setSubscribedTopicNames(subscription.names())
                .setSubscribedTopicRegex(
                        subscription.expression() == null ? "" : subscription.expression())
                .setAssignment(named(member.holding().assigned().withoutEpochs(), topics))
                .setTargetAssignment(named(target == null ? TopicPartitions.NONE : target, topics))
                .setMemberType(member.isClassic() ? OF_CLASSIC_PROTOCOL : OF_CONSUMER_PROTOCOL);
    }

    /** Topics that are gone are left out. */
    private static Assignment named(TopicPartitions partitions, TopicCatalog topics) {
        List<ConsumerGroupDescribeResponseData.TopicPartitions> named = new ArrayList<>();
        partitions
                .partitions()
                .forEach((id, indexes) -> {
                    TopicCatalog.Topic topic = topics.topic(id);
                    if (topic != null) {
                        named.add(
                                new ConsumerGroupDescribeResponseData.TopicPartitions()
                                        .setTopicId(id)
                                        .setTopicName(topic.name())
                                        .setPartitions(List.copyOf(indexes)));
                    }
                });
        return new Assignment().setTopicPartitions(named);
    }
}
