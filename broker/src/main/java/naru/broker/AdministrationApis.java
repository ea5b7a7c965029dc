package naru.broker;

import naru.broker.access.Access;
import naru.broker.access.AccessByRules;
import naru.broker.api.AccessRules;
import naru.broker.api.AddRaftVoter;
import naru.broker.api.Addresses;
import naru.broker.api.AlterClientQuotas;
import naru.broker.api.AlterConfigs;
import naru.broker.api.AlterPartitionReassignments;
import naru.broker.api.AlterReplicaLogDirs;
import naru.broker.api.AlterUserScramCredentials;
import naru.broker.api.CreateAcls;
import naru.broker.api.CreateDelegationToken;
import naru.broker.api.CreatePartitions;
import naru.broker.api.CreateTopics;
import naru.broker.api.DeleteAcls;
import naru.broker.api.DeleteTopics;
import naru.broker.api.DescribeAcls;
import naru.broker.api.DescribeClientQuotas;
import naru.broker.api.DescribeCluster;
import naru.broker.api.DescribeConfigs;
import naru.broker.api.DescribeDelegationToken;
import naru.broker.api.DescribeLogDirs;
import naru.broker.api.DescribeQuorum;
import naru.broker.api.DescribeTopicPartitions;
import naru.broker.api.DescribeUserScramCredentials;
import naru.broker.api.ElectLeaders;
import naru.broker.api.ExpireDelegationToken;
import naru.broker.api.GetTelemetrySubscriptions;
import naru.broker.api.ImageWait;
import naru.broker.api.IncrementalAlterConfigs;
import naru.broker.api.KnownTokens;
import naru.broker.api.ListConfigResources;
import naru.broker.api.ListPartitionReassignments;
import naru.broker.api.Metadata;
import naru.broker.api.PushTelemetry;
import naru.broker.api.RemoveRaftVoter;
import naru.broker.api.RenewDelegationToken;
import naru.broker.api.TokenRequesters;
import naru.broker.api.TopicCreation;
import naru.broker.api.UnregisterBroker;
import naru.broker.api.UpdateFeatures;
import naru.broker.config.ConfigDescriber;
import naru.broker.config.DynamicConfig;
import naru.broker.config.Listener;
import naru.broker.config.NodeConfig;
import naru.broker.login.TokenKey;
import naru.broker.partition.Moves;
import naru.broker.partition.Partitions;
import naru.broker.quota.ClientQuotas;
import naru.broker.telemetry.ClientTelemetry;
import naru.broker.transport.ApiTable;
import naru.quorum.Quorum;

import org.apache.kafka.common.protocol.ApiKeys;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** The request kinds that tell of the cluster and change it. */
final class AdministrationApis {
    private AdministrationApis() {}

    /**
     * @param images subscribed to the quorum after the partitions
     */
    static void serve(
            ApiTable table,
            Quorum quorum,
            DynamicConfig config,
            ImageWait images,
            TopicCreation creation,
            Addresses addresses,
            AccessControl control,
            ClientQuotas quotas) {
        Access access = control.access();
        Supplier<NodeConfig> node = config::current;
        table.serve(
                        ApiKeys.METADATA,
                        new Metadata(quorum, node, addresses, creation, access, quotas))
                .serve(
                        ApiKeys.DESCRIBE_TOPIC_PARTITIONS,
                        new DescribeTopicPartitions(quorum, node, addresses, access))
                .serve(ApiKeys.DESCRIBE_CLUSTER, new DescribeCluster(quorum, addresses, access));
        serveChanges(table, quorum, config, images, control, quotas);
    }

    /**
     * What brokers and controllers serve alike: brokers with the active controller wherever it is,
     * controllers with themselves.
     */
    static void serveChanges(
            ApiTable table,
            Quorum quorum,
            DynamicConfig config,
            ImageWait images,
            AccessControl control,
            ClientQuotas quotas) {
        Access access = control.access();
        Supplier<NodeConfig> node = config::current;
        table.serve(ApiKeys.CREATE_TOPICS, new CreateTopics(quorum, images, access, quotas))
                .serve(ApiKeys.DELETE_TOPICS, new DeleteTopics(quorum, images, access, quotas))
                .serve(
                        ApiKeys.CREATE_PARTITIONS,
                        new CreatePartitions(quorum, images, access, quotas));
        serveSecurity(table, quorum, images, control);
        serveTokens(table, quorum, images, access, node.get());
        table.serve(ApiKeys.DESCRIBE_CLIENT_QUOTAS, new DescribeClientQuotas(quorum, access))
                .serve(ApiKeys.ALTER_CLIENT_QUOTAS, new AlterClientQuotas(quorum, images, access));
        serveSettings(table, quorum, node, images, access);
        serveController(table, quorum, access);
    }

