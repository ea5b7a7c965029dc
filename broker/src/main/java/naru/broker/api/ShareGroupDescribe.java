package naru.broker.api;

import naru.broker.access.Access;
import naru.broker.coordinator.Coordinator;
import naru.broker.transport.Request;
import naru.coordination.group.GroupCommand;

import org.apache.kafka.common.message.ShareGroupDescribeRequestData;
import org.apache.kafka.common.message.ShareGroupDescribeResponseData;
import org.apache.kafka.common.message.ShareGroupDescribeResponseData.Assignment;
import org.apache.kafka.common.message.ShareGroupDescribeResponseData.DescribedGroup;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;

import java.util.List;
import java.util.stream.Stream;

/** ShareGroupDescribe: epochs, members and assignments of groups of KIP-932. */
public final class ShareGroupDescribe extends ModernGroupDescribe<DescribedGroup> {
    private final GroupProtocols protocols;

    ShareGroupDescribe(
            Coordinator<GroupCommand> coordinator, GroupProtocols protocols, Access access) {
        super(coordinator, access);
        this.protocols = protocols;
    }

    @Override
    public void handle(Request request) {
        ShareGroupDescribeRequestData body = (ShareGroupDescribeRequestData) request.body();
        if (protocols.servesShare()) {
            describe(request, new Wish(body.groupIds(), body.includeAuthorizedOperations()));
        } else {
            request.reply(Errors.UNSUPPORTED_VERSION, "share groups are not enabled here");
        }
    }

    @Override
    GroupCommand command(long ticket, String groupId) {
        return new GroupCommand.ShareGroupDescribe(ticket, List.of(groupId));
    }

    @Override
    DescribedGroup groupIn(ApiMessage answer) {
        return ((ShareGroupDescribeResponseData) answer).groups().getFirst();
    }

    @Override
    ApiMessage response(List<DescribedGroup> groups) {
        return new ShareGroupDescribeResponseData().setGroups(groups);
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
                                topicsOf(member.assignment())));
    }

    private static Stream<String> topicsOf(Assignment assignment) {
        return assignment.topicPartitions().stream().map(topic -> topic.topicName());
    }
}
