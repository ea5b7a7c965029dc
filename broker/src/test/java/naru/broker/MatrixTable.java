package naru.broker;

import static naru.broker.MatrixRow.row;
import static naru.broker.Needed.on;

import static org.apache.kafka.common.acl.AclOperation.ALTER;
import static org.apache.kafka.common.acl.AclOperation.ALTER_CONFIGS;
import static org.apache.kafka.common.acl.AclOperation.CLUSTER_ACTION;
import static org.apache.kafka.common.acl.AclOperation.CREATE;
import static org.apache.kafka.common.acl.AclOperation.CREATE_TOKENS;
import static org.apache.kafka.common.acl.AclOperation.DELETE;
import static org.apache.kafka.common.acl.AclOperation.DESCRIBE;
import static org.apache.kafka.common.acl.AclOperation.DESCRIBE_CONFIGS;
import static org.apache.kafka.common.acl.AclOperation.DESCRIBE_TOKENS;
import static org.apache.kafka.common.acl.AclOperation.IDEMPOTENT_WRITE;
import static org.apache.kafka.common.acl.AclOperation.READ;
import static org.apache.kafka.common.acl.AclOperation.WRITE;
import static org.apache.kafka.common.resource.ResourceType.CLUSTER;
import static org.apache.kafka.common.resource.ResourceType.DELEGATION_TOKEN;
import static org.apache.kafka.common.resource.ResourceType.GROUP;
import static org.apache.kafka.common.resource.ResourceType.TOPIC;
import static org.apache.kafka.common.resource.ResourceType.TRANSACTIONAL_ID;
import static org.apache.kafka.common.resource.ResourceType.USER;

import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.requests.FindCoordinatorRequest.CoordinatorType;

import java.util.List;
import java.util.Set;

/**
 * What each request kind needs, as Kafka documents it. Two-phase commit, which needs an operation
 * of its own, is refused to all with the same error.
 */
final class MatrixTable {
    private static final Needed CLUSTER_ALTER = on(CLUSTER, ALTER);
    private static final Needed CLUSTER_DESCRIBE = on(CLUSTER, DESCRIBE);
    private static final Needed BROKER = on(CLUSTER, CLUSTER_ACTION);
    private static final Needed TOPIC_READ = on(TOPIC, READ);
    private static final Needed TOPIC_DESCRIBE = on(TOPIC, DESCRIBE);
    private static final Needed GROUP_READ = on(GROUP, READ);
    private static final Needed GROUP_DESCRIBE = on(GROUP, DESCRIBE);
    private static final Needed GROUP_DELETE = on(GROUP, DELETE);
    private static final Needed TRANSACTION_WRITE = on(TRANSACTIONAL_ID, WRITE);
    private static final Set<Needed> NOTHING = Set.of();

    private MatrixTable() {}

