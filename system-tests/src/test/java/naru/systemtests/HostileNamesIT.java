package naru.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.CreatePartitionsRequestData;
import org.apache.kafka.common.message.CreatePartitionsResponseData;
import org.apache.kafka.common.message.CreateTopicsRequestData;
import org.apache.kafka.common.message.CreateTopicsResponseData;
import org.apache.kafka.common.message.DeleteTopicsRequestData;
import org.apache.kafka.common.message.DeleteTopicsResponseData;
import org.apache.kafka.common.message.DescribeConfigsRequestData;
import org.apache.kafka.common.message.DescribeConfigsResponseData;
import org.apache.kafka.common.message.DescribeLogDirsRequestData;
import org.apache.kafka.common.message.DescribeLogDirsResponseData;
import org.apache.kafka.common.message.FindCoordinatorRequestData;
import org.apache.kafka.common.message.FindCoordinatorResponseData;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData;
import org.apache.kafka.common.message.IncrementalAlterConfigsResponseData;
import org.apache.kafka.common.message.JoinGroupRequestData;
import org.apache.kafka.common.message.JoinGroupResponseData;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.MetadataResponseData;
import org.apache.kafka.common.message.OffsetCommitRequestData;
import org.apache.kafka.common.message.OffsetCommitResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Names that would be paths, or are none: refused with Kafka's errors, and nothing is made outside
 * of the data folder or under a name that no topic may have.
 */
class HostileNamesIT {
    private static final byte TOPIC_RESOURCE = 2;
    private static final byte BROKER_RESOURCE = 4;
    private static final int MOST_GROUP_CHARACTERS = 8_000;
    private static final Set<Errors> NOT_YET_SERVED =
            Set.of(
                    Errors.COORDINATOR_LOAD_IN_PROGRESS,
                    Errors.COORDINATOR_NOT_AVAILABLE,
                    Errors.NOT_COORDINATOR);
    private static final OwnBroker BROKER = OwnBroker.start("auto.create.topics.enable", "true");
    private static final Canary CANARY = new Canary(BROKER.clients());
    private static Set<String> filesBefore = Set.of();

    @BeforeAll
    static void lookAtFiles() throws IOException {
        BROKER.clients().createTopic("victim", 1);
        filesBefore = files();
    }

    @AfterEach
    void othersAreServed() {
        assertThat(BROKER.process().isAlive()).isTrue();
        CANARY.sing();
    }

    @AfterAll
    static void nothingStrangeIsOnDisk() throws IOException {
        try (BROKER;
                CANARY) {
            Set<String> added = files();
            added.removeAll(filesBefore);
            assertThat(added)
                    .allMatch(name ->
                            name.matches("data/(__consumer_offsets-\\d+|[a-z-]+|y+-0\\.[\\w-]+)"));
        }
    }

    /** All entries beside and directly in the data folder. */
    private static Set<String> files() throws IOException {
        Path data = Target.dataFolder(BROKER.process());
        try (Stream<Path> beside = Files.list(data.getParent());
                Stream<Path> within = Files.list(data)) {
            return Stream.concat(beside, within)
                    .map(path -> data.getParent().relativize(path).toString())
                    .collect(Collectors.toCollection(TreeSet::new));
        }
    }

    static Stream<String> names() {
        return Stream.of(
                ".",
                "..",
                "../x",
                "../../../../tmp/x",
                "/tmp/x",
                "a/b",
                "a\\b",
                "a\0b",
                "\0",
                "a\nb",
                "%2e%2e",
                "c:x",
                " ",
                "",
                "일이삼",
                "\uFFFD",
                "x".repeat(250),
                "x".repeat(30_000));
    }

    @ParameterizedTest
    @MethodSource("names")
    void topicOfThatNameIsNeverMade(String name) {
        var create = new CreateTopicsRequestData().setTimeoutMs(10_000);
        create.topics()
                .add(
                        new CreateTopicsRequestData.CreatableTopic()
                                .setName(name)
                                .setNumPartitions(1)
                                .setReplicationFactor((short) 1));
        assertThat(ask(create, 7, CreateTopicsResponseData.class).topics())
                .extracting(topic -> Errors.forCode(topic.errorCode()))
                .containsExactly(Errors.INVALID_TOPIC_EXCEPTION);

        var metadata = new MetadataRequestData().setAllowAutoTopicCreation(true);
        metadata.topics().add(new MetadataRequestData.MetadataRequestTopic().setName(name));
        assertThat(ask(metadata, 12, MetadataResponseData.class).topics())
                .extracting(topic -> Errors.forCode(topic.errorCode()))
                .containsExactly(Errors.INVALID_TOPIC_EXCEPTION);
    }

