package naru.broker.api;

import naru.broker.access.Access;
import naru.broker.coordinator.Coordinator;
import naru.broker.transport.Request;
import naru.coordination.group.GroupCommand;

import org.apache.kafka.common.message.ConsumerGroupDescribeRequestData;
import org.apache.kafka.common.message.ConsumerGroupDescribeResponseData;
import org.apache.kafka.common.message.ConsumerGroupDescribeResponseData.Assignment;
import org.apache.kafka.common.message.ConsumerGroupDescribeResponseData.DescribedGroup;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;

import java.util.List;
import java.util.stream.Stream;

/** ConsumerGroupDescribe: epochs, members and assignments of groups of KIP-848. */
public final class ConsumerGroupDescribe extends ModernGroupDescribe<DescribedGroup> {
    private final GroupProtocols protocols;

    ConsumerGroupDescribe(
            Coordinator<GroupCommand> coordinator, GroupProtocols protocols, Access access) {
        super(coordinator, access);
        this.protocols = protocols;
    }

    @Override
    public void handle(Request request) {
        ConsumerGroupDescribeRequestData body = (ConsumerGroupDescribeRequestData) request.body();
        if (protocols.servesConsumer()) {
            describe(request, new Wish(body.groupIds(), body.includeAuthorizedOperations()));
        } else {
            request.reply(
                    Errors.UNSUPPORTED_VERSION, "the consumer group protocol is not enabled here");
        }
    }

    @Override
    GroupCommand command(long ticket, String groupId) {
        return new GroupCommand.ConsumerGroupDescribe(ticket, List.of(groupId));
    }

    @Override
    DescribedGroup groupIn(ApiMessage answer) {
        return ((ConsumerGroupDescribeResponseData) answer).groups().getFirst();
    }

    @Override
    ApiMessage response(List<DescribedGroup> groups) {
        return new ConsumerGroupDescribeResponseData().setGroups(groups);
    }

    @Override
    boolean isRefused(DescribedGroup group) {
        return group.errorCode() != Errors.NONE.code();
    }

    @Override
    DescribedGroup refused(String groupId, Errors error, String message) {
        return new DescribedGroup()
                .setGroupId(groupId)
                .setErrorCode(error.code())
                .setErrorMessage(message);
    }

    @Override
    DescribedGroup withOperations(DescribedGroup group, int bits) {
        return group.setAuthorizedOperations(bits);
    }

    @Override
    Stream<String> topics(DescribedGroup group) {
        return group.members().stream()
                .flatMap(member ->
                        Stream.concat(
                                member.subscribedTopicNames().stream(),
                                Stream.of(member.assignment(), member.targetAssignment())
                                        .flatMap(ConsumerGroupDescribe::topicsOf)));
    }

    private static Stream<String> topicsOf(Assignment assignment) {
        return assignment.topicPartitions().stream().map(topic -> topic.topicName());
    }
}