    static List<MatrixRow> data() {
        return List.of(
                row(ApiKeys.PRODUCE, Bodies::produce, Set.of(on(TOPIC, WRITE))).version(12),
                row(ApiKeys.PRODUCE, Bodies::produceById, Set.of(on(TOPIC, WRITE))),
                row(
                                ApiKeys.PRODUCE,
                                Bodies::produceInTransaction,
                                Set.of(on(TOPIC, WRITE), TRANSACTION_WRITE))
                        .version(12)
                        .named("transactional"),
                row(ApiKeys.FETCH, Bodies::fetch, Set.of(TOPIC_READ)).version(12),
                row(ApiKeys.FETCH, Bodies::fetchById, Set.of(TOPIC_READ)),
                row(ApiKeys.FETCH, Bodies::fetchAsReplica, Set.of(BROKER)).named("replica"),
                row(ApiKeys.LIST_OFFSETS, Bodies::listOffsets, Set.of(TOPIC_DESCRIBE)),
                row(ApiKeys.METADATA, Bodies::metadata, Set.of(TOPIC_DESCRIBE)),
                row(ApiKeys.METADATA, Bodies::metadataById, Set.of(TOPIC_DESCRIBE)).named("by id"),
                row(ApiKeys.METADATA, Bodies::metadataOfAll, Set.of(TOPIC_DESCRIBE))
                        .named("all")
                        .lists(Names::topic),
                row(
                                ApiKeys.METADATA,
                                Bodies::metadataAndCreate,
                                Set.of(TOPIC_DESCRIBE, on(TOPIC, CREATE)),
                                Set.of(TOPIC_DESCRIBE, on(CLUSTER, CREATE)))
                        .named("creates")
                        .about(Names::colliding),
                row(ApiKeys.DESCRIBE_TOPIC_PARTITIONS, Bodies::topic, Set.of(TOPIC_DESCRIBE)),
                row(ApiKeys.DESCRIBE_TOPIC_PARTITIONS, Bodies::allTopics, Set.of(TOPIC_DESCRIBE))
                        .named("all")
                        .lists(Names::topic),
                row(
                        ApiKeys.OFFSET_FOR_LEADER_EPOCH,
                        Bodies::epochs,
                        Set.of(TOPIC_DESCRIBE),
                        Set.of(BROKER)),
                row(ApiKeys.DELETE_RECORDS, Bodies::deleteRecords, Set.of(on(TOPIC, DELETE))),
                row(ApiKeys.DESCRIBE_PRODUCERS, Bodies::producers, Set.of(TOPIC_READ)),
                row(ApiKeys.API_VERSIONS, Bodies::apiVersions, NOTHING),
                row(
                        ApiKeys.SASL_HANDSHAKE,
                        names -> AdministrationBodies.ofNode(ApiKeys.SASL_HANDSHAKE),
                        NOTHING),
                row(
                        ApiKeys.SASL_AUTHENTICATE,
                        names -> AdministrationBodies.ofNode(ApiKeys.SASL_AUTHENTICATE),
                        NOTHING));
    }

    static List<MatrixRow> groups() {
        return List.of(
                row(ApiKeys.OFFSET_COMMIT, GroupBodies::commit, Set.of(GROUP_READ, TOPIC_READ))
                        .version(9),
                row(ApiKeys.OFFSET_COMMIT, GroupBodies::commitById, Set.of(GROUP_READ, TOPIC_READ)),
                row(
                                ApiKeys.OFFSET_FETCH,
                                GroupBodies::offsets,
                                Set.of(GROUP_DESCRIBE, TOPIC_DESCRIBE))
                        .version(9),
                row(
                        ApiKeys.OFFSET_FETCH,
                        GroupBodies::offsetsById,
                        Set.of(GROUP_DESCRIBE, TOPIC_DESCRIBE)),
                row(
                                ApiKeys.OFFSET_FETCH,
                                GroupBodies::allOffsets,
                                Set.of(GROUP_DESCRIBE, TOPIC_DESCRIBE))
                        .version(9)
                        .named("all")
                        .lists(Names::topic),
                row(
                        ApiKeys.FIND_COORDINATOR,
                        names -> GroupBodies.coordinator(CoordinatorType.GROUP, names.group()),
                        Set.of(GROUP_DESCRIBE)),
                row(
                                ApiKeys.FIND_COORDINATOR,
                                names ->
                                        GroupBodies.coordinator(
                                                CoordinatorType.TRANSACTION,
                                                names.transactionalId()),
                                Set.of(on(TRANSACTIONAL_ID, DESCRIBE)))
                        .named("transaction"),
                row(
                                ApiKeys.FIND_COORDINATOR,
                                names ->
                                        GroupBodies.coordinator(
                                                CoordinatorType.SHARE,
                                                names.group() + ":" + names.topicId() + ":0"),
                                Set.of(BROKER))
                        .named("share"),
                row(ApiKeys.JOIN_GROUP, GroupBodies::join, Set.of(GROUP_READ)),
                row(ApiKeys.HEARTBEAT, GroupBodies::heartbeat, Set.of(GROUP_READ)),
                row(ApiKeys.LEAVE_GROUP, GroupBodies::leave, Set.of(GROUP_READ)),
                row(ApiKeys.SYNC_GROUP, GroupBodies::sync, Set.of(GROUP_READ)),
                row(ApiKeys.DESCRIBE_GROUPS, GroupBodies::describeGroups, Set.of(GROUP_DESCRIBE)),
                row(
                                ApiKeys.LIST_GROUPS,
                                GroupBodies::listGroups,
                                Set.of(GROUP_DESCRIBE),
                                Set.of(CLUSTER_DESCRIBE))
                        .lists(Names::group),
                row(ApiKeys.DELETE_GROUPS, GroupBodies::deleteGroups, Set.of(GROUP_DELETE))
                        .about(Names::doomed),
                row(
                        ApiKeys.OFFSET_DELETE,
                        GroupBodies::deleteOffsets,
                        Set.of(GROUP_DELETE, TOPIC_READ)));
    }