    @ParameterizedTest
    @MethodSource("names")
    void topicOfThatNameIsNotThere(String name) {
        var delete = new DeleteTopicsRequestData().setTimeoutMs(10_000);
        delete.topics().add(new DeleteTopicsRequestData.DeleteTopicState().setName(name));
        assertThat(ask(delete, 6, DeleteTopicsResponseData.class).responses())
                .extracting(topic -> Errors.forCode(topic.errorCode()))
                .containsExactly(Errors.UNKNOWN_TOPIC_OR_PARTITION);

        var more = new CreatePartitionsRequestData().setTimeoutMs(10_000);
        more.topics()
                .add(
                        new CreatePartitionsRequestData.CreatePartitionsTopic()
                                .setName(name)
                                .setCount(2)
                                .setAssignments(null));
        assertThat(ask(more, 3, CreatePartitionsResponseData.class).results())
                .extracting(topic -> Errors.forCode(topic.errorCode()))
                .containsExactly(Errors.UNKNOWN_TOPIC_OR_PARTITION);

        RawProduce produce = new RawProduce(bootstrap(), name, Uuid.ZERO_UUID);
        assertThat(produce.sendOne(9, BentBatch.sound().bytes()).error())
                .isEqualTo(Errors.UNKNOWN_TOPIC_OR_PARTITION);
    }

    @ParameterizedTest
    @MethodSource("names")
    void logFolderOfThatNameIsNotDescribed(String name) {
        var describe = new DescribeLogDirsRequestData();
        var topic = new DescribeLogDirsRequestData.DescribableLogDirTopic().setTopic(name);
        topic.partitions().add(0);
        describe.topics().add(topic);
        assertThat(ask(describe, 4, DescribeLogDirsResponseData.class).results())
                .hasSize(1)
                .allMatch(folder -> folder.topics().isEmpty());
    }

    @ParameterizedTest
    @MethodSource("names")
    void configsOfThatNameAreRefused(String name) {
        assertThat(alter(TOPIC_RESOURCE, name, "retention.ms", "1000"))
                .isEqualTo(
                        name.isEmpty() ? Errors.INVALID_REQUEST : Errors.INVALID_TOPIC_EXCEPTION);
        assertThat(alter(TOPIC_RESOURCE, "victim", name, "1")).isEqualTo(Errors.INVALID_CONFIG);
        assertThat(alter(TOPIC_RESOURCE, "victim", "cleanup.policy", name + ","))
                .isEqualTo(Errors.INVALID_CONFIG);
        if (!name.isEmpty()) {
            assertThat(alter(BROKER_RESOURCE, name, "log.retention.ms", "1000"))
                    .isEqualTo(Errors.INVALID_REQUEST);
        }
        var describe = new DescribeConfigsRequestData();
        describe.resources()
                .add(
                        new DescribeConfigsRequestData.DescribeConfigsResource()
                                .setResourceType(TOPIC_RESOURCE)
                                .setResourceName(name));
        assertThat(ask(describe, 4, DescribeConfigsResponseData.class).results())
                .extracting(result -> Errors.forCode(result.errorCode()))
                .containsExactly(Errors.INVALID_TOPIC_EXCEPTION);
    }

    @ParameterizedTest
    @CsvSource({"log.dirs,/tmp/x", "log.dir,../x", "metadata.log.dir,../x", "node.id,../x"})
    void placesOfTheNodeCannotBeAltered(String key, String value) {
        assertThat(alter(BROKER_RESOURCE, "", key, value))
                .isIn(Errors.INVALID_REQUEST, Errors.INVALID_CONFIG);
    }

