package naru.systemtests;

import static naru.systemtests.JavaClients.await;

import static org.assertj.core.api.Assertions.assertThat;

import naru.testkit.NaruProcess;
import naru.testkit.RepositoryRoot;

import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.QuorumInfo;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** One node becomes three, by one command for each, and three become one again. */
@Timeout(300)
class ClusterGrowsIT {
    private static final String TOPIC = "grown";
    private static final String WIDE = "wide";
    private static final String GROUPS = "__consumer_offsets";
    private static final Pattern TOKEN = Pattern.compile("--token (\\S+)");

    private static Program naru(String... arguments) {
        List<String> command = new ArrayList<>();
        command.add(RepositoryRoot.find().resolve("naru").toString());
        command.addAll(Arrays.asList(arguments));
        return Program.run(command);
    }

    private static String invite(String... connection) {
        List<String> arguments = new ArrayList<>(List.of("cluster", "invite"));
        arguments.addAll(Arrays.asList(connection));
        String printed = naru(arguments.toArray(String[]::new)).succeeded();
        Matcher token = TOKEN.matcher(printed);
        assertThat(token.find()).as(printed).isTrue();
        return token.group(1);
    }

    private static Map<String, Object> properties(Path file) {
        Properties properties = new Properties();
        try (Reader reader = Files.newBufferedReader(file)) {
            properties.load(reader);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        Map<String, Object> map = new HashMap<>();
        properties.stringPropertyNames().forEach(key -> map.put(key, properties.getProperty(key)));
        return map;
    }

    private static Set<Integer> voters(Admin admin) {
        Set<Integer> voters = new TreeSet<>();
        await(admin.describeMetadataQuorum().quorumInfo()).voters().stream()
                .map(QuorumInfo.ReplicaState::replicaId)
                .forEach(voters::add);
        return voters;
    }

    private static void send(Producer<String, String> producer, String topic, int count) {
        List<Future<RecordMetadata>> sent = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            sent.add(producer.send(new ProducerRecord<>(topic, "record " + i)));
        }
        sent.forEach(JavaClients::await);
    }

    /** All records of the topic, as a member of a group reads them. */
    private static int read(Map<String, Object> client, String topic, int count) {
        Map<String, Object> settings = new HashMap<>(client);
        settings.put("group.id", "readers");
        settings.put("auto.offset.reset", "earliest");
        try (var consumer =
                new KafkaConsumer<>(settings, new StringDeserializer(), new StringDeserializer())) {
            consumer.subscribe(List.of(topic));
            int[] records = {0};
            JavaClients.until(
                    count + " records",
                    () -> {
                        records[0] += consumer.poll(Duration.ofMillis(100)).count();
                        return records[0] >= count;
                    });
            return records[0];
        }
    }

    @Test
    void aSecuredNodeGrowsToThreeAndAnyOfThemMayDie() {
        try (NaruProcess first = NaruProcess.prepareSecure(Map.of())) {
            first.restart();
            Path config = first.dataFolder().toAbsolutePath().resolve("security-client.properties");
            String used = invite("--command-config", config.toString());
            try (NaruProcess second = NaruProcess.prepareJoining(used, "SASL_SSL")) {
                second.launch();
                second.awaitLine(line -> line.startsWith("voting, with nodes 1, 2."));
                String token = invite("--command-config", config.toString());
                try (NaruProcess third = NaruProcess.prepareJoining(token, "SASL_SSL")) {
                    third.launch();
                    third.awaitLine(line -> line.equals("voting, with nodes 1, 2, 3"));
                    renew(second, invite("--command-config", config.toString()));
                    outliveTheFirst(first, properties(config));
                    refuseWhatIsUsed(used, second, first.dataFolder());
                    second.kill();
                    second.restart();
                    readFromAll(properties(config), second, third);
                }
            }
        }
    }

    /** While it runs; its next start and the connections after that show the new certificate. */
    private static void renew(NaruProcess node, String token) {
        Path keys = node.dataFolder().resolve("security-server.p12");
        byte[] before = bytes(keys);
        Program renewed =
                naru(
                        "cluster",
                        "join",
                        "--renew",
                        "--token",
                        token,
                        "--data",
                        node.dataFolder().toString());
        assertThat(renewed.succeeded()).contains("node 2 has a new certificate");
        assertThat(bytes(keys)).isNotEqualTo(before);
    }

