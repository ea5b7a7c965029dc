package naru.coordination.group;

import naru.coordination.Draft;
import naru.coordination.group.GroupCommand.DescribeGroups;
import naru.coordination.group.GroupCommand.ListGroups;
import naru.coordination.group.consumer.ConsumerGroup;
import naru.coordination.group.share.ShareGroup;
import naru.coordination.group.streams.StreamsGroup;

import org.apache.kafka.common.message.DescribeGroupsResponseData;
import org.apache.kafka.common.message.DescribeGroupsResponseData.DescribedGroup;
import org.apache.kafka.common.message.DescribeGroupsResponseData.DescribedGroupMember;
import org.apache.kafka.common.message.ListGroupsResponseData;
import org.apache.kafka.common.message.ListGroupsResponseData.ListedGroup;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

import java.util.Collection;
import java.util.List;
import java.util.Map;

/** DescribeGroups and ListGroups. */
final class GroupQueries {
    private static final short NOT_FOUND_SINCE = 6;

    private GroupQueries() {}

    static void describe(Map<String, Group> groups, DescribeGroups describe, Draft draft) {
        DescribeGroupsResponseData response = new DescribeGroupsResponseData();
        for (String groupId : describe.request().groups()) {
            ClassicGroup group = Group.classic(groups.get(groupId));
            response.groups()
                    .add(group == null ? unknown(groupId, describe.version()) : described(group));
        }
        draft.reply(describe.ticket(), response);
    }

    private static DescribedGroup unknown(String groupId, short version) {
        DescribedGroup answer =
                new DescribedGroup().setGroupId(groupId).setGroupState(GroupState.DEAD);
        return version < NOT_FOUND_SINCE
                ? answer
                : answer.setErrorCode(Errors.GROUP_ID_NOT_FOUND.code())
                        .setErrorMessage("Group " + groupId + " not found.");
    }

    private static DescribedGroup described(ClassicGroup group) {
        boolean stable = group.is(GroupState.STABLE);
        String protocol = stable ? group.protocol() : null;
        return new DescribedGroup()
                .setGroupId(group.id())
                .setGroupState(group.state().label())
                .setProtocolType(orNothing(group.protocolType()))
                .setProtocolData(orNothing(protocol))
                .setMembers(group.members().stream().map(m -> described(m, group)).toList());
    }

    /** What a member is subscribed and assigned to is known only in a complete generation. */
    private static DescribedGroupMember described(Member member, ClassicGroup group) {
        DescribedGroupMember answer =
                new DescribedGroupMember()
                        .setMemberId(member.id())
                        .setGroupInstanceId(member.instanceId())
                        .setClientId(member.clientId())
                        .setClientHost(member.clientHost());
        return group.is(GroupState.STABLE)
                ? answer.setMemberMetadata(member.metadata(group.protocol()))
                        .setMemberAssignment(member.assignment())
                : answer;
    }

    private static String orNothing(@Nullable String text) {
        return text == null ? "" : text;
    }

    static void list(Collection<Group> groups, ListGroups list, Draft draft) {
        List<String> states = list.request().statesFilter();
        List<String> types = list.request().typesFilter();
        List<ListedGroup> found =
                groups.stream()
                        .map(GroupQueries::listed)
                        .filter(group -> passes(states, group.groupState()))
                        .filter(group -> passes(types, group.groupType()))
                        .toList();
        draft.reply(list.ticket(), new ListGroupsResponseData().setGroups(found));
    }

    private static ListedGroup listed(Group group) {
        ListedGroup listed = new ListedGroup().setGroupId(group.id());
        return switch (group) {
            case Group.Classic(ClassicGroup classic) ->
                    listed.setProtocolType(orNothing(classic.protocolType()))
                            .setGroupState(classic.state().label())
                            .setGroupType("classic");
            case Group.Consumer(ConsumerGroup consumer) ->
                    listed.setProtocolType("consumer")
                            .setGroupState(consumer.state().label())
                            .setGroupType("consumer");
            case Group.Share(ShareGroup share) ->
                    listed.setProtocolType("share")
                            .setGroupState(share.modernState().label())
                            .setGroupType("share");
            case Group.Streams(StreamsGroup application) ->
                    listed.setProtocolType("streams")
                            .setGroupState(application.state().label())
                            .setGroupType("streams");
        };
    }

    private static boolean passes(List<String> filter, String value) {
        return filter.isEmpty() || filter.stream().anyMatch(value::equalsIgnoreCase);
    }
}
