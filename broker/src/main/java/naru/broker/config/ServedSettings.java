package naru.broker.config;

import org.apache.kafka.common.config.ConfigDef.ConfigKey;

import java.util.Collection;
import java.util.List;
import java.util.Set;

/** Which settings this release acts on. What it knows beside them is accepted without effect. */
final class ServedSettings {
    private static final Set<String> KAFKA =
            Set.copyOf(
                    """
                    advertised.listeners
                    allow.everyone.if.no.acl.found
                    authorizer.class.name
                    auto.create.topics.enable
                    auto.leader.rebalance.enable
                    broker.heartbeat.interval.ms
                    broker.id
                    broker.rack
                    broker.session.timeout.ms
                    compression.gzip.level
                    compression.lz4.level
                    compression.type
                    compression.zstd.level
                    connection.failed.authentication.delay.ms
                    connections.max.idle.ms
                    connections.max.reauth.ms
                    controlled.shutdown.enable
                    cordoned.log.dirs
                    controller.listener.names
                    controller.quorum.append.linger.ms
                    controller.quorum.auto.join.enable
                    controller.quorum.bootstrap.servers
                    controller.quorum.election.backoff.max.ms
                    controller.quorum.election.timeout.ms
                    controller.quorum.fetch.max.bytes
                    controller.quorum.fetch.snapshot.max.bytes
                    controller.quorum.fetch.timeout.ms
                    controller.quorum.request.timeout.ms
                    controller.quorum.retry.backoff.ms
                    controller.quorum.voters
                    controller.quota.window.num
                    controller.quota.window.size.seconds
                    default.replication.factor
                    delegation.token.expiry.check.interval.ms
                    delegation.token.expiry.time.ms
                    delegation.token.max.lifetime.ms
                    delegation.token.secret.key
                    delete.topic.enable
                    errors.deadletterqueue.topic.name.prefix
                    fetch.max.bytes
                    group.consumer.assignment.interval.ms
                    group.consumer.assignors
                    group.consumer.heartbeat.interval.ms
                    group.consumer.max.assignment.interval.ms
                    group.consumer.max.heartbeat.interval.ms
                    group.consumer.max.session.timeout.ms
                    group.consumer.max.size
                    group.consumer.migration.policy
                    group.consumer.min.assignment.interval.ms
                    group.consumer.min.heartbeat.interval.ms
                    group.consumer.min.session.timeout.ms
                    group.consumer.session.timeout.ms
                    group.coordinator.rebalance.protocols
                    group.initial.rebalance.delay.ms
                    group.max.session.timeout.ms
                    group.max.size
                    group.min.session.timeout.ms
                    group.share.delivery.count.limit
                    group.share.heartbeat.interval.ms
                    group.share.initialize.retry.interval.ms
                    group.share.max.delivery.count.limit
                    group.share.max.heartbeat.interval.ms
                    group.share.max.partition.max.record.locks
                    group.share.max.record.lock.duration.ms
                    group.share.max.session.timeout.ms
                    group.share.max.share.sessions
                    group.share.max.size
                    group.share.min.delivery.count.limit
                    group.share.min.heartbeat.interval.ms
                    group.share.min.partition.max.record.locks
                    group.share.min.record.lock.duration.ms
                    group.share.min.session.timeout.ms
                    group.share.partition.max.record.locks
                    group.share.record.lock.duration.ms
                    group.share.session.timeout.ms
                    group.streams.assignment.interval.ms
                    group.streams.heartbeat.interval.ms
                    group.streams.initial.rebalance.delay.ms
                    group.streams.max.assignment.interval.ms
                    group.streams.max.heartbeat.interval.ms
                    group.streams.max.session.timeout.ms
                    group.streams.max.size
                    group.streams.max.standby.replicas
                    group.streams.min.assignment.interval.ms
                    group.streams.min.heartbeat.interval.ms
                    group.streams.min.session.timeout.ms
                    group.streams.num.standby.replicas
                    group.streams.session.timeout.ms
                    initial.broker.registration.timeout.ms
                    initial.broker.registration.timeout.ms
                    inter.broker.listener.name
                    leader.imbalance.check.interval.seconds
                    listener.security.protocol.map
                    listeners
                    log.cleaner.backoff.ms
                    log.cleaner.dedupe.buffer.size
                    log.cleaner.delete.retention.ms
                    log.cleaner.enable
                    log.cleaner.io.buffer.load.factor
                    log.cleaner.io.buffer.size
                    log.cleaner.io.max.bytes.per.second
                    log.cleaner.max.compaction.lag.ms
                    log.cleaner.min.cleanable.ratio
                    log.cleaner.min.compaction.lag.ms
                    log.cleaner.threads
                    log.cleanup.policy
                    log.dir
                    log.dirs
                    log.flush.interval.messages
                    log.flush.interval.ms
                    log.flush.offset.checkpoint.interval.ms
                    log.index.interval.bytes
                    log.index.size.max.bytes
                    log.message.timestamp.after.max.ms
                    log.message.timestamp.before.max.ms
                    log.message.timestamp.type
                    log.retention.bytes
                    log.retention.check.interval.ms
                    log.retention.hours
                    log.retention.minutes
                    log.retention.ms
                    log.roll.hours
                    log.roll.jitter.hours
                    log.roll.jitter.ms
                    log.roll.ms
                    log.segment.bytes
                    log.segment.delete.delay.ms
                    max.connection.creation.rate
                    max.connections
                    max.connections.per.ip
                    max.connections.per.ip.overrides
                    max.incremental.fetch.session.cache.slots
                    max.request.partition.size.limit
                    message.max.bytes
                    metadata.log.dir
                    metadata.log.max.record.bytes.between.snapshots
                    metadata.log.max.snapshot.interval.ms
                    metadata.log.segment.bytes
                    metadata.log.segment.ms
                    metadata.max.idle.interval.ms
                    metadata.max.retention.bytes
                    metadata.max.retention.ms
                    min.insync.replicas
                    node.id
                    num.partitions
                    num.recovery.threads.per.data.dir
                    num.replica.fetchers
                    offset.metadata.max.bytes
                    offsets.commit.timeout.ms
                    offsets.retention.check.interval.ms
                    offsets.retention.minutes
                    offsets.topic.compression.codec
                    offsets.topic.num.partitions
                    offsets.topic.replication.factor
                    offsets.topic.segment.bytes
                    principal.builder.class
                    process.roles
                    producer.id.expiration.ms
                    queued.max.request.bytes
                    quota.window.num
                    quota.window.size.seconds
                    replica.fetch.backoff.ms
                    replica.fetch.max.bytes
                    replica.fetch.min.bytes
                    replica.fetch.response.max.bytes
                    replica.fetch.wait.max.ms
                    replica.lag.time.max.ms
                    replica.selector.class
                    replica.socket.receive.buffer.bytes
                    replica.socket.timeout.ms
                    request.timeout.ms
                    sasl.enabled.mechanisms
                    sasl.jaas.config
                    sasl.mechanism.inter.broker.protocol
                    sasl.mechanism.controller.protocol
                    sasl.oauthbearer.clock.skew.seconds
                    sasl.oauthbearer.expected.audience
                    sasl.oauthbearer.expected.issuer
                    sasl.oauthbearer.jwks.endpoint.refresh.ms
                    sasl.oauthbearer.jwks.endpoint.retry.backoff.max.ms
                    sasl.oauthbearer.jwks.endpoint.retry.backoff.ms
                    sasl.oauthbearer.jwks.endpoint.url
                    sasl.oauthbearer.jwt.validator.class
                    sasl.oauthbearer.scope.claim.name
                    sasl.oauthbearer.sub.claim.name
                    sasl.server.max.receive.size
                    security.inter.broker.protocol
                    share.coordinator.cold.partition.snapshot.interval.ms
                    share.coordinator.load.buffer.size
                    share.coordinator.snapshot.update.records.per.snapshot
                    share.coordinator.state.topic.compression.codec
                    share.coordinator.state.topic.min.isr
                    share.coordinator.state.topic.num.partitions
                    share.coordinator.state.topic.prune.interval.ms
                    share.coordinator.state.topic.replication.factor
                    share.coordinator.state.topic.segment.bytes
                    share.coordinator.write.timeout.ms
                    socket.listen.backlog.size
                    socket.receive.buffer.bytes
                    socket.request.max.bytes
                    socket.send.buffer.bytes
                    ssl.allow.dn.changes
                    ssl.allow.san.changes
                    ssl.cipher.suites
                    ssl.client.auth
                    ssl.enabled.protocols
                    ssl.key.password
                    ssl.keymanager.algorithm
                    ssl.keystore.certificate.chain
                    ssl.keystore.key
                    ssl.keystore.location
                    ssl.keystore.password
                    ssl.keystore.type
                    ssl.principal.mapping.rules
                    ssl.protocol
                    ssl.provider
                    ssl.secure.random.implementation
                    ssl.trustmanager.algorithm
                    ssl.truststore.certificates
                    ssl.truststore.location
                    ssl.truststore.password
                    ssl.truststore.type
                    super.users
                    telemetry.max.bytes
                    transaction.max.timeout.ms
                    transaction.remove.expired.transaction.cleanup.interval.ms
                    transaction.state.log.load.buffer.size
                    transaction.state.log.min.isr
                    transaction.state.log.num.partitions
                    transaction.state.log.replication.factor
                    transaction.state.log.segment.bytes
                    transactional.id.expiration.ms
                    unclean.leader.election.enable
                    """
                            .lines()
                            .toList());

    private ServedSettings() {}

    static boolean served(String key) {
        return KAFKA.contains(key) || key.startsWith(NaruSettings.PREFIX);
    }

    /**
     * Those of the given keys that change nothing. A listener's own setting is served where the
     * general one is served for each listener.
     */
    static List<String> withoutEffect(Collection<String> given) {
        return given.stream()
                .filter(key -> !served(key) && !RefusedSettings.keys().contains(key))
                .filter(key -> !servedForListener(key))
                .sorted()
                .toList();
    }

    private static boolean servedForListener(String key) {
        ConfigKey setting =
                key.startsWith("listener.name.") ? NodeConfigParser.definition(key) : null;
        return setting != null && (served(setting.name) || key.contains(".max.conn"));
    }
}
