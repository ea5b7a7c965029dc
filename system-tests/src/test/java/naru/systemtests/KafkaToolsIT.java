package naru.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import naru.testkit.BrokerProcess;

import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Kafka's own command-line tools, one by one, on one node that decides access by rules. */
class KafkaToolsIT {
    private static BrokerProcess broker;

    @TempDir static Path folder;

    private final JavaClients clients = new JavaClients(broker.bootstrap());
    private final String topic = SharedBroker.unique("tools");

    @BeforeAll
    static void start() {
        broker =
                Target.start(
                        Map.of(
                                "authorizer.class.name",
                                "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
                                "super.users",
                                "User:ANONYMOUS"));
    }

    @AfterAll
    static void stop() {
        broker.close();
    }

    @Test
    void topicsAreCreatedDescribedAlteredAndDeleted() {
        topics(
                "--create",
                "--topic",
                topic,
                "--partitions",
                "2",
                "--config",
                "retention.ms=1000000");
        assertThat(topics("--describe", "--topic", topic))
                .contains("PartitionCount: 2", "ReplicationFactor: 1", "retention.ms=1000000");
        topics("--alter", "--topic", topic, "--partitions", "3");
        assertThat(topics("--list")).contains(topic);
        topics("--delete", "--topic", topic);
    }

    @Test
    void configsAreAlteredAndDescribed() {
        clients.createTopic(topic, 1);
        String[] of = {"--entity-type", "topics", "--entity-name", topic};
        configs(of, "--alter", "--add-config", "segment.ms=123456");
        assertThat(configs(of, "--describe")).contains("segment.ms=123456");
        configs(of, "--alter", "--delete-config", "segment.ms");
        assertThat(
                        configs(
                                new String[] {"--entity-type", "brokers", "--entity-default"},
                                "--describe"))
                .contains("Default configs for brokers");
    }

    @Test
    void consoleProducerAndConsumerPassRecords() {
        clients.createTopic(topic, 1);
        KafkaTools.run(
                "org.apache.kafka.tools.ConsoleProducer",
                "a:1\nb:2\n",
                "--bootstrap-server",
                clients.bootstrap(),
                "--topic",
                topic,
                "--reader-property",
                "parse.key=true",
                "--reader-property",
                "key.separator=:");
        assertThat(
                        KafkaTools.run(
                                "org.apache.kafka.tools.consumer.ConsoleConsumer",
                                "",
                                "--bootstrap-server",
                                clients.bootstrap(),
                                "--topic",
                                topic,
                                "--from-beginning",
                                "--max-messages",
                                "2",
                                "--group",
                                topic,
                                "--formatter-property",
                                "print.key=true"))
                .contains("a\t1", "b\t2");
    }

    @Test
    void groupsAreDescribedWithTheirLagAndReset() {
        clients.createTopic(topic, 1);
        clients.sendNumbers(topic, 10);
        groups(
                "--group",
                topic,
                "--topic",
                topic,
                "--reset-offsets",
                "--to-offset",
                "4",
                "--execute");
        assertThat(groups("--list")).contains(topic);
        assertThat(groups("--describe", "--group", topic)).containsPattern("4\\s+10\\s+6");
        groups("--group", topic, "--topic", topic, "--reset-offsets", "--to-latest", "--execute");
        assertThat(groups("--describe", "--group", topic, "--state")).contains("Empty");
        groups("--delete", "--group", topic);
    }

    @Test
    void shareGroupsAreDescribedResetAndDeleted() {
        clients.createTopic(topic, 1);
        clients.sendNumbers(topic, 10);
        configs(
                new String[] {"--entity-type", "groups", "--entity-name", topic},
                "--alter",
                "--add-config",
                "share.auto.offset.reset=earliest");
        assertThat(
                        KafkaTools.run(
                                "org.apache.kafka.tools.consumer.ConsoleShareConsumer",
                                "",
                                "--bootstrap-server",
                                clients.bootstrap(),
                                "--topic",
                                topic,
                                "--group",
                                topic,
                                "--max-messages",
                                "10"))
                .contains("9");
        assertThat(shareGroups("--list")).contains(topic);
        assertThat(shareGroups("--describe", "--group", topic)).containsPattern("0\\s+\\d+\\s+0");
        shareGroups(
                "--group",
                topic,
                "--topic",
                topic,
                "--reset-offsets",
                "--to-earliest",
                "--execute");
        assertThat(shareGroups("--describe", "--group", topic)).containsPattern("0\\s+0\\s+10");
        shareGroups("--delete-offsets", "--group", topic, "--topic", topic);
        shareGroups("--delete", "--group", topic);
        assertThat(shareGroups("--list")).doesNotContain(topic);
    }

