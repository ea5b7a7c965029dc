package naru.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import naru.testkit.KafkaProcess;

import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** Kafka's own command-line tools, as processes. */
class KafkaToolsIT {
    private final JavaClients clients = SharedBroker.clients();
    private final String topic = SharedBroker.unique("tools");

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
        tool(
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
                        tool(
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
                        tool(
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
                .contains(topic + "-0");
        assertThat(admin("BrokerApiVersionsCommand"))
                .contains("Produce(0)", "Fetch(1)", "ApiVersions(18)");
        assertThat(admin("FeatureCommand", "describe")).contains("metadata.version");
        assertThat(admin("MetadataQuorumCommand", "describe", "--status"))
                .contains("LeaderId", "CurrentVoters");
        assertThat(
                        tool(
                                "org.apache.kafka.tools.ClusterTool",
                                "",
                                "cluster-id",
                                "--bootstrap-server",
                                clients.bootstrap()))
                .contains("Cluster ID");
    }

    @Test
    void verifiableProducerAndPerformanceToolsRun() {
        clients.createTopic(topic, 1);
        assertThat(
                        admin(
                                "VerifiableProducer",
                                "--topic",
                                topic,
                                "--max-messages",
                                "100",
                                "--acks",
                                "-1"))
                .contains("\"sent\":100", "\"acked\":100");
        assertThat(
                        tool(
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
        assertThat(
                        admin(
                                "ConsumerPerformance",
                                "--topic",
                                topic,
                                "--num-records",
                                "5100",
                                "--from-latest"))
                .contains("data.consumed.in.MB");
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

    private String transactions(String command, String... arguments) {
        List<String> all =
                new ArrayList<>(List.of("--bootstrap-server", clients.bootstrap(), command));
        all.addAll(List.of(arguments));
        return tool("org.apache.kafka.tools.TransactionsCommand", "", all.toArray(String[]::new));
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
        return tool("kafka.admin.ConfigCommand", "", all.toArray(String[]::new));
    }

    private String admin(String name, String... arguments) {
        List<String> all = new ArrayList<>(List.of("--bootstrap-server", clients.bootstrap()));
        all.addAll(List.of(arguments));
        return tool("org.apache.kafka.tools." + name, "", all.toArray(String[]::new));
    }

    static String tool(String name, String input, String... arguments) {
        List<String> command = java(name);
        command.addAll(List.of(arguments));
        return Program.run(command, input).succeeded();
    }

    /** The command that runs a class of the tests or of Kafka, to which arguments may be added. */
    static List<String> java(String name) {
        return new ArrayList<>(
                List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx256m",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        classPath(),
                        name));
    }

    /** The tools are on the class path of the tests, what some of them need on Kafka's own. */
    private static String classPath() {
        try (InputStream resource = KafkaProcess.class.getResourceAsStream("kafka.classpath")) {
            byte[] kafka = Objects.requireNonNull(resource).readAllBytes();
            return System.getProperty("java.class.path")
                    + File.pathSeparator
                    + new String(kafka, StandardCharsets.UTF_8).strip();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