    private static byte[] bytes(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static void outliveTheFirst(NaruProcess first, Map<String, Object> client) {
        Map<String, Object> settings = new HashMap<>(client);
        settings.put("acks", "all");
        try (Admin admin = Admin.create(client);
                Producer<String, String> producer =
                        new KafkaProducer<>(
                                settings, new StringSerializer(), new StringSerializer())) {
            assertThat(voters(admin)).containsExactly(1, 2, 3);
            await(
                    admin.createTopics(
                                    List.of(
                                            new NewTopic(TOPIC, 3, (short) 3)
                                                    .configs(Map.of("min.insync.replicas", "2"))))
                            .all());
            send(producer, TOPIC, 100);
            first.kill();
            send(producer, TOPIC, 100);
        }
    }

    private static void refuseWhatIsUsed(String token, NaruProcess node, Path another) {
        Program sameFolder =
                naru("cluster", "join", "--token", token, "--data", node.dataFolder().toString());
        assertThat(sameFolder.exitCode()).isEqualTo(1);
        assertThat(sameFolder.errors()).contains("is node 2 of this cluster already");
        Path unused = another.resolveSibling("unused");
        Program gone = naru("cluster", "join", "--token", token, "--data", unused.toString());
        assertThat(gone.exitCode()).isEqualTo(1);
        assertThat(gone.errors()).contains("cannot reach").contains("connection refused");
    }

    private static void readFromAll(Map<String, Object> client, NaruProcess... nodes) {
        Map<String, Object> settings = new HashMap<>(client);
        settings.put(
                "bootstrap.servers",
                String.join(",", Arrays.stream(nodes).map(NaruProcess::bootstrap).toList()));
        assertThat(read(settings, TOPIC, 200)).isEqualTo(200);
    }

    @Test
    void anOpenNodeGrowsByTheSameCommandsAndShrinksAgain() {
        try (NaruProcess first =
                NaruProcess.start(
                        Map.of(
                                "naru.balance.interval.ms", "500",
                                "offsets.topic.num.partitions", "5"))) {
            Map<String, Object> client = Map.of("bootstrap.servers", first.bootstrap());
            try (Admin admin = Admin.create(client);
                    Producer<String, String> producer =
                            new KafkaProducer<>(
                                    client, new StringSerializer(), new StringSerializer())) {
                await(admin.createTopics(List.of(new NewTopic(TOPIC, 1, (short) 1))).all());
                send(producer, TOPIC, 10);
                assertThat(read(client, TOPIC, 10)).isEqualTo(10);
                String token = invite("--bootstrap", first.bootstrap());
                assertThat(invite("--bootstrap", first.bootstrap())).isEqualTo(token);
                try (NaruProcess second = NaruProcess.prepareJoining(token, "PLAINTEXT");
                        NaruProcess third = NaruProcess.prepareJoining(token, "PLAINTEXT")) {
                    second.launch();
                    second.awaitLine(line -> line.startsWith("voting, with nodes 1, 2."));
                    third.launch();
                    third.awaitLine(line -> line.equals("voting, with nodes 1, 2, 3"));
                    await(admin.createTopics(List.of(new NewTopic(WIDE, 2, (short) 2))).all());
                    JavaClients.until("groups on three nodes", () -> replicas(admin, GROUPS) == 3);
                    remove(admin, first, 3, third);
                    assertThat(replicas(admin, GROUPS)).isEqualTo(2);
                    refuseToLoseReplicas(first);
                    remove(admin, first, 2, second, "--reduce-replicas");
                    assertThat(replicas(admin, GROUPS)).isEqualTo(1);
                    assertThat(replicas(admin, WIDE)).isEqualTo(1);
                }
                assertThat(voters(admin)).containsExactly(1);
                send(producer, TOPIC, 10);
                assertThat(read(client, TOPIC, 10)).isEqualTo(10);
            }
        }
    }

    /** Of each of its partitions; 0 when they differ, or some are not in sync. */
    private static int replicas(Admin admin, String topic) {
        Set<Integer> counts = new TreeSet<>();
        await(admin.describeTopics(List.of(topic)).allTopicNames())
                .values()
                .forEach(one ->
                        one.partitions()
                                .forEach(partition -> {
                                    counts.add(partition.replicas().size());
                                    counts.add(partition.isr().size());
                                }));
        return counts.size() == 1 ? counts.iterator().next() : 0;
    }

    /** As a person does it: the node is stopped once the command says so. */
    private static void remove(
            Admin admin, NaruProcess through, int id, NaruProcess node, String... options) {
        List<String> arguments =
                new ArrayList<>(
                        List.of(
                                "cluster",
                                "remove",
                                Integer.toString(id),
                                "--bootstrap",
                                through.bootstrap()));
        arguments.addAll(Arrays.asList(options));
        var removal = CompletableFuture.supplyAsync(() -> naru(arguments.toArray(String[]::new)));
        JavaClients.until(
                "node " + id + " votes no longer",
                () -> removal.isDone() || !voters(admin).contains(id));
        assertThat(removal).isNotDone();
        node.stop();
        assertThat(removal.join().succeeded())
                .contains("instead of")
                .contains("node " + id + " is removed");
    }

    private static void refuseToLoseReplicas(NaruProcess through) {
        Program refused = naru("cluster", "remove", "2", "--bootstrap", through.bootstrap());
        assertThat(refused.exitCode()).isEqualTo(1);
        assertThat(refused.errors())
                .contains(WIDE + " (2 partitions): it has 2 replicas")
                .contains("--reduce-replicas")
                .contains("nothing was moved")
                .doesNotContain(GROUPS);
    }
}