    static List<MatrixRow> newerGroups() {
        return List.of(
                row(
                                ApiKeys.CONSUMER_GROUP_HEARTBEAT,
                                GroupBodies::consumerHeartbeat,
                                Set.of(GROUP_READ, TOPIC_DESCRIBE))
                        .about(Names::doomed),
                row(
                        ApiKeys.CONSUMER_GROUP_DESCRIBE,
                        GroupBodies::describeConsumerGroup,
                        Set.of(GROUP_DESCRIBE)),
                row(
                                ApiKeys.STREAMS_GROUP_HEARTBEAT,
                                GroupBodies::streamsHeartbeat,
                                Set.of(GROUP_READ, TOPIC_DESCRIBE))
                        .about(Names::doomed),
                row(
                        ApiKeys.STREAMS_GROUP_DESCRIBE,
                        GroupBodies::describeStreamsGroup,
                        Set.of(GROUP_DESCRIBE)));
    }

    static List<MatrixRow> shares() {
        return List.of(
                row(
                                ApiKeys.SHARE_GROUP_HEARTBEAT,
                                GroupBodies::shareHeartbeat,
                                Set.of(GROUP_READ, TOPIC_DESCRIBE))
                        .about(Names::doomed),
                row(
                        ApiKeys.SHARE_GROUP_DESCRIBE,
                        GroupBodies::describeShareGroup,
                        Set.of(GROUP_DESCRIBE)),
                row(ApiKeys.SHARE_FETCH, GroupBodies::shareFetch, Set.of(GROUP_READ, TOPIC_READ))
                        .about(Names::doomed),
                row(ApiKeys.SHARE_ACKNOWLEDGE, GroupBodies::acknowledge, Set.of(GROUP_READ)),
                row(
                        ApiKeys.DESCRIBE_SHARE_GROUP_OFFSETS,
                        GroupBodies::shareOffsets,
                        Set.of(GROUP_DESCRIBE)),
                row(
                        ApiKeys.ALTER_SHARE_GROUP_OFFSETS,
                        GroupBodies::alterShareOffsets,
                        Set.of(GROUP_READ, TOPIC_READ)),
                row(
                        ApiKeys.DELETE_SHARE_GROUP_OFFSETS,
                        GroupBodies::deleteShareOffsets,
                        Set.of(GROUP_DELETE, TOPIC_READ)),
                row(
                        ApiKeys.INITIALIZE_SHARE_GROUP_STATE,
                        GroupBodies::initializeState,
                        Set.of(BROKER)),
                row(ApiKeys.READ_SHARE_GROUP_STATE, GroupBodies::readState, Set.of(BROKER)),
                row(
                        ApiKeys.READ_SHARE_GROUP_STATE_SUMMARY,
                        GroupBodies::summarizeState,
                        Set.of(BROKER)),
                row(ApiKeys.WRITE_SHARE_GROUP_STATE, GroupBodies::writeState, Set.of(BROKER)),
                row(ApiKeys.DELETE_SHARE_GROUP_STATE, GroupBodies::deleteState, Set.of(BROKER)));
    }

