package naru.broker.api;

import naru.broker.access.Access;
import naru.broker.coordinator.Coordinator;
import naru.broker.transport.Request;
import naru.coordination.group.GroupCommand;

import org.apache.kafka.common.message.StreamsGroupDescribeRequestData;
import org.apache.kafka.common.message.StreamsGroupDescribeResponseData;
import org.apache.kafka.common.message.StreamsGroupDescribeResponseData.DescribedGroup;
import org.apache.kafka.common.message.StreamsGroupDescribeResponseData.Subtopology;
import org.apache.kafka.common.message.StreamsGroupDescribeResponseData.TopicInfo;
import org.apache.kafka.common.message.StreamsGroupDescribeResponseData.Topology;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;

import java.util.List;
import java.util.stream.Stream;

/** StreamsGroupDescribe: topology, epochs, members and tasks of groups of KIP-1071. */
public final class StreamsGroupDescribe extends ModernGroupDescribe<DescribedGroup> {
    private final GroupProtocols protocols;

    StreamsGroupDescribe(
            Coordinator<GroupCommand> coordinator, GroupProtocols protocols, Access access) {
        super(coordinator, access);
        this.protocols = protocols;
    }

    @Override
    public void handle(Request request) {
        StreamsGroupDescribeRequestData body = (StreamsGroupDescribeRequestData) request.body();
        if (protocols.servesStreams()) {
            describe(request, new Wish(body.groupIds(), body.includeAuthorizedOperations()));
        } else {
            request.reply(
                    Errors.UNSUPPORTED_VERSION, "the streams group protocol is not enabled here");
        }
    }

    @Override
    GroupCommand command(long ticket, String groupId) {
        return new GroupCommand.StreamsGroupDescribe(ticket, List.of(groupId));
    }

    @Override
    DescribedGroup groupIn(ApiMessage answer) {
        return ((StreamsGroupDescribeResponseData) answer).groups().getFirst();
    }

    @Override
    ApiMessage response(List<DescribedGroup> groups) {
        return new StreamsGroupDescribeResponseData().setGroups(groups);
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
        Topology topology = group.topology();
        return topology == null || topology.subtopologies() == null
                ? Stream.empty()
                : topology.subtopologies().stream().flatMap(StreamsGroupDescribe::topicsOf);
    }

    private static Stream<String> topicsOf(Subtopology subtopology) {
        return Stream.of(
                        subtopology.sourceTopics().stream(),
                        subtopology.repartitionSinkTopics().stream(),
                        subtopology.repartitionSourceTopics().stream().map(TopicInfo::name),
                        subtopology.stateChangelogTopics().stream().map(TopicInfo::name))
                .flatMap(each -> each);
    }
}
