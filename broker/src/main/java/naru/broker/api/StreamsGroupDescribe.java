package naru.broker.api;

import naru.broker.access.Access;
import naru.broker.coordinator.Answer;
import naru.broker.coordinator.Coordinator;
import naru.broker.transport.Request;
import naru.broker.transport.RequestHandler;
import naru.coordination.group.GroupCommand;

import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.message.StreamsGroupDescribeRequestData;
import org.apache.kafka.common.message.StreamsGroupDescribeResponseData;
import org.apache.kafka.common.message.StreamsGroupDescribeResponseData.DescribedGroup;
import org.apache.kafka.common.message.StreamsGroupDescribeResponseData.Subtopology;
import org.apache.kafka.common.message.StreamsGroupDescribeResponseData.TopicInfo;
import org.apache.kafka.common.message.StreamsGroupDescribeResponseData.Topology;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.resource.ResourceType;
import org.apache.kafka.common.utils.Utils;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** StreamsGroupDescribe: topology, epochs, members and tasks of groups of KIP-1071. */
public final class StreamsGroupDescribe implements RequestHandler {
    private final Coordinator<GroupCommand> coordinator;
    private final GroupProtocols protocols;
    private final Access access;

    StreamsGroupDescribe(
            Coordinator<GroupCommand> coordinator, GroupProtocols protocols, Access access) {
        this.coordinator = coordinator;
        this.protocols = protocols;
        this.access = access;
    }

    @Override
    public void handle(Request request) {
        StreamsGroupDescribeRequestData body = (StreamsGroupDescribeRequestData) request.body();
        if (!protocols.servesStreams()) {
            request.reply(
                    Errors.UNSUPPORTED_VERSION, "the streams group protocol is not enabled here");
            return;
        }
        List<String> groups = body.groupIds();
        Gathering<DescribedGroup> gathering =
                Gathering.of(
                        groups.size(),
                        described ->
                                request.reply(
                                        new StreamsGroupDescribeResponseData()
                                                .setGroups(described)));
        for (int i = 0; i < groups.size(); i++) {
            describe(request, body, i, gathering);
        }
    }

    private void describe(
            Request request,
            StreamsGroupDescribeRequestData body,
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
                ticket -> new GroupCommand.StreamsGroupDescribe(ticket, List.of(groupId)),
                new Answer() {
                    @Override
                    public void reply(ApiMessage response) {
                        DescribedGroup group =
                                ((StreamsGroupDescribeResponseData) response).groups().getFirst();
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
            Request request, StreamsGroupDescribeRequestData body, DescribedGroup group) {
        if (group.errorCode() != Errors.NONE.code()) {
            return group;
        }
        Topology topology = group.topology();
        boolean seesAll =
                topology == null
                        || topology.subtopologies() == null
                        || topology.subtopologies().stream()
                                .flatMap(StreamsGroupDescribe::topicsOf)
                                .distinct()
                                .allMatch(topic ->
                                        access.permittedOnTopic(
                                                request, AclOperation.DESCRIBE, topic));
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

    private static Stream<String> topicsOf(Subtopology subtopology) {
        return Stream.of(
                        subtopology.sourceTopics().stream(),
                        subtopology.repartitionSinkTopics().stream(),
                        subtopology.repartitionSourceTopics().stream().map(TopicInfo::name),
                        subtopology.stateChangelogTopics().stream().map(TopicInfo::name))
                .flatMap(each -> each);
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