    private String shareGroups(String... arguments) {
        return admin("consumer.group.ShareGroupCommand", arguments);
    }

    @Test
    void offsetsAreShownAndRecordsDeleted() throws IOException {
        clients.createTopic(topic, 1);
        clients.sendNumbers(topic, 10);
        Path request = Files.createTempFile("naru-delete", ".json");
        Files.writeString(
                request,
                "{\"version\":1,\"partitions\":[{\"topic\":\"%s\",\"partition\":0,\"offset\":4}]}"
                        .formatted(topic));
        assertThat(admin("DeleteRecordsCommand", "--offset-json-file", request.toString()))
                .contains("low_watermark: 4");
        Files.delete(request);
        assertThat(admin("GetOffsetShell", "--topic", topic, "--time", "earliest"))
                .contains(topic + ":0:4");
        assertThat(admin("GetOffsetShell", "--topic", topic, "--time", "latest"))
                .contains(topic + ":0:10");
    }

    @Test
    void clusterTellsAboutItself() {
        clients.createTopic(topic, 1);
        assertThat(admin("LogDirsCommand", "--describe", "--topic-list", topic))
                .contains(topic + "-0", "\"isFuture\":false", "\"error\":null");
        assertThat(admin("BrokerApiVersionsCommand"))
                .contains("Produce(0): 0 to 13 [usable: 13]", "ApiVersions(18): 0 to 4");
        assertThat(admin("FeatureCommand", "describe"))
                .containsPattern("metadata.version.*FinalizedVersionLevel: 4.3-IV0")
                .containsPattern("group.version.*FinalizedVersionLevel: 1");
        assertThat(admin("FeatureCommand", "upgrade", "--dry-run", "--release-version", "4.3"))
                .contains("metadata.version can be upgraded to 30");
        assertThat(admin("MetadataQuorumCommand", "describe", "--status"))
                .containsPattern("LeaderId:\\s+1")
                .containsPattern("CurrentVoters:.*\"id\": 1");
        assertThat(admin("MetadataQuorumCommand", "describe", "--replication"))
                .containsPattern("1\\s+\\S+\\s+\\d+\\s+0\\s+\\d+\\s+\\d+\\s+Leader");
        assertThat(cluster("cluster-id")).contains("Cluster ID: ");
        assertThat(cluster("list-endpoints"))
                .containsPattern("1\\s+127.0.0.1\\s+\\d+")
                .contains("broker");
    }

    private String cluster(String command) {
        return KafkaTools.run(
                "org.apache.kafka.tools.ClusterTool",
                "",
                command,
                "--bootstrap-server",
                clients.bootstrap());
    }

    @Test
    void rulesAreAddedListedAndRemoved() {
        String[] rule = {"--allow-principal", "User:ann", "--operation", "Read", "--topic", topic};
        assertThat(admin("AclCommand", with(rule, "--add")))
                .contains("(principal=User:ann, host=*, operation=READ, permissionType=ALLOW)");
        assertThat(admin("AclCommand", "--list", "--principal", "User:ann", "--topic", topic))
                .contains("resourceType=TOPIC, name=" + topic, "operation=READ");
        admin("AclCommand", with(rule, "--remove", "--force"));
        assertThat(admin("AclCommand", "--list", "--topic", topic)).doesNotContain("User:ann");
    }

    @Test
    void usersGetPasswordsAndQuotas() {
        String[] user = {"--entity-type", "users", "--entity-name", topic};
        configs(user, "--alter", "--add-config", "SCRAM-SHA-256=[iterations=4096,password=secret]");
        configs(user, "--alter", "--add-config", "producer_byte_rate=1024");
        assertThat(configs(user, "--describe"))
                .contains("SCRAM-SHA-256=iterations=4096", "producer_byte_rate=1024.0")
                .doesNotContain("secret");
        configs(user, "--alter", "--delete-config", "SCRAM-SHA-256");
        configs(user, "--alter", "--delete-config", "producer_byte_rate");
        assertThat(configs(user, "--describe")).doesNotContain("SCRAM", "producer_byte_rate");
        String[] everyClient = {"--entity-type", "clients", "--entity-default"};
        configs(everyClient, "--alter", "--add-config", "request_percentage=5000");
        assertThat(configs(everyClient, "--describe")).contains("request_percentage=5000.0");
        String[] address = {"--entity-type", "ips", "--entity-name", "10.1.2.3"};
        configs(address, "--alter", "--add-config", "connection_creation_rate=77");
        assertThat(configs(address, "--describe")).contains("connection_creation_rate=77.0");
    }