    /** Kafka takes any name for a group, so does Naru; it is a key of records and never a path. */
    @ParameterizedTest
    @MethodSource("names")
    void groupOfThatNameIsOnlyAKey(String name) {
        findCoordinator(name);
        var commit = new OffsetCommitRequestData().setGroupId(name);
        for (String topic : new String[] {"victim", "../victim"}) {
            var wanted = new OffsetCommitRequestData.OffsetCommitRequestTopic().setName(topic);
            wanted.partitions()
                    .add(
                            new OffsetCommitRequestData.OffsetCommitRequestPartition()
                                    .setCommittedOffset(0));
            commit.topics().add(wanted);
        }
        JavaClients.until(
                "loaded group", () -> Collections.disjoint(committed(commit), NOT_YET_SERVED));
        boolean tooLong = name.length() > MOST_GROUP_CHARACTERS && Target.chosen() == Target.NARU;
        assertThat(committed(commit))
                .containsExactlyInAnyOrder(
                        tooLong ? Errors.INVALID_GROUP_ID : Errors.NONE,
                        Errors.UNKNOWN_TOPIC_OR_PARTITION);
    }

    private static void findCoordinator(String group) {
        var find = new FindCoordinatorRequestData().setKeyType((byte) 0);
        find.coordinatorKeys().add(group);
        JavaClients.until(
                "coordinator of a group",
                () ->
                        ask(find, 4, FindCoordinatorResponseData.class)
                                        .coordinators()
                                        .getFirst()
                                        .errorCode()
                                == 0);
    }

    private static Set<Errors> committed(OffsetCommitRequestData commit) {
        return ask(commit, 8, OffsetCommitResponseData.class).topics().stream()
                .map(topic -> Errors.forCode(topic.partitions().getFirst().errorCode()))
                .collect(Collectors.toSet());
    }

    @Test
    void emptyGroupNameIsRefused() {
        findCoordinator("");
        var join = new JoinGroupRequestData().setGroupId("").setSessionTimeoutMs(10_000);
        JavaClients.until("loaded group", () -> !NOT_YET_SERVED.contains(joined(join)));
        assertThat(joined(join)).isEqualTo(Errors.INVALID_GROUP_ID);
    }

    private static Errors joined(JoinGroupRequestData join) {
        return Errors.forCode(ask(join, 9, JoinGroupResponseData.class).errorCode());
    }

    @ParameterizedTest
    @MethodSource("names")
    void clientOfThatNameIsServed(String name) {
        byte[] id = name.getBytes(StandardCharsets.UTF_8);
        ByteBuffer frame = ByteBuffer.allocate(10 + id.length);
        frame.putShort(ApiKeys.API_VERSIONS.id).putShort((short) 0).putInt(7);
        frame.putShort((short) id.length).put(id).flip();
        try (RawConnection connection = new RawConnection(bootstrap())) {
            connection.sendFrame(frame);
            ByteBuffer answer = connection.receive();
            assertThat(answer).isNotNull();
            assertThat(answer.getShort(4)).isEqualTo(Errors.NONE.code());
        }
    }

    @Test
    void longestNameHoldsRecordsAndIsDeleted() {
        String name = "y".repeat(249);
        JavaClients clients = BROKER.clients();
        clients.createTopic(name, 1);
        clients.send(new ProducerRecord<>(name, "kept"));
        assertThat(clients.readAll(name)).containsExactly("kept");
        Path folder = BROKER.folder(new TopicPartition(name, 0));
        assertThat(folder).isDirectory();
        var delete = new DeleteTopicsRequestData().setTimeoutMs(10_000);
        delete.topics().add(new DeleteTopicsRequestData.DeleteTopicState().setName(name));
        assertThat(ask(delete, 6, DeleteTopicsResponseData.class).responses())
                .allMatch(topic -> topic.errorCode() == 0);
        JavaClients.until("deletion of the folder", () -> !Files.exists(folder));
    }

    private static Errors alter(byte type, String resource, String key, String value) {
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
        return Errors.forCode(
                ask(request, 1, IncrementalAlterConfigsResponseData.class)
                        .responses()
                        .getFirst()
                        .errorCode());
    }

    private static <R extends ApiMessage> R ask(ApiMessage request, int version, Class<R> kind) {
        ApiKeys api = ApiKeys.forId(request.apiKey());
        ByteBuffer body = RawConnection.body(request, (short) version);
        try (RawConnection connection = new RawConnection(bootstrap())) {
            connection.sendFrame(RawConnection.frame(api, (short) version, body));
            ByteBuffer answer = connection.receive();
            assertThat(answer).as("answer to %s", request).isNotNull();
            answer.position(api.messageType.responseHeaderVersion((short) version) > 0 ? 5 : 4);
            ApiMessage response = api.messageType.newResponse();
            response.read(new ByteBufferAccessor(answer), (short) version);
            return kind.cast(response);
        }
    }

    private static String bootstrap() {
        return BROKER.process().bootstrap();
    }
}
