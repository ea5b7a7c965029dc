package naru.broker.attack;

import static org.assertj.core.api.Assertions.assertThat;

import naru.broker.Peer;

import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.message.CreateAclsRequestData;
import org.apache.kafka.common.message.CreateAclsResponseData;
import org.apache.kafka.common.message.CreateTopicsRequestData;
import org.apache.kafka.common.message.CreateTopicsResponseData;
import org.apache.kafka.common.message.DeleteAclsRequestData;
import org.apache.kafka.common.message.DeleteAclsResponseData;
import org.apache.kafka.common.message.DescribeConfigsRequestData;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData;
import org.apache.kafka.common.message.IncrementalAlterConfigsResponseData;
import org.apache.kafka.common.message.InitProducerIdRequestData;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourceType;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;

/** What somebody who has logged in, and may do nothing or all, tries with requests. */
@Timeout(120)
class RequestAttackTest {
    private static final String TOPIC = "vault";
    private static final byte BROKER_RESOURCE = 4;

    @TempDir static Path folder;
    private static Fortress fortress;

    @BeforeAll
    static void start() throws Exception {
        fortress = Fortress.start(folder, Fortress.settings(folder));
        try (Peer admin = fortress.enter("admin")) {
            CreateTopicsRequestData create = new CreateTopicsRequestData().setTimeoutMs(10_000);
            create.topics()
                    .add(
                            new CreateTopicsRequestData.CreatableTopic()
                                    .setName(TOPIC)
                                    .setNumPartitions(1)
                                    .setReplicationFactor((short) 1));
            var answer = (CreateTopicsResponseData) admin.ask(ApiKeys.CREATE_TOPICS, 7, 1, create);
            assertThat(answer.topics().find(TOPIC).errorCode()).isZero();
        }
    }

    @AfterAll
    static void stop() {
        fortress.close();
    }

    @AfterEach
    void othersAreServed() throws IOException {
        fortress.sing();
    }

    /** What nodes ask of one another, and what changes the quorum. */
    static Stream<ApiKeys> ofNodes() {
        EnumSet<ApiKeys> quorum =
                EnumSet.of(
                        ApiKeys.ADD_RAFT_VOTER,
                        ApiKeys.REMOVE_RAFT_VOTER,
                        ApiKeys.UPDATE_RAFT_VOTER,
                        ApiKeys.UNREGISTER_BROKER,
                        ApiKeys.UPDATE_FEATURES,
                        ApiKeys.DESCRIBE_QUORUM,
                        ApiKeys.WRITE_SHARE_GROUP_STATE,
                        ApiKeys.DELETE_SHARE_GROUP_STATE,
                        ApiKeys.INITIALIZE_SHARE_GROUP_STATE);
        return Arrays.stream(ApiKeys.values())
                .filter(api -> api.clusterAction || quorum.contains(api));
    }

    @ParameterizedTest
    @MethodSource("ofNodes")
    void aClientIsNoNode(ApiKeys api) throws Exception {
        for (short version = api.oldestVersion(); version <= api.latestVersion(true); version++) {
            try (Peer alice = fortress.enter("alice")) {
                String answer = answer(alice, api, version);
                boolean refused = answer.matches("(?s).*errorCode=(31|29|30|53)\\b.*");
                boolean nothingAsked = !answer.contains("errorCode=") && !answer.contains("id=");
                assertThat(refused || nothingAsked || answer.equals("ended"))
                        .as("%s v%d: %s", api, version, answer)
                        .isTrue();
            }
        }
    }

