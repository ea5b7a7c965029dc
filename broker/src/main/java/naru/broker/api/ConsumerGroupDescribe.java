package naru.broker.api;

import naru.broker.access.Access;
import naru.broker.coordinator.Answer;
import naru.broker.coordinator.Coordinator;
import naru.broker.transport.Request;
import naru.broker.transport.RequestHandler;
import naru.coordination.group.GroupCommand;

import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.message.ConsumerGroupDescribeRequestData;
import org.apache.kafka.common.message.ConsumerGroupDescribeResponseData;
import org.apache.kafka.common.message.ConsumerGroupDescribeResponseData.Assignment;
import org.apache.kafka.common.message.ConsumerGroupDescribeResponseData.DescribedGroup;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.resource.ResourceType;
import org.apache.kafka.common.utils.Utils;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** ConsumerGroupDescribe: epochs, members and assignments of groups of KIP-848. */
public final class ConsumerGroupDescribe implements RequestHandler {
    private final Coordinator<GroupCommand> coordinator;
    private final GroupProtocols protocols;
    private final Access access;

    ConsumerGroupDescribe(
            Coordinator<GroupCommand> coordinator, GroupProtocols protocols, Access access) {
        this.coordinator = coordinator;
        this.protocols = protocols;
        this.access = access;
    }

    @Override
    public void handle(Request request) {
        ConsumerGroupDescribeRequestData body = (ConsumerGroupDescribeRequestData) request.body();
        if (!protocols.servesConsumer()) {
            request.reply(
                    Errors.UNSUPPORTED_VERSION, "the consumer group protocol is not enabled here");
            return;
        }
        List<String> groups = body.groupIds();
        Gathering<DescribedGroup> gathering =
                Gathering.of(
                        groups.size(),
                        described ->
                                request.reply(
                                        new ConsumerGroupDescribeResponseData()
                                                .setGroups(described)));
        for (int i = 0; i < groups.size(); i++) {
            describe(request, body, i, gathering);
        }
    }

    private void describe(
            Request request,
            ConsumerGroupDescribeRequestData body,
            int index,
            Gathering<DescribedGroup> gathering) {
        String groupId = body.groupIds().get(index);
        if (!access.allowed(request, AclOperation.DESCRIBE, ResourceType.GROUP, groupId)) {
            gathering.put(
                    index,
                    refused(
                            groupId,
                            Errors.GROUP_AUTHORIZATION_FAILED,
                            Errors.GROUP_AUTHORIZATION_FAILED.message()));
            return;
        }
        coordinator.ask(
                groupId,
                ticket -> new GroupCommand.ConsumerGroupDescribe(ticket, List.of(groupId)),
                new Answer() {
                    @Override
                    public void reply(ApiMessage response) {
                        DescribedGroup group =
                                ((ConsumerGroupDescribeResponseData) response).groups().getFirst();
                        gathering.put(index, visible(request, body, group));
                    }

                    @Override
                    public void refuse(Errors error, String message) {
                        gathering.put(index, refused(groupId, error, message));
                    }
                });
    }

    /** A group with a topic that the client may not see is not shown at all. */
    private DescribedGroup visible(
            Request request, ConsumerGroupDescribeRequestData body, DescribedGroup group) {
        if (group.errorCode() != Errors.NONE.code()) {
            return group;
        }
        boolean seesAll =
                group.members().stream()
                        .flatMap(member ->
                                Stream.concat(
                                        member.subscribedTopicNames().stream(),
                                        Stream.of(member.assignment(), member.targetAssignment())
                                                .flatMap(ConsumerGroupDescribe::topicsOf)))
                        .distinct()
                        .allMatch(topic ->
                                access.permittedOnTopic(request, AclOperation.DESCRIBE, topic));
        if (!seesAll) {
            return refused(
                    group.groupId(),
                    Errors.TOPIC_AUTHORIZATION_FAILED,
                    "The group has described topic(s) that the client is not authorized to"
                            + " describe.");
        }
        return body.includeAuthorizedOperations()
                ? group.setAuthorizedOperations(operations(request, group.groupId()))
                : group;
    }

    private static Stream<String> topicsOf(Assignment assignment) {
        return assignment.topicPartitions().stream().map(topic -> topic.topicName());
    }

    private int operations(Request request, String groupId) {
        return Utils.to32BitField(
                access.allowedOperations(request, ResourceType.GROUP, groupId).stream()
                        .map(AclOperation::code)
                        .collect(Collectors.toSet()));
    }

    private static DescribedGroup refused(String groupId, Errors error, String message) {
        return new DescribedGroup()
                .setGroupId(groupId)
                .setErrorCode(error.code())
                .setErrorMessage(message);
    }
}
