package naru.coordination.group.streams;

import naru.coordination.group.modern.ModernState;

import org.apache.kafka.common.message.StreamsGroupDescribeResponseData;
import org.apache.kafka.common.message.StreamsGroupDescribeResponseData.Assignment;
import org.apache.kafka.common.message.StreamsGroupDescribeResponseData.DescribedGroup;
import org.apache.kafka.common.message.StreamsGroupDescribeResponseData.Endpoint;
import org.apache.kafka.common.message.StreamsGroupDescribeResponseData.KeyValue;
import org.apache.kafka.common.message.StreamsGroupDescribeResponseData.Topology;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.coordinator.group.streams.StreamsTopology;
import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/** StreamsGroupDescribe. */
public final class StreamsQueries {
    private StreamsQueries() {}

    public static DescribedGroup notFound(String groupId, String message) {
        return new DescribedGroup()
                .setGroupId(groupId)
                .setGroupState(ModernState.DEAD.label())
                .setErrorCode(Errors.GROUP_ID_NOT_FOUND.code())
                .setErrorMessage(message);
    }

    public static DescribedGroup describe(StreamsGroup group) {
        return new DescribedGroup()
                .setGroupId(group.id())
                .setGroupState(group.state().label())
                .setGroupEpoch(group.roster().epoch())
                .setAssignmentEpoch(group.roster().targetEpoch())
                .setTopology(topology(group))
                .setMembers(
                        group.roster().members().stream()
                                .map(member -> describe(group, member))
                                .toList());
    }

    /** With partition counts when they are known. */
    private static @Nullable Topology topology(StreamsGroup group) {
        StreamsTopology topology = group.topology();
        Layout layout = group.layoutOf(topology);
        if (layout != null && layout.configured() != null && layout.isReady()) {
            return layout.configured().asStreamsGroupDescribeTopology();
        }
        return topology == null ? null : topology.asStreamsGroupDescribeTopology();
    }

    private static StreamsGroupDescribeResponseData.Member describe(
            StreamsGroup group, StreamsMember member) {
        Profile profile = member.profile();
        Profile.Endpoint endpoint = profile.endpoint();
        Tasks target = group.roster().target(member.id());
        List<KeyValue> tags = new ArrayList<>();
        profile.tags()
                .forEach((key, value) -> tags.add(new KeyValue().setKey(key).setValue(value)));
        return new StreamsGroupDescribeResponseData.Member()
                .setMemberId(member.id())
                .setMemberEpoch(member.epoch())
                .setInstanceId(member.instanceId())
                .setRackId(profile.rackId())
                .setClientId(profile.clientId())
                .setClientHost(profile.clientHost())
                .setTopologyEpoch(profile.topologyEpoch())
                .setProcessId(profile.processId())
                .setUserEndpoint(
                        endpoint == null
                                ? null
                                : new Endpoint().setHost(endpoint.host()).setPort(endpoint.port()))
                .setClientTags(tags)
                .setAssignment(assignment(member.holding().assigned().ids()))
                .setTargetAssignment(assignment(target == null ? Tasks.NONE : target));
    }

    private static Assignment assignment(Tasks tasks) {
        return new Assignment()
                .setActiveTasks(ids(tasks.active()))
                .setStandbyTasks(ids(tasks.standby()))
                .setWarmupTasks(ids(tasks.warmup()));
    }

    private static List<StreamsGroupDescribeResponseData.TaskIds> ids(TaskIds tasks) {
        List<StreamsGroupDescribeResponseData.TaskIds> ids = new ArrayList<>();
        tasks.partitions()
                .forEach((subtopology, indexes) ->
                        ids.add(
                                new StreamsGroupDescribeResponseData.TaskIds()
                                        .setSubtopologyId(subtopology)
                                        .setPartitions(List.copyOf(indexes))));
        return ids;
    }
}
