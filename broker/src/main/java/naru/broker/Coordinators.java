package naru.broker;

import static java.util.Objects.requireNonNull;

import naru.broker.access.Access;
import naru.broker.api.Addresses;
import naru.broker.api.ApplicationTopics;
import naru.broker.api.FindCoordinator;
import naru.broker.api.GroupApis;
import naru.broker.api.TransactionApis;
import naru.broker.config.NaruSettings;
import naru.broker.config.NodeConfig;
import naru.broker.coordinator.AlarmClock;
import naru.broker.coordinator.Coordinator;
import naru.broker.coordinator.CoordinatorOptions;
import naru.broker.coordinator.Effects;
import naru.broker.coordinator.GroupEvents;
import naru.broker.coordinator.GroupSurroundings;
import naru.broker.partition.LeadershipListener;
import naru.broker.partition.PartitionLookup;
import naru.broker.replication.Peers;
import naru.broker.transaction.ClusterEnrolment;
import naru.broker.transaction.Enrolment;
import naru.broker.transaction.MarkerDelivery;
import naru.broker.transaction.Markers;
import naru.broker.transaction.ProducerIds;
import naru.broker.transaction.TransactionEffects;
import naru.broker.transport.ApiTable;
import naru.coordination.Decision;
import naru.coordination.group.GroupCommand;
import naru.coordination.group.GroupShard;
import naru.coordination.group.ShardSettings;
import naru.coordination.group.streams.InternalTopics;
import naru.coordination.share.ShareCommand;
import naru.coordination.transaction.TransactionCommand;
import naru.coordination.transaction.TransactionSettings;
import naru.coordination.transaction.TransactionShard;
import naru.quorum.Quorum;

import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.requests.FindCoordinatorRequest.CoordinatorType;

import java.security.SecureRandom;
import java.util.List;
import java.util.Map;

/** The coordinators of a node, and what they need of each other. */
final class Coordinators {
    private final NodeConfig config;
    private final Quorum quorum;
    private final PartitionLookup lookup;
    private final AlarmClock alarms;
    private final GroupSurroundings surroundings;
    private final ApplicationTopics applicationTopics;
    private final Coordinator<GroupCommand> groups;
    private final Coordinator<TransactionCommand> transactions;
    private final Coordinator<ShareCommand> shares;
    private final Markers markers;
    private final ProducerIds producerIds;
    private final Enrolment enrolment;

    Coordinators(
            NodeConfig config,
            Quorum quorum,
            PartitionLookup lookup,
            AlarmClock alarms,
            Peers peers,
            ShareApis shares) {
        this.shares = shares.coordinator();
        Effects<GroupCommand> groupEffects = shares.groupEffects();
        this.config = config;
        this.quorum = quorum;
        this.lookup = lookup;
        this.alarms = alarms;
        SecureRandom random = new SecureRandom();
        ShardSettings groupSettings =
                ShardSettings.of(
                        key -> requireNonNull(config.value(key), key),
                        config.integer(NaruSettings.GROUP_HEARTBEAT));
        this.surroundings = new GroupSurroundings(quorum);
        this.applicationTopics = new ApplicationTopics(quorum);
        this.groups =
                new Coordinator<>(
                        CoordinatorOptions.ofGroups(config),
                        (partition, epoch) -> new GroupShard(groupSettings, surroundings, random),
                        (effect, decider) -> bringAbout(effect, decider, groupEffects),
                        quorum,
                        System::currentTimeMillis,
                        alarms);
        this.markers = new Markers(lookup, groups, System::currentTimeMillis);
        int timeoutMillis = config.integer("request.timeout.ms");
        MarkerDelivery delivery =
                new MarkerDelivery(
                        config.nodeId(), markers, quorum::image, peers, alarms, timeoutMillis);
        this.producerIds = new ProducerIds(quorum.controller()::allocateProducerIds);
        TransactionSettings settings = TransactionSettings.of(config::integer);
        this.transactions =
                new Coordinator<>(
                        CoordinatorOptions.ofTransactions(config),
                        (partition, epoch) -> new TransactionShard(settings, epoch),
                        new TransactionEffects(delivery, producerIds, quorum, alarms),
                        quorum,
                        System::currentTimeMillis,
                        alarms);
        this.enrolment =
                new ClusterEnrolment(config.nodeId(), transactions, peers, alarms, timeoutMillis);
    }

    private void bringAbout(
            Decision.Effect effect,
            Effects.Decider<GroupCommand> decider,
            Effects<GroupCommand> ofShares) {
        if (effect instanceof InternalTopics needed) {
            applicationTopics.create(needed);
        } else {
            ofShares.bringAbout(effect, decider);
        }
    }

    /** What is to be closed with the node. */
    List<AutoCloseable> parts() {
        return List.of(groups, transactions);
    }

    List<LeadershipListener> listeners() {
        return List.of(groups, transactions);
    }

    Coordinator<GroupCommand> groups() {
        return groups;
    }

    Enrolment enrolment() {
        return enrolment;
    }

    GroupSurroundings surroundings() {
        return surroundings;
    }

    GroupEvents groupEvents() {
        return new GroupEvents(
                groups, alarms, config.number("offsets.retention.check.interval.ms"));
    }

    void serve(ApiTable table, Addresses addresses, Access access) {
        table.serve(
                ApiKeys.FIND_COORDINATOR,
                new FindCoordinator(
                        Map.of(
                                CoordinatorType.GROUP, groups,
                                CoordinatorType.TRANSACTION, transactions,
                                CoordinatorType.SHARE, shares),
                        addresses,
                        quorum,
                        access));
        GroupApis.serve(
                table, groups, applicationTopics, config, enrolment, lookup, quorum, access);
        TransactionApis.serve(
                table,
                transactions,
                groups,
                producerIds,
                markers,
                config.integer("request.timeout.ms") / 2,
                quorum,
                access);
    }
}