    static List<MatrixRow> transactions() {
        return List.of(
                row(
                        ApiKeys.INIT_PRODUCER_ID,
                        Bodies::idempotentProducer,
                        Set.of(on(CLUSTER, IDEMPOTENT_WRITE)),
                        Set.of(on(TOPIC, WRITE))),
                row(
                                ApiKeys.INIT_PRODUCER_ID,
                                Bodies::transactionalProducer,
                                Set.of(TRANSACTION_WRITE))
                        .named("transactional"),
                row(
                                ApiKeys.ADD_PARTITIONS_TO_TXN,
                                Bodies::addPartitions,
                                Set.of(TRANSACTION_WRITE, on(TOPIC, WRITE)))
                        .version(3),
                row(ApiKeys.ADD_PARTITIONS_TO_TXN, Bodies::addPartitionsOfMany, Set.of(BROKER)),
                row(
                        ApiKeys.ADD_OFFSETS_TO_TXN,
                        Bodies::addOffsets,
                        Set.of(TRANSACTION_WRITE, GROUP_READ)),
                row(ApiKeys.END_TXN, Bodies::endTransaction, Set.of(TRANSACTION_WRITE)),
                row(
                        ApiKeys.WRITE_TXN_MARKERS,
                        Bodies::markers,
                        Set.of(CLUSTER_ALTER),
                        Set.of(BROKER)),
                row(
                        ApiKeys.TXN_OFFSET_COMMIT,
                        Bodies::commitInTransaction,
                        Set.of(TRANSACTION_WRITE, GROUP_READ, TOPIC_READ)),
                row(
                        ApiKeys.DESCRIBE_TRANSACTIONS,
                        Bodies::describeTransactions,
                        Set.of(on(TRANSACTIONAL_ID, DESCRIBE))),
                row(
                                ApiKeys.LIST_TRANSACTIONS,
                                Bodies::listTransactions,
                                Set.of(on(TRANSACTIONAL_ID, DESCRIBE)))
                        .lists(Names::transactionalId));
    }

    static List<MatrixRow> administration() {
        return List.of(
                row(
                                ApiKeys.CREATE_TOPICS,
                                AdministrationBodies::createTopics,
                                Set.of(on(TOPIC, CREATE)),
                                Set.of(on(CLUSTER, CREATE)))
                        .about(Names::ofNewTopic),
                row(
                                ApiKeys.DELETE_TOPICS,
                                AdministrationBodies::deleteTopics,
                                Set.of(on(TOPIC, DELETE)),
                                Set.of(on(CLUSTER, DELETE)))
                        .about(Names::ofNewTopic),
                row(
                        ApiKeys.CREATE_PARTITIONS,
                        AdministrationBodies::createPartitions,
                        Set.of(on(TOPIC, ALTER))),
                settings(ConfigResource.Type.TOPIC, on(TOPIC, DESCRIBE_CONFIGS)),
                settings(ConfigResource.Type.GROUP, on(GROUP, DESCRIBE_CONFIGS)),
                settings(ConfigResource.Type.BROKER, on(CLUSTER, DESCRIBE_CONFIGS)),
                settings(ConfigResource.Type.CLIENT_METRICS, on(CLUSTER, DESCRIBE_CONFIGS)),
                replacement(ConfigResource.Type.TOPIC, on(TOPIC, ALTER_CONFIGS)),
                replacement(ConfigResource.Type.BROKER, on(CLUSTER, ALTER_CONFIGS)),
                change(ConfigResource.Type.TOPIC, on(TOPIC, ALTER_CONFIGS)),
                change(ConfigResource.Type.GROUP, on(GROUP, ALTER_CONFIGS)),
                change(ConfigResource.Type.BROKER, on(CLUSTER, ALTER_CONFIGS)),
                row(
                        ApiKeys.LIST_CONFIG_RESOURCES,
                        AdministrationBodies::configResources,
                        Set.of(on(CLUSTER, DESCRIBE_CONFIGS))),
                row(
                        ApiKeys.DESCRIBE_LOG_DIRS,
                        AdministrationBodies::logDirs,
                        Set.of(CLUSTER_DESCRIBE)),
                row(
                        ApiKeys.ALTER_REPLICA_LOG_DIRS,
                        AdministrationBodies::moveLogs,
                        Set.of(CLUSTER_ALTER)),
                row(ApiKeys.DESCRIBE_CLUSTER, AdministrationBodies::cluster, NOTHING),
                row(
                        ApiKeys.DESCRIBE_QUORUM,
                        AdministrationBodies::quorum,
                        Set.of(CLUSTER_DESCRIBE)),
                row(ApiKeys.UPDATE_FEATURES, AdministrationBodies::features, Set.of(CLUSTER_ALTER)),
                row(ApiKeys.ELECT_LEADERS, AdministrationBodies::elect, Set.of(CLUSTER_ALTER)),
                row(
                        ApiKeys.ALTER_PARTITION_REASSIGNMENTS,
                        AdministrationBodies::reassign,
                        Set.of(CLUSTER_ALTER)),
                row(
                        ApiKeys.LIST_PARTITION_REASSIGNMENTS,
                        AdministrationBodies::reassignments,
                        Set.of(CLUSTER_DESCRIBE)));
    }

