package naru.broker;

import naru.broker.access.Access;
import naru.broker.api.Addresses;
import naru.broker.api.DescribeShareGroupOffsets;
import naru.broker.api.ShareGroupState;
import naru.broker.config.DynamicConfig;
import naru.broker.config.NodeConfig;
import naru.broker.config.TopicConfigs;
import naru.broker.coordinator.AlarmClock;
import naru.broker.coordinator.Coordinator;
import naru.broker.coordinator.CoordinatorOptions;
import naru.broker.coordinator.Effects;
import naru.broker.coordinator.Patient;
import naru.broker.coordinator.ShareCoordination;
import naru.broker.coordinator.ShareGroupEffects;
import naru.broker.coordinator.ShareStateEvents;
import naru.broker.partition.PartitionLookup;
import naru.broker.partition.Partitions;
import naru.broker.replication.Peers;
import naru.broker.share.EndOffsets;
import naru.broker.share.ShareAcknowledge;
import naru.broker.share.ShareFetch;
import naru.broker.share.ShareQueues;
import naru.broker.share.ShareReplies;
import naru.broker.share.ShareSessions;
import naru.broker.share.ShareSettings;
import naru.broker.transport.ApiTable;
import naru.broker.transport.Transport;
import naru.coordination.Decision;
import naru.coordination.group.GroupCommand;
import naru.coordination.share.ShareCommand;
import naru.coordination.share.ShareShard;
import naru.coordination.share.ShareStateReset;
import naru.quorum.Quorum;

import org.apache.kafka.common.protocol.ApiKeys;

/** Queues on this broker: the share coordinator, the share partitions, and what serves them. */
final class ShareApis {
    private final DynamicConfig config;
    private final Coordinator<ShareCommand> coordinator;
    private final Patient<ShareCommand.Asked> patient;
    private final ShareQueues queues;
    private final ShareSessions sessions;
    private final ShareStateEvents events;
    private final EndOffsets ends;
    private final AlarmClock alarms;

    ShareApis(
            DynamicConfig config,
            Quorum quorum,
            Partitions partitions,
            TopicConfigs topics,
            Peers peers,
            AlarmClock alarms) {
        this.config = config;
        this.alarms = alarms;
        NodeConfig start = config.current();
        int updates = start.integer("share.coordinator.snapshot.update.records.per.snapshot");
        this.coordinator =
                new Coordinator<>(
                        CoordinatorOptions.ofShares(start),
                        (partition, epoch) -> new ShareShard(updates),
                        (effect, decider) -> bringAbout(effect),
                        quorum,
                        System::currentTimeMillis,
                        alarms);
        int patienceMillis = start.integer("share.coordinator.write.timeout.ms");
        this.patient =
                new Patient<>(
                        new ShareCoordination(
                                start.nodeId(), coordinator, peers, alarms, patienceMillis),
                        alarms,
                        System::currentTimeMillis,
                        patienceMillis);
        PartitionLookup lookup = new PartitionLookup(partitions, quorum);
        this.ends = new EndOffsets(lookup, quorum::image, peers, alarms, patienceMillis);
        this.queues =
                ShareQueues.over(
                        patient,
                        lookup,
                        new ShareSettings(config::current, quorum::image),
                        config::current,
                        quorum::image,
                        topics,
                        partitions,
                        peers,
                        System::currentTimeMillis,
                        alarms);
        this.sessions =
                new ShareSessions(
                        queues, () -> config.current().integer("group.share.max.share.sessions"));
        this.events =
                new ShareStateEvents(
                        coordinator,
                        alarms,
                        start.number("share.coordinator.state.topic.prune.interval.ms"),
                        start.number("share.coordinator.cold.partition.snapshot.interval.ms"));
        partitions.addListener(coordinator);
        partitions.addListener(queues);
    }

    private void bringAbout(Decision.Effect effect) {
        if (effect instanceof ShareStateReset(var key)) {
            queues.forget(key);
        }
    }

    Coordinator<ShareCommand> coordinator() {
        return coordinator;
    }

    /** Brings about what share groups decide. */
    Effects<GroupCommand> groupEffects() {
        return new ShareGroupEffects(patient, alarms, sessions::onMemberGone);
    }

    ShareStateEvents events() {
        return events;
    }

    void serve(
            ApiTable table,
            Transport transport,
            Addresses addresses,
            Quorum quorum,
            Coordinator<GroupCommand> groups,
            Access access) {
        transport.onClosed(sessions::onDisconnected);
        ShareReplies replies =
                new ShareReplies(
                        queues,
                        (request, broker) -> addresses.shareNode(request, quorum.image(), broker));
        ShareGroupState state = new ShareGroupState(coordinator, access);
        table.serve(
                        ApiKeys.SHARE_FETCH,
                        new ShareFetch(
                                queues,
                                sessions,
                                access,
                                replies,
                                () -> config.current().integer("fetch.max.bytes")))
                .serve(
                        ApiKeys.SHARE_ACKNOWLEDGE,
                        new ShareAcknowledge(queues, sessions, access, replies))
                .serve(
                        ApiKeys.DESCRIBE_SHARE_GROUP_OFFSETS,
                        new DescribeShareGroupOffsets(groups, patient, ends, access))
                .serve(ApiKeys.INITIALIZE_SHARE_GROUP_STATE, state)
                .serve(ApiKeys.READ_SHARE_GROUP_STATE, state)
                .serve(ApiKeys.WRITE_SHARE_GROUP_STATE, state)
                .serve(ApiKeys.DELETE_SHARE_GROUP_STATE, state)
                .serve(ApiKeys.READ_SHARE_GROUP_STATE_SUMMARY, state);
    }
}