    static void serveLogFolders(ApiTable table, Partitions partitions, Moves moves, Access access) {
        table.serve(ApiKeys.DESCRIBE_LOG_DIRS, new DescribeLogDirs(partitions.logs(), access))
                .serve(
                        ApiKeys.ALTER_REPLICA_LOG_DIRS,
                        new AlterReplicaLogDirs(partitions, moves, access));
    }

    private static void serveSecurity(
            ApiTable table, Quorum quorum, ImageWait images, AccessControl control) {
        Access access = control.access();
        AccessByRules rules = control.rules();
        if (rules == null) {
            AccessRules disabled = new AccessRules();
            table.serve(ApiKeys.DESCRIBE_ACLS, disabled)
                    .serve(ApiKeys.CREATE_ACLS, disabled)
                    .serve(ApiKeys.DELETE_ACLS, disabled);
        } else {
            table.serve(ApiKeys.DESCRIBE_ACLS, new DescribeAcls(quorum, access))
                    .serve(ApiKeys.CREATE_ACLS, new CreateAcls(quorum, images, rules, access))
                    .serve(ApiKeys.DELETE_ACLS, new DeleteAcls(quorum, images, rules, access));
        }
        table.serve(
                        ApiKeys.DESCRIBE_USER_SCRAM_CREDENTIALS,
                        new DescribeUserScramCredentials(quorum, access))
                .serve(
                        ApiKeys.ALTER_USER_SCRAM_CREDENTIALS,
                        new AlterUserScramCredentials(quorum, images, access));
    }

    private static void serveTokens(
            ApiTable table, Quorum quorum, ImageWait images, Access access, NodeConfig config) {
        List<Listener> listeners = new ArrayList<>(config.listeners());
        listeners.addAll(config.controllerListeners());
        TokenRequesters requesters = new TokenRequesters(listeners);
        TokenKey key = TokenKey.of(config.value(TokenKey.SETTING));
        KnownTokens tokens = new KnownTokens(images, key, access);
        table.serve(
                        ApiKeys.CREATE_DELEGATION_TOKEN,
                        new CreateDelegationToken(quorum, images, requesters, access))
                .serve(
                        ApiKeys.RENEW_DELEGATION_TOKEN,
                        new RenewDelegationToken(quorum, tokens, requesters))
                .serve(
                        ApiKeys.EXPIRE_DELEGATION_TOKEN,
                        new ExpireDelegationToken(quorum, tokens, requesters))
                .serve(
                        ApiKeys.DESCRIBE_DELEGATION_TOKEN,
                        new DescribeDelegationToken(quorum, key, requesters, access));
    }

    private static void serveSettings(
            ApiTable table,
            Quorum quorum,
            Supplier<NodeConfig> node,
            ImageWait images,
            Access access) {
        table.serve(
                        ApiKeys.DESCRIBE_CONFIGS,
                        new DescribeConfigs(quorum, new ConfigDescriber(node), access))
                .serve(
                        ApiKeys.INCREMENTAL_ALTER_CONFIGS,
                        new IncrementalAlterConfigs(quorum, images, access))
                .serve(ApiKeys.ALTER_CONFIGS, new AlterConfigs(quorum, images, access))
                .serve(ApiKeys.LIST_CONFIG_RESOURCES, new ListConfigResources(quorum, access));
    }

    private static void serveController(ApiTable table, Quorum quorum, Access access) {
        table.serve(ApiKeys.DESCRIBE_QUORUM, new DescribeQuorum(quorum, access))
                .serve(ApiKeys.ADD_RAFT_VOTER, new AddRaftVoter(quorum, access))
                .serve(ApiKeys.REMOVE_RAFT_VOTER, new RemoveRaftVoter(quorum, access))
                .serve(ApiKeys.UPDATE_FEATURES, new UpdateFeatures(quorum, access))
                .serve(ApiKeys.UNREGISTER_BROKER, new UnregisterBroker(quorum, access))
                .serve(ApiKeys.ELECT_LEADERS, new ElectLeaders(quorum, access))
                .serve(
                        ApiKeys.ALTER_PARTITION_REASSIGNMENTS,
                        new AlterPartitionReassignments(quorum, access))
                .serve(
                        ApiKeys.LIST_PARTITION_REASSIGNMENTS,
                        new ListPartitionReassignments(quorum, access));
    }

    static void serveTelemetry(ApiTable table, ClientTelemetry telemetry) {
        table.serve(ApiKeys.GET_TELEMETRY_SUBSCRIPTIONS, new GetTelemetrySubscriptions(telemetry))
                .serve(ApiKeys.PUSH_TELEMETRY, new PushTelemetry(telemetry));
    }
}
