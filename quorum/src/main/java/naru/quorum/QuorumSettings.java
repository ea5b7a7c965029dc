package naru.quorum;

import static org.apache.kafka.common.config.ConfigDef.Importance.HIGH;
import static org.apache.kafka.common.config.ConfigDef.Importance.MEDIUM;

import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.Range;
import org.apache.kafka.common.config.types.Password;
import org.apache.kafka.common.utils.Utils;
import org.apache.kafka.raft.KRaftConfigs;
import org.apache.kafka.raft.MetadataLogConfig;
import org.apache.kafka.raft.QuorumConfig;
import org.apache.kafka.server.config.DelegationTokenManagerConfigs;
import org.apache.kafka.server.config.ServerConfigs;
import org.apache.kafka.server.config.ServerLogConfigs;
import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;

/** The settings that this module understands, by Kafka's names and with Kafka's defaults. */
public final class QuorumSettings {
    private static final String DEFAULT_REPLICATION_FACTOR = "default.replication.factor";
    private static final String AUTO_LEADER_REBALANCE = "auto.leader.rebalance.enable";
    private static final String LEADER_IMBALANCE_CHECK_SECONDS =
            "leader.imbalance.check.interval.seconds";
    private static final String UNCLEAN_ELECTION_CHECK_MILLIS =
            "unclean.leader.election.interval.ms";

    private static final String INITIAL_CONTROLLERS = "naru.initial.controllers";

    private static final List<String> COMPANY =
            List.of(
                    QuorumConfig.QUORUM_VOTERS_CONFIG,
                    QuorumConfig.QUORUM_BOOTSTRAP_SERVERS_CONFIG,
                    INITIAL_CONTROLLERS);

    private final Map<String, String> given;
    private final AbstractConfig values;

    /**
     * @throws org.apache.kafka.common.config.ConfigException with key, value and what is right
     */
    QuorumSettings(Map<String, String> given) {
        this.given = given;
        this.values = new AbstractConfig(definitions(), withoutWaitingForNobody(given), false);
    }

    /** Every key of this module; some, like {@code num.partitions}, are the broker's as well. */
    public static ConfigDef definitions() {
        ConfigDef own =
                new ConfigDef()
                        .define(
                                KRaftConfigs.PROCESS_ROLES_CONFIG,
                                ConfigDef.Type.LIST,
                                "broker,controller",
                                ConfigDef.ValidList.in("broker", "controller"),
                                HIGH,
                                KRaftConfigs.PROCESS_ROLES_DOC)
                        .define(
                                KRaftConfigs.INITIAL_BROKER_REGISTRATION_TIMEOUT_MS_CONFIG,
                                ConfigDef.Type.INT,
                                KRaftConfigs.INITIAL_BROKER_REGISTRATION_TIMEOUT_MS_DEFAULT,
                                Range.atLeast(1),
                                MEDIUM,
                                KRaftConfigs.INITIAL_BROKER_REGISTRATION_TIMEOUT_MS_DOC)
                        .define(
                                KRaftConfigs.BROKER_HEARTBEAT_INTERVAL_MS_CONFIG,
                                ConfigDef.Type.INT,
                                KRaftConfigs.BROKER_HEARTBEAT_INTERVAL_MS_DEFAULT,
                                Range.atLeast(1),
                                MEDIUM,
                                KRaftConfigs.BROKER_HEARTBEAT_INTERVAL_MS_DOC)
                        .define(
                                KRaftConfigs.BROKER_SESSION_TIMEOUT_MS_CONFIG,
                                ConfigDef.Type.INT,
                                KRaftConfigs.BROKER_SESSION_TIMEOUT_MS_DEFAULT,
                                Range.atLeast(1),
                                MEDIUM,
                                KRaftConfigs.BROKER_SESSION_TIMEOUT_MS_DOC);
        return Utils.mergeConfigs(
                List.of(
                        defineTopicDefaults(own),
                        QuorumConfig.CONFIG_DEF,
                        MetadataLogConfig.CONFIG_DEF,
                        DelegationTokenManagerConfigs.CONFIG_DEF));
    }

    private static ConfigDef defineTopicDefaults(ConfigDef definitions) {
        return definitions
                .define(
                        ServerLogConfigs.NUM_PARTITIONS_CONFIG,
                        ConfigDef.Type.INT,
                        ServerLogConfigs.NUM_PARTITIONS_DEFAULT,
                        Range.atLeast(1),
                        MEDIUM,
                        ServerLogConfigs.NUM_PARTITIONS_DOC)
                .define(
                        DEFAULT_REPLICATION_FACTOR,
                        ConfigDef.Type.INT,
                        1,
                        Range.between(1, Short.MAX_VALUE),
                        MEDIUM,
                        "Replicas of a topic that is created without saying how many.")
                .define(
                        AUTO_LEADER_REBALANCE,
                        ConfigDef.Type.BOOLEAN,
                        true,
                        HIGH,
                        "Whether leadership goes back to preferred replicas by itself.")
                .define(
                        LEADER_IMBALANCE_CHECK_SECONDS,
                        ConfigDef.Type.LONG,
                        300L,
                        Range.atLeast(1),
                        HIGH,
                        "How often it is looked whether leaders are the preferred replicas.")
                .define(
                        UNCLEAN_ELECTION_CHECK_MILLIS,
                        ConfigDef.Type.LONG,
                        Duration.ofMinutes(5).toMillis(),
                        Range.atLeast(1),
                        HIGH,
                        "How often it is looked whether an unclean election is possible.")
                .define(
                        ServerConfigs.DELETE_TOPIC_ENABLE_CONFIG,
                        ConfigDef.Type.BOOLEAN,
                        ServerConfigs.DELETE_TOPIC_ENABLE_DEFAULT,
                        HIGH,
                        ServerConfigs.DELETE_TOPIC_ENABLE_DOC)
                .define(
                        INITIAL_CONTROLLERS,
                        ConfigDef.Type.STRING,
                        "",
                        MEDIUM,
                        "First voters of a new quorum, as ID@HOST:PORT:DIRECTORY_ID.")
                .define(
                        ServerConfigs.BROKER_RACK_CONFIG,
                        ConfigDef.Type.STRING,
                        null,
                        MEDIUM,
                        ServerConfigs.BROKER_RACK_DOC);
    }