    @Test
    void brokersAndGroupsAreConfigured() {
        String[] one = {"--entity-type", "brokers", "--entity-name", "1"};
        configs(one, "--alter", "--add-config", "log.cleaner.threads=2");
        assertThat(configs(one, "--describe"))
                .contains("log.cleaner.threads=2", "DYNAMIC_BROKER_CONFIG:log.cleaner.threads=2");
        assertThat(configs(one, "--describe", "--all")).contains("num.partitions=1");
        String[] group = {"--entity-type", "groups", "--entity-name", topic};
        configs(group, "--alter", "--add-config", "consumer.session.timeout.ms=50000");
        assertThat(configs(group, "--describe")).contains("consumer.session.timeout.ms=50000");
    }

    @Test
    void clientMetricsAreSubscribedTo() {
        String[] name = {"--name", topic};
        admin(
                "ClientMetricsCommand",
                with(
                        name,
                        "--alter",
                        "--interval",
                        "5000",
                        "--metrics",
                        "org.apache.kafka.producer."));
        assertThat(admin("ClientMetricsCommand", with(name, "--describe")))
                .contains("interval.ms=5000", "metrics=org.apache.kafka.producer.");
        assertThat(admin("ClientMetricsCommand", "--list")).contains(topic);
        admin("ClientMetricsCommand", with(name, "--delete"));
        assertThat(admin("ClientMetricsCommand", "--list")).doesNotContain(topic);
    }

    @Test
    void leadersAreElectedAndPartitionsReassignedToWhereTheyAre() throws IOException {
        clients.createTopic(topic, 1);
        String[] partition = {"--topic", topic, "--partition", "0"};
        assertThat(admin("LeaderElectionCommand", with(partition, "--election-type", "preferred")))
                .contains("Valid replica already elected for partitions " + topic + "-0");
        Path plan = folder.resolve("plan.json");
        Files.writeString(
                plan,
                "{\"version\":1,\"partitions\":[{\"topic\":\"%s\",\"partition\":0,\"replicas\":[1]}]}"
                        .formatted(topic));
        String[] file = {"--reassignment-json-file", plan.toString()};
        assertThat(admin("reassign.ReassignPartitionsCommand", with(file, "--execute")))
                .contains("Successfully started partition reassignment for " + topic + "-0");
        assertThat(admin("reassign.ReassignPartitionsCommand", with(file, "--verify")))
                .contains("Reassignment of partition " + topic + "-0 is completed.");
        assertThat(admin("reassign.ReassignPartitionsCommand", "--list"))
                .contains("No partition reassignments found.");
    }

    @Test
    void verifiableAndPerformanceToolsRun() {
        clients.createTopic(topic, 1);
        assertThat(
                        alone(
                                "VerifiableProducer",
                                "--topic",
                                topic,
                                "--max-messages",
                                "100",
                                "--acks",
                                "-1"))
                .contains("\"sent\":100", "\"acked\":100");
        assertThat(
                        admin(
                                "VerifiableConsumer",
                                "--topic",
                                topic,
                                "--group-id",
                                topic,
                                "--max-messages",
                                "100"))
                .contains("\"count\":100", "\"success\":true", "\"offset\":100");
        assertThat(
                        KafkaTools.run(
                                "org.apache.kafka.tools.ProducerPerformance",
                                "",
                                "--topic",
                                topic,
                                "--num-records",
                                "5000",
                                "--record-size",
                                "100",
                                "--throughput",
                                "-1",
                                "--command-property",
                                "bootstrap.servers=" + clients.bootstrap()))
                .contains("5000 records sent");
        String[] all = {"--topic", topic, "--num-records", "5100"};
        assertThat(admin("ConsumerPerformance", with(all)))
                .containsPattern("data.consumed.in.MB[^\\n]*\\n[^,]*,[^,]*,[^,]*,[^,]*, 5100,");
        configs(
                new String[] {"--entity-type", "groups", "--entity-name", "perf-" + topic},
                "--alter",
                "--add-config",
                "share.auto.offset.reset=earliest");
        assertThat(admin("ShareConsumerPerformance", with(all, "--group", "perf-" + topic)))
                .contains("data.consumed.in.MB", " 5100,");
        assertThat(admin("GroupsCommand", "--list"))
                .containsPattern(topic + "\\s+Classic\\s+consumer")
                .containsPattern("perf-" + topic + "\\s+Share\\s+share");
    }

    @Test
    void latencyFromEndToEndIsMeasured() {
        clients.createTopic(topic, 1);
        assertThat(
                        admin(
                                "EndToEndLatency",
                                "--topic",
                                topic,
                                "--num-records",
                                "50",
                                "--producer-acks",
                                "all",
                                "--record-size",
                                "20"))
                .contains("Avg latency: ", "Percentiles: 50th = ");
    }