    private static String answer(Peer peer, ApiKeys api, short version) throws IOException {
        peer.send(api, version, 3, api.messageType.newRequest());
        try {
            return peer.receive(api, version, 3).toString();
        } catch (EOFException ended) {
            return "ended";
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "4|1|listener.name.sasl_plaintext.ssl.engine.factory.class|naru.broker.attack.Trap",
                "4|1|ssl.engine.factory.class|naru.broker.attack.Trap",
                "4|1|principal.builder.class|naru.broker.attack.Trap",
                "4|1|sasl.server.callback.handler.class|naru.broker.attack.Trap",
                "4|1|listener.name.sasl_plaintext.plain.sasl.server.callback.handler.class"
                        + "|naru.broker.attack.Trap",
                "4|1|sasl.login.class|naru.broker.attack.Trap",
                "4|1|sasl.oauthbearer.jwt.validator.class|naru.broker.attack.Trap",
                "4|1|security.providers|naru.broker.attack.Trap",
                "4|1|authorizer.class.name|naru.broker.attack.Trap",
                "4|1|config.providers|file",
                "4|1|config.providers.file.class|naru.broker.attack.Trap",
                "4|1|super.users|User:alice",
                "4|1|sasl.oauthbearer.jwks.endpoint.url|http://169.254.169.254/latest/meta-data",
                "4|1|listeners|PLAINTEXT://0.0.0.0:9999",
                "4|1|log.retention.ms|${file:/etc/passwd:root}",
                "4|1|log.retention.ms|${env:HOME}",
                "4||log.cleanup.policy|${dir:/etc:passwd}",
                "2|vault|retention.ms|${file:/etc/passwd:root}",
                "2|vault|cleanup.policy|${env:HOME}",
                "2|vault|compression.type|naru.broker.attack.Trap",
            })
    void settingsNameNoClassesFilesOrAddresses(byte type, String resource, String key, String value)
            throws Exception {
        try (Peer admin = fortress.enter("admin")) {
            assertThat(alter(admin, type, resource == null ? "" : resource, key, value))
                    .as("%s=%s", key, value)
                    .isIn(Errors.INVALID_CONFIG, Errors.INVALID_REQUEST);
        }
        assertThat(System.getProperty(Trap.SPRUNG)).isNull();
    }

    /** A module of the JDK that would look up what an LDAP server says. */
    @Test
    void aLoginModuleOfAnotherKindIsRefusedOrDoesNothing() throws Exception {
        try (Peer admin = fortress.enter("admin")) {
            alter(
                    admin,
                    BROKER_RESOURCE,
                    "1",
                    "listener.name.sasl_plaintext.plain.sasl.jaas.config",
                    "com.sun.security.auth.module.JndiLoginModule required"
                            + " user.provider.url=\"ldap://127.0.0.1:1/x\" useFirstPass=\"true\";");
            var describe = new DescribeConfigsRequestData();
            describe.resources()
                    .add(
                            new DescribeConfigsRequestData.DescribeConfigsResource()
                                    .setResourceType(BROKER_RESOURCE)
                                    .setResourceName("1"));
            assertThat(admin.ask(ApiKeys.DESCRIBE_CONFIGS, 4, 4, describe).toString())
                    .doesNotContain("ldap:", "JndiLoginModule", "-secret");
        }
    }

    private static Errors alter(Peer peer, byte type, String resource, String key, String value)
            throws IOException {
        var wanted =
                new IncrementalAlterConfigsRequestData.AlterConfigsResource()
                        .setResourceType(type)
                        .setResourceName(resource);
        wanted.configs()
                .add(
                        new IncrementalAlterConfigsRequestData.AlterableConfig()
                                .setName(key)
                                .setValue(value));
        var request = new IncrementalAlterConfigsRequestData();
        request.resources().add(wanted);
        var answer =
                (IncrementalAlterConfigsResponseData)
                        peer.ask(ApiKeys.INCREMENTAL_ALTER_CONFIGS, 1, 4, request);
        return Errors.forCode(answer.responses().getFirst().errorCode());
    }

    @Test
    void whatStrangersWriteForgesNoLineOfTheAuditLog() throws Exception {
        String forged = "\n{\"time\":\"now\",\"outcome\":\"allowed\"}\r\u001b[2J\u2028\u202Ex\0\"";
        try (Peer alice = fortress.enter("alice")) {
            for (String name : List.of(forged, "../../etc/passwd", "x".repeat(20_000))) {
                var create = new CreateTopicsRequestData().setTimeoutMs(1_000);
                create.topics()
                        .add(
                                new CreateTopicsRequestData.CreatableTopic()
                                        .setName(name)
                                        .setNumPartitions(1)
                                        .setReplicationFactor((short) 1));
                alice.ask(ApiKeys.CREATE_TOPICS, 7, 5, create);
                var metadata = new MetadataRequestData().setAllowAutoTopicCreation(true);
                metadata.topics().add(new MetadataRequestData.MetadataRequestTopic().setName(name));
                alice.ask(ApiKeys.METADATA, 12, 6, metadata);
            }
        }
        List<String> lines = auditLines("passwd");
        assertThat(lines)
                .isNotEmpty()
                .allMatch(line -> line.startsWith("{\"time\":\"20") && line.endsWith("}"))
                .allMatch(line -> line.chars().allMatch(each -> each >= ' ' && each < 0x7f))
                .allMatch(line -> line.length() < 2_000);
    }

    private static List<String> auditLines(String awaited) throws Exception {
        for (int i = 0; i < 1_000; i++) {
            List<String> lines = Files.readAllLines(fortress.auditLog());
            if (lines.stream().anyMatch(line -> line.contains(awaited))) {
                return lines;
            }
            Thread.sleep(10);
        }
        throw new AssertionError("nothing of " + awaited + " is in the audit log");
    }