    /**
     * Appends linger so that several reach the other voters in one batch; where a voter is known to
     * be alone and nobody chose a linger, it would only be a wait.
     */
    private static Map<String, String> withoutWaitingForNobody(Map<String, String> given) {
        Map<String, String> adjusted = new HashMap<>(given);
        for (String key : COMPANY) {
            if (isBlank(given.get(key))) {
                adjusted.remove(key);
            }
        }
        if (isAlone(given)) {
            adjusted.putIfAbsent(QuorumConfig.QUORUM_LINGER_MS_CONFIG, "0");
        }
        return adjusted;
    }

    /** Whether the configuration names no voter but one, which is this node. */
    private static boolean isAlone(Map<String, String> given) {
        return COMPANY.stream().allMatch(key -> given.getOrDefault(key, "").indexOf(',') < 0);
    }

    private static boolean isBlank(@Nullable String value) {
        return value == null || value.isBlank();
    }

    JoinOnce quorum() {
        return new JoinOnce(values);
    }

    MetadataLogConfig metadataLog() {
        return new MetadataLogConfig(values);
    }

    Set<String> roles() {
        return Set.copyOf(values.getList(KRaftConfigs.PROCESS_ROLES_CONFIG));
    }

    boolean isController() {
        return roles().contains("controller");
    }

    boolean isBroker() {
        return roles().contains("broker");
    }

    String initialControllers() {
        return values.getString(INITIAL_CONTROLLERS);
    }

    /** How long a starting node looks for its cluster. */
    Duration startBound() {
        return Duration.ofMillis(
                values.getInt(KRaftConfigs.INITIAL_BROKER_REGISTRATION_TIMEOUT_MS_CONFIG));
    }

    @Nullable String metadataFolder() {
        return values.getString(MetadataLogConfig.METADATA_LOG_DIR_CONFIG);
    }

    @Nullable String rack() {
        return values.getString(ServerConfigs.BROKER_RACK_CONFIG);
    }

    int heartbeatIntervalMillis() {
        return values.getInt(KRaftConfigs.BROKER_HEARTBEAT_INTERVAL_MS_CONFIG);
    }

    Duration sessionTimeout() {
        return Duration.ofMillis(values.getInt(KRaftConfigs.BROKER_SESSION_TIMEOUT_MS_CONFIG));
    }

    int defaultPartitions() {
        return values.getInt(ServerLogConfigs.NUM_PARTITIONS_CONFIG);
    }

    short defaultReplicationFactor() {
        return values.getInt(DEFAULT_REPLICATION_FACTOR).shortValue();
    }

    boolean topicsMayBeDeleted() {
        return values.getBoolean(ServerConfigs.DELETE_TOPIC_ENABLE_CONFIG);
    }

    OptionalLong leaderImbalanceCheckNanos() {
        return values.getBoolean(AUTO_LEADER_REBALANCE)
                ? OptionalLong.of(
                        Duration.ofSeconds(values.getLong(LEADER_IMBALANCE_CHECK_SECONDS))
                                .toNanos())
                : OptionalLong.empty();
    }

    long uncleanElectionCheckMillis() {
        return values.getLong(UNCLEAN_ELECTION_CHECK_MILLIS);
    }

    /**
     * How often an idle leader appends a record of no content, by which followers see that it is
     * there. A voter without followers does so only when told to.
     */
    OptionalLong idleRecordNanos() {
        String key = MetadataLogConfig.METADATA_MAX_IDLE_INTERVAL_MS_CONFIG;
        int millis = values.getInt(key);
        return millis == 0 || (isAlone(given) && !given.containsKey(key))
                ? OptionalLong.empty()
                : OptionalLong.of(Duration.ofMillis(millis).toNanos());
    }

    long snapshotAfterBytes() {
        return values.getLong(MetadataLogConfig.METADATA_SNAPSHOT_MAX_NEW_RECORD_BYTES_CONFIG);
    }

    Duration snapshotAfter() {
        return Duration.ofMillis(
                values.getLong(MetadataLogConfig.METADATA_SNAPSHOT_MAX_INTERVAL_MS_CONFIG));
    }

    /** Null when there are no delegation tokens. */
    @Nullable String delegationTokenSecret() {
        Password secret =
                values.getPassword(
                        DelegationTokenManagerConfigs.DELEGATION_TOKEN_SECRET_KEY_CONFIG);
        return secret == null || secret.value().isEmpty() ? null : secret.value();
    }

    long delegationTokenMillis(String key) {
        return values.getLong(key);
    }
}
