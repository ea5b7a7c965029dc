package naru.broker.config;

import org.apache.kafka.common.config.ConfigDef.ConfigKey;
import org.apache.kafka.server.config.QuotaConfig;
import org.jspecify.annotations.Nullable;

import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Which settings of a broker can be altered while it runs (KIP-226): for all brokers and for each,
 * for one broker only, or for one listener of one broker only. All others are read-only.
 */
final class DynamicSettings {
    /** May be set for all brokers, or for one. */
    private static final Set<String> CLUSTER =
            names(
                    """
                    background.threads
                    compression.gzip.level
                    compression.lz4.level
                    compression.type
                    compression.zstd.level
                    cordoned.log.dirs
                    follower.fetch.last.tiered.offset.enable
                    group.consumer.assignment.interval.ms
                    group.coordinator.cached.buffer.max.bytes
                    group.share.assignment.interval.ms
                    group.streams.assignment.interval.ms
                    log.cleaner.backoff.ms
                    log.cleaner.dedupe.buffer.size
                    log.cleaner.delete.retention.ms
                    log.cleaner.io.buffer.load.factor
                    log.cleaner.io.buffer.size
                    log.cleaner.io.max.bytes.per.second
                    log.cleaner.max.compaction.lag.ms
                    log.cleaner.min.cleanable.ratio
                    log.cleaner.min.compaction.lag.ms
                    log.cleaner.threads
                    log.cleanup.policy
                    log.flush.interval.messages
                    log.flush.interval.ms
                    log.index.interval.bytes
                    log.index.size.max.bytes
                    log.local.retention.bytes
                    log.local.retention.ms
                    log.message.timestamp.after.max.ms
                    log.message.timestamp.before.max.ms
                    log.message.timestamp.type
                    log.preallocate
                    log.retention.bytes
                    log.retention.ms
                    log.roll.jitter.ms
                    log.roll.ms
                    log.segment.bytes
                    log.segment.delete.delay.ms
                    max.connection.creation.rate
                    max.connections
                    max.connections.per.ip
                    max.connections.per.ip.overrides
                    message.max.bytes
                    metric.reporters
                    min.insync.replicas
                    naru.ack
                    naru.balance.enabled
                    naru.balance.interval.ms
                    naru.balance.threshold.percent
                    naru.balance.throttle.bytes.per.second
                    naru.balance.under.way
                    naru.schema.validation
                    num.io.threads
                    num.network.threads
                    num.recovery.threads.per.data.dir
                    num.replica.fetchers
                    producer.id.expiration.ms
                    remote.fetch.max.wait.ms
                    remote.list.offsets.request.timeout.ms
                    remote.log.index.file.cache.total.size.bytes
                    remote.log.manager.copier.thread.pool.size
                    remote.log.manager.copy.max.bytes.per.second
                    remote.log.manager.expiration.thread.pool.size
                    remote.log.manager.fetch.max.bytes.per.second
                    remote.log.manager.follower.thread.pool.size
                    remote.log.reader.threads
                    share.coordinator.cached.buffer.max.bytes
                    transaction.partition.verification.enable
                    unclean.leader.election.enable
                    """);

    /** May be set for one broker only. */
    private static final Set<String> BROKER =
            names(
                    """
                    sasl.enabled.mechanisms
                    sasl.jaas.config
                    sasl.kerberos.kinit.cmd
                    sasl.kerberos.min.time.before.relogin
                    sasl.kerberos.principal.to.local.rules
                    sasl.kerberos.service.name
                    sasl.kerberos.ticket.renew.jitter
                    sasl.kerberos.ticket.renew.window.factor
                    sasl.login.refresh.buffer.seconds
                    sasl.login.refresh.min.period.seconds
                    sasl.login.refresh.window.factor
                    sasl.login.refresh.window.jitter
                    sasl.mechanism.inter.broker.protocol
                    ssl.cipher.suites
                    ssl.client.auth
                    ssl.enabled.protocols
                    ssl.endpoint.identification.algorithm
                    ssl.engine.factory.class
                    ssl.keymanager.algorithm
                    ssl.protocol
                    ssl.provider
                    ssl.secure.random.implementation
                    ssl.trustmanager.algorithm
                    """);

    /** May be set for one listener of a broker only. */
    private static final Set<String> LISTENER =
            names(
                    """
                    ssl.key.password
                    ssl.keystore.certificate.chain
                    ssl.keystore.key
                    ssl.keystore.location
                    ssl.keystore.password
                    ssl.keystore.type
                    ssl.truststore.certificates
                    ssl.truststore.location
                    ssl.truststore.password
                    ssl.truststore.type
                    """);

    /** Settings that exist only while the node runs, and in no file. */
    private static final Map<String, ConfigKey> DYNAMIC_ONLY =
            QuotaConfig.brokerQuotaConfigs().configKeys();

    private DynamicSettings() {}

    private static Set<String> names(String lines) {
        return Set.copyOf(new HashSet<>(lines.lines().map(String::strip).toList()));
    }

    static @Nullable ConfigKey dynamicOnly(String key) {
        return DYNAMIC_ONLY.get(key);
    }

    /** Whether the key can be altered while the node runs. */
    static boolean isDynamic(String key) {
        return CLUSTER.contains(key)
                || BROKER.contains(key)
                || LISTENER.contains(key)
                || DYNAMIC_ONLY.containsKey(key)
                || forOneListener(key);
    }

    /** Whether the key is a listener's own and can be altered. */
    static boolean forOneListener(String key) {
        if (!key.startsWith("listener.name.") || NodeConfigParser.definition(key) == null) {
            return false;
        }
        String general = key.substring(key.indexOf('.', "listener.name.".length()) + 1);
        return LISTENER.contains(general)
                || BROKER.contains(general)
                || general.startsWith("max.connection")
                || general.equals("num.network.threads")
                || general.contains("sasl.");
    }

    /** Whether the key, of a listener or of all, is about how connections are protected. */
    static boolean protects(String key) {
        return key.contains("ssl.") || key.contains("sasl.");
    }

    /** Whether a dynamic key cannot be set for all brokers at once. */
    static boolean perBrokerOnly(String key) {
        return BROKER.contains(key) || LISTENER.contains(key) || forOneListener(key);
    }

    /** Whether the key must carry the prefix of a listener to be altered. */
    static boolean perListenerOnly(String key) {
        return LISTENER.contains(key);
    }
}