    @Test
    void filesAreDumpedAndStorageTold() throws IOException {
        clients.createTopic(topic, 1);
        clients.sendNumbers(topic, 10, "compression.type", "lz4");
        try (var consumer = clients.consumer("group.id", topic)) {
            consumer.subscribe(List.of(topic));
            JavaClients.poll(consumer, 10);
            consumer.commitSync();
        }
        Path data = Target.dataFolder(broker);
        assertThat(dump(data.resolve(topic + "-0"), "--print-data-log"))
                .contains("compresscodec: lz4", "payload: 9", "isvalid: true");
        assertThat(dump(data.resolve("__cluster_metadata-0"), "--cluster-metadata-decoder"))
                .contains("\"type\":\"TOPIC_RECORD\"", topic);
        StringBuilder offsets = new StringBuilder();
        try (Stream<Path> folders = Files.list(data)) {
            for (Path each :
                    folders.filter(one -> one.getFileName().toString().startsWith("__consumer"))
                            .toList()) {
                offsets.append(dump(each, "--offsets-decoder"));
            }
        }
        assertThat(offsets).contains("\"group\":\"" + topic + "\"", "\"offset\":10");
        Path settings = folder.resolve("server.properties");
        Files.writeString(
                settings,
                "process.roles=broker,controller\n"
                        + "node.id=1\n"
                        + "listeners=PLAINTEXT://:9092,CONTROLLER://:9093\n"
                        + "controller.listener.names=CONTROLLER\n"
                        + "controller.quorum.bootstrap.servers=localhost:9093\n"
                        + "log.dirs="
                        + data
                        + "\n");
        assertThat(KafkaTools.run("kafka.tools.StorageTool", "", "info", "-c", settings.toString()))
                .contains("Found metadata: {cluster.id=")
                .doesNotContain("Found problem");
    }

    private static String dump(Path partition, String... how) throws IOException {
        try (Stream<Path> files = Files.list(partition)) {
            List<String> logs =
                    files.map(Path::toString).filter(file -> file.endsWith(".log")).toList();
            return logs.isEmpty()
                    ? ""
                    : KafkaTools.run(
                            "org.apache.kafka.tools.DumpLogSegments",
                            "",
                            with(how, "--files", String.join(",", logs)));
        }
    }

    private static String[] with(String[] some, String... more) {
        return Stream.concat(Arrays.stream(some), Arrays.stream(more)).toArray(String[]::new);
    }

    @Test
    void transactionsAreListedDescribedAndAborted() {
        clients.createTopic(topic, 1);
        try (Producer<String, String> producer = clients.producer("transactional.id", topic)) {
            producer.initTransactions();
            producer.beginTransaction();
            JavaClients.await(producer.send(new ProducerRecord<>(topic, 0, "k", "v")));
            String[] partition = {"--topic", topic, "--partition", "0"};
            assertThat(transactions("list")).contains(topic, "Ongoing");
            assertThat(transactions("describe", "--transactional-id", topic))
                    .contains("Ongoing", topic + "-0");
            assertThat(transactions("describe-producers", partition)).contains("CoordinatorEpoch");
            assertThat(transactions("find-hanging", partition)).doesNotContain(topic);
            transactions("abort", "--topic", topic, "--partition", "0", "--start-offset", "0");
            producer.abortTransaction();
        }
    }

    /** Prints what it has done when its process ends. */
    private String alone(String name, String... arguments) {
        List<String> command = KafkaTools.command("org.apache.kafka.tools." + name);
        command.addAll(List.of("--bootstrap-server", clients.bootstrap()));
        command.addAll(List.of(arguments));
        return Program.run(command).succeeded();
    }

    private String transactions(String command, String... arguments) {
        List<String> all =
                new ArrayList<>(List.of("--bootstrap-server", clients.bootstrap(), command));
        all.addAll(List.of(arguments));
        return KafkaTools.run(
                "org.apache.kafka.tools.TransactionsCommand", "", all.toArray(String[]::new));
    }

    private String topics(String... arguments) {
        return admin("TopicCommand", arguments);
    }

    private String groups(String... arguments) {
        return admin("consumer.group.ConsumerGroupCommand", arguments);
    }

    private String configs(String[] entity, String... arguments) {
        List<String> all = new ArrayList<>(List.of("--bootstrap-server", clients.bootstrap()));
        all.addAll(List.of(entity));
        all.addAll(List.of(arguments));
        return KafkaTools.run("kafka.admin.ConfigCommand", "", all.toArray(String[]::new));
    }

    private String admin(String name, String... arguments) {
        List<String> all = new ArrayList<>(List.of("--bootstrap-server", clients.bootstrap()));
        all.addAll(List.of(arguments));
        return KafkaTools.run("org.apache.kafka.tools." + name, "", all.toArray(String[]::new));
    }
}
