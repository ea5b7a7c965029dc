package naru.broker.api;

import naru.broker.access.Access;
import naru.broker.config.NodeConfig;
import naru.broker.coordinator.Coordinator;
import naru.broker.partition.PartitionLookup;
import naru.broker.transaction.Enrolment;
import naru.broker.transport.ApiTable;
import naru.coordination.group.GroupCommand;
import naru.quorum.Quorum;

import org.apache.kafka.common.protocol.ApiKeys;

/** All request kinds of consumer groups. */
public final class GroupApis {
    private GroupApis() {}

    public static void serve(
            ApiTable table,
            Coordinator<GroupCommand> coordinator,
            ApplicationTopics applicationTopics,
            NodeConfig config,
            Enrolment enrolment,
            PartitionLookup lookup,
            Quorum quorum,
            Access access) {
        GroupProtocols protocols = new GroupProtocols(config, quorum);
        table.serve(ApiKeys.JOIN_GROUP, new JoinGroup(coordinator, access))
                .serve(ApiKeys.SYNC_GROUP, new SyncGroup(coordinator, access))
                .serve(ApiKeys.HEARTBEAT, new Heartbeat(coordinator, access))
                .serve(ApiKeys.LEAVE_GROUP, new LeaveGroup(coordinator, access))
                .serve(ApiKeys.OFFSET_COMMIT, new OffsetCommit(coordinator, quorum, access))
                .serve(
                        ApiKeys.TXN_OFFSET_COMMIT,
                        new TxnOffsetCommit(coordinator, enrolment, lookup, quorum, access))
                .serve(ApiKeys.OFFSET_FETCH, new OffsetFetch(coordinator, quorum, access))
                .serve(ApiKeys.OFFSET_DELETE, new OffsetDelete(coordinator, quorum, access))
                .serve(ApiKeys.DESCRIBE_GROUPS, new DescribeGroups(coordinator, access))
                .serve(ApiKeys.LIST_GROUPS, new ListGroups(coordinator, access))
                .serve(ApiKeys.DELETE_GROUPS, new DeleteGroups(coordinator, access))
                .serve(
                        ApiKeys.CONSUMER_GROUP_HEARTBEAT,
                        new ConsumerGroupHeartbeat(coordinator, protocols, access))
                .serve(
                        ApiKeys.CONSUMER_GROUP_DESCRIBE,
                        new ConsumerGroupDescribe(coordinator, protocols, access))
                .serve(
                        ApiKeys.SHARE_GROUP_HEARTBEAT,
                        new ShareGroupHeartbeat(coordinator, protocols, access))
                .serve(
                        ApiKeys.SHARE_GROUP_DESCRIBE,
                        new ShareGroupDescribe(coordinator, protocols, access))
                .serve(
                        ApiKeys.ALTER_SHARE_GROUP_OFFSETS,
                        new AlterShareGroupOffsets(coordinator, access))
                .serve(
                        ApiKeys.DELETE_SHARE_GROUP_OFFSETS,
                        new DeleteShareGroupOffsets(coordinator, access))
                .serve(
                        ApiKeys.STREAMS_GROUP_HEARTBEAT,
                        new StreamsGroupHeartbeat(
                                coordinator, protocols, applicationTopics, access))
                .serve(
                        ApiKeys.STREAMS_GROUP_DESCRIBE,
                        new StreamsGroupDescribe(coordinator, protocols, access));
    }
}
