package naru.quorum;

import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.security.scram.internals.ScramMechanism;
import org.apache.kafka.common.security.token.delegation.internals.DelegationTokenCache;
import org.apache.kafka.common.utils.LogContext;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.controller.QuorumController;
import org.apache.kafka.controller.QuorumFeatures;
import org.apache.kafka.metadata.KafkaConfigSchema;
import org.apache.kafka.metadata.SupportedConfigChecker;
import org.apache.kafka.raft.QuorumConfig;
import org.apache.kafka.server.config.DelegationTokenManagerConfigs;
import org.apache.kafka.server.config.ServerTopicConfigSynonyms;
import org.apache.kafka.server.fault.FaultHandler;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Wires Kafka's controller to this node's settings. */
final class ControllerEngine {
    private ControllerEngine() {}

    static QuorumController start(
            QuorumOptions options,
            QuorumSettings settings,
            NodeStorage storage,
            RaftEngine raft,
            FaultHandler fatal)
            throws Exception {
        int nodeId = options.nodeId();
        Set<Integer> voters = new TreeSet<>(QuorumConfig.parseVoterIds(settings.quorum().voters()));
        voters.add(nodeId);
        QuorumController.Builder builder =
                new QuorumController.Builder(nodeId, storage.clusterId())
                        .setTime(Time.SYSTEM)
                        .setLogContext(new LogContext("[controller " + nodeId + "] "))
                        .setThreadNamePrefix("quorum-" + nodeId + "-controller-")
                        .setRaftClient(raft.client())
                        .setQuorumFeatures(
                                new QuorumFeatures(
                                        nodeId,
                                        QuorumFeatures.defaultSupportedFeatureMap(false),
                                        List.copyOf(voters)))
                        .setDefaultNumPartitions(settings.defaultPartitions())
                        .setDefaultReplicationFactor(settings.defaultReplicationFactor())
                        .setSessionTimeoutNs(settings.sessionTimeout().toNanos())
                        .setLeaderImbalanceCheckIntervalNs(settings.leaderImbalanceCheckNanos())
                        .setUncleanLeaderElectionCheckIntervalMs(
                                settings.uncleanElectionCheckMillis())
                        .setMaxIdleIntervalNs(settings.idleRecordNanos())
                        .setConfigurationValidator(new ControllerConfigCheck(options.configRules()))
                        .setConfigSchema(
                                new KafkaConfigSchema(
                                        options.configRules().definitions(),
                                        ServerTopicConfigSynonyms.ALL_TOPIC_CONFIG_SYNONYMS))
                        .setStaticConfig(staticConfig(options))
                        .setSupportedConfigChecker(SupportedConfigChecker.TRUE)
                        .setBootstrapMetadata(storage.bootstrapMetadata())
                        .setFatalFaultHandler(fatal)
                        .setNonFatalFaultHandler(EngineFaults.nonFatal());
        return withDelegationTokens(builder, settings).build();
    }

    private static QuorumController.Builder withDelegationTokens(
            QuorumController.Builder builder, QuorumSettings settings) {
        return builder.setDelegationTokenCache(
                        new DelegationTokenCache(ScramMechanism.mechanismNames()))
                .setDelegationTokenSecretKey(settings.delegationTokenSecret())
                .setDelegationTokenMaxLifeMs(
                        settings.delegationTokenMillis(
                                DelegationTokenManagerConfigs.DELEGATION_TOKEN_MAX_LIFETIME_CONFIG))
                .setDelegationTokenExpiryTimeMs(
                        settings.delegationTokenMillis(
                                DelegationTokenManagerConfigs
                                        .DELEGATION_TOKEN_EXPIRY_TIME_MS_CONFIG))
                .setDelegationTokenExpiryCheckIntervalMs(
                        settings.delegationTokenMillis(
                                DelegationTokenManagerConfigs
                                        .DELEGATION_TOKEN_EXPIRY_CHECK_INTERVAL_MS_CONFIG));
    }

    /** The controller cannot go without {@code min.insync.replicas}, which decides of ELR. */
    private static Map<String, Object> staticConfig(QuorumOptions options) {
        Map<String, Object> config = new HashMap<>(options.properties());
        var brokerKeys = options.configRules().definitions().get(ConfigResource.Type.BROKER);
        if (brokerKeys == null
                || !brokerKeys.configKeys().containsKey(TopicConfig.MIN_IN_SYNC_REPLICAS_CONFIG)) {
            config.putIfAbsent(TopicConfig.MIN_IN_SYNC_REPLICAS_CONFIG, "1");
        }
        return config;
    }
}