    @Test
    void transactionalIdsAreOnlyKeys() throws Exception {
        List<String> ids = List.of("../../x", "/etc/x", "a\0b", "a\nb", ".", "..", "%2e%2e/x");
        try (Peer admin = fortress.enter("admin")) {
            for (String id : ids) {
                admin.ask(
                        ApiKeys.INIT_PRODUCER_ID,
                        5,
                        7,
                        new InitProducerIdRequestData()
                                .setTransactionalId(id)
                                .setTransactionTimeoutMs(10_000)
                                .setProducerId(-1)
                                .setProducerEpoch((short) -1));
            }
        }
        assertThat(folder.toFile().list()).containsOnly("data", "audit.log");
    }

    /** One right is given and taken again and again while others use it as fast as they can. */
    @Test
    void aRightThatIsTakenAwayEndsWithTheAnswerThatSaysSo() throws Exception {
        AtomicBoolean over = new AtomicBoolean();
        Queue<Object> strange = new ConcurrentLinkedQueue<>();
        List<Thread> load = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            load.add(Thread.startVirtualThread(() -> produceUntil(over, strange)));
        }
        try (Peer admin = fortress.enter("admin");
                Peer bob = fortress.enter("bob")) {
            for (int round = 0; round < 40; round++) {
                assertThat(produce(bob)).isEqualTo(Errors.TOPIC_AUTHORIZATION_FAILED);
                grant(admin);
                assertThat(produce(bob)).isEqualTo(Errors.NONE);
                revoke(admin);
            }
            assertThat(produce(bob)).isEqualTo(Errors.TOPIC_AUTHORIZATION_FAILED);
        } finally {
            over.set(true);
            for (Thread thread : load) {
                thread.join();
            }
        }
        assertThat(strange).isEmpty();
    }

    private static void produceUntil(AtomicBoolean over, Queue<Object> strange) {
        try (Peer bob = fortress.enter("bob")) {
            while (!over.get()) {
                Errors error = produce(bob);
                if (error != Errors.NONE && error != Errors.TOPIC_AUTHORIZATION_FAILED) {
                    strange.add(error);
                }
            }
        } catch (IOException e) {
            strange.add(e);
        }
    }

    private static Errors produce(Peer peer) throws IOException {
        ProduceRequestData data = new ProduceRequestData().setAcks((short) 1).setTimeoutMs(10_000);
        var topic = new ProduceRequestData.TopicProduceData().setName(TOPIC);
        topic.partitionData()
                .add(
                        new ProduceRequestData.PartitionProduceData()
                                .setRecords(
                                        MemoryRecords.withRecords(
                                                Compression.NONE, new SimpleRecord(new byte[9]))));
        data.topicData().add(topic);
        var reply = (ProduceResponseData) peer.ask(ApiKeys.PRODUCE, 9, 2, data);
        var partition = reply.responses().iterator().next().partitionResponses().getFirst();
        return Errors.forCode(partition.errorCode());
    }

    private static void grant(Peer admin) throws IOException {
        CreateAclsRequestData request = new CreateAclsRequestData();
        request.creations()
                .add(
                        new CreateAclsRequestData.AclCreation()
                                .setResourceType(ResourceType.TOPIC.code())
                                .setResourceName(TOPIC)
                                .setResourcePatternType(PatternType.LITERAL.code())
                                .setPrincipal("User:bob")
                                .setHost("*")
                                .setOperation(AclOperation.WRITE.code())
                                .setPermissionType(AclPermissionType.ALLOW.code()));
        var answer = (CreateAclsResponseData) admin.ask(ApiKeys.CREATE_ACLS, 3, 8, request);
        assertThat(answer.results().getFirst().errorCode()).isZero();
    }

    private static void revoke(Peer admin) throws IOException {
        DeleteAclsRequestData request = new DeleteAclsRequestData();
        request.filters()
                .add(
                        new DeleteAclsRequestData.DeleteAclsFilter()
                                .setResourceTypeFilter(ResourceType.TOPIC.code())
                                .setResourceNameFilter(TOPIC)
                                .setPatternTypeFilter(PatternType.LITERAL.code())
                                .setPrincipalFilter("User:bob")
                                .setHostFilter("*")
                                .setOperation(AclOperation.WRITE.code())
                                .setPermissionType(AclPermissionType.ALLOW.code()));
        var answer = (DeleteAclsResponseData) admin.ask(ApiKeys.DELETE_ACLS, 3, 8, request);
        assertThat(answer.filterResults().getFirst().matchingAcls()).hasSize(1);
    }
}