    static List<MatrixRow> clients() {
        return List.of(
                row(
                        ApiKeys.DESCRIBE_CLIENT_QUOTAS,
                        names -> AdministrationBodies.ofNode(ApiKeys.DESCRIBE_CLIENT_QUOTAS),
                        Set.of(on(CLUSTER, DESCRIBE_CONFIGS))),
                row(
                        ApiKeys.ALTER_CLIENT_QUOTAS,
                        names -> AdministrationBodies.ofNode(ApiKeys.ALTER_CLIENT_QUOTAS),
                        Set.of(on(CLUSTER, ALTER_CONFIGS))),
                row(
                        ApiKeys.GET_TELEMETRY_SUBSCRIPTIONS,
                        names -> AdministrationBodies.ofNode(ApiKeys.GET_TELEMETRY_SUBSCRIPTIONS),
                        NOTHING),
                row(
                        ApiKeys.PUSH_TELEMETRY,
                        names -> AdministrationBodies.ofNode(ApiKeys.PUSH_TELEMETRY),
                        NOTHING),
                row(
                        ApiKeys.ADD_RAFT_VOTER,
                        names -> AdministrationBodies.ofNode(ApiKeys.ADD_RAFT_VOTER),
                        Set.of(CLUSTER_ALTER)),
                row(
                        ApiKeys.REMOVE_RAFT_VOTER,
                        names -> AdministrationBodies.ofNode(ApiKeys.REMOVE_RAFT_VOTER),
                        Set.of(CLUSTER_ALTER)),
                row(
                        ApiKeys.UNREGISTER_BROKER,
                        AdministrationBodies::unregister,
                        Set.of(CLUSTER_ALTER)),
                row(
                        ApiKeys.DESCRIBE_ACLS,
                        AdministrationBodies::describeAcls,
                        Set.of(CLUSTER_DESCRIBE)),
                row(ApiKeys.CREATE_ACLS, AdministrationBodies::createAcls, Set.of(CLUSTER_ALTER)),
                row(ApiKeys.DELETE_ACLS, AdministrationBodies::deleteAcls, Set.of(CLUSTER_ALTER)),
                row(
                        ApiKeys.DESCRIBE_USER_SCRAM_CREDENTIALS,
                        AdministrationBodies::describeUsers,
                        Set.of(CLUSTER_DESCRIBE)),
                row(
                        ApiKeys.ALTER_USER_SCRAM_CREDENTIALS,
                        AdministrationBodies::alterUsers,
                        Set.of(CLUSTER_ALTER)));
    }

    static List<MatrixRow> tokens() {
        return List.of(
                row(
                        ApiKeys.CREATE_DELEGATION_TOKEN,
                        TokenBodies::create,
                        Set.of(on(USER, CREATE_TOKENS))),
                row(ApiKeys.CREATE_DELEGATION_TOKEN, TokenBodies::createOwn, NOTHING)
                        .named("for oneself"),
                row(ApiKeys.RENEW_DELEGATION_TOKEN, TokenBodies::renew, NOTHING),
                row(ApiKeys.EXPIRE_DELEGATION_TOKEN, TokenBodies::expire, NOTHING),
                row(
                                ApiKeys.DESCRIBE_DELEGATION_TOKEN,
                                TokenBodies::describe,
                                Set.of(on(DELEGATION_TOKEN, DESCRIBE)),
                                Set.of(on(USER, DESCRIBE_TOKENS)))
                        .lists(Names::tokenId));
    }

    private static MatrixRow settings(ConfigResource.Type type, Needed needed) {
        return row(
                        ApiKeys.DESCRIBE_CONFIGS,
                        names -> AdministrationBodies.describeConfigs(type, names),
                        Set.of(needed))
                .named(type.name());
    }

    private static MatrixRow replacement(ConfigResource.Type type, Needed needed) {
        return row(
                        ApiKeys.ALTER_CONFIGS,
                        names -> AdministrationBodies.alterConfigs(type, names),
                        Set.of(needed))
                .named(type.name());
    }

    private static MatrixRow change(ConfigResource.Type type, Needed needed) {
        return row(
                        ApiKeys.INCREMENTAL_ALTER_CONFIGS,
                        names -> AdministrationBodies.changeConfigs(type, names),
                        Set.of(needed))
                .named(type.name());
    }

    /** What controller listeners serve in another way than those of brokers. */
    static List<MatrixRow> controller() {
        return List.of(
                row(ApiKeys.API_VERSIONS, Bodies::apiVersions, NOTHING),
                row(ApiKeys.DESCRIBE_CLUSTER, AdministrationBodies::controllers, NOTHING),
                ofNode(ApiKeys.FETCH, BROKER),
                ofNode(ApiKeys.FETCH_SNAPSHOT, BROKER),
                ofNode(ApiKeys.VOTE, BROKER),
                ofNode(ApiKeys.BEGIN_QUORUM_EPOCH, BROKER),
                ofNode(ApiKeys.END_QUORUM_EPOCH, BROKER),
                ofNode(ApiKeys.ALTER_PARTITION, BROKER),
                ofNode(ApiKeys.BROKER_REGISTRATION, BROKER),
                ofNode(ApiKeys.BROKER_HEARTBEAT, BROKER),
                ofNode(ApiKeys.CONTROLLER_REGISTRATION, BROKER),
                ofNode(ApiKeys.ALLOCATE_PRODUCER_IDS, BROKER),
                ofNode(ApiKeys.ASSIGN_REPLICAS_TO_DIRS, BROKER),
                ofNode(ApiKeys.UPDATE_RAFT_VOTER, BROKER),
                ofNode(ApiKeys.ENVELOPE, BROKER),
                ofNode(ApiKeys.ADD_RAFT_VOTER, CLUSTER_ALTER),
                ofNode(ApiKeys.REMOVE_RAFT_VOTER, CLUSTER_ALTER),
                ofNode(ApiKeys.ALTER_CLIENT_QUOTAS, on(CLUSTER, ALTER_CONFIGS)));
    }

    private static MatrixRow ofNode(ApiKeys api, Needed needed) {
        return row(api, names -> AdministrationBodies.ofNode(api), Set.of(needed))
                .named("controller");
    }
}
