package naru.systemtests;

import static naru.systemtests.JavaClients.await;
import static naru.systemtests.JavaClients.until;

import static org.assertj.core.api.Assertions.assertThat;

import naru.testkit.KafkaProcess;
import naru.testkit.NaruProcess;

import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** One cluster of Naru's nodes and unmodified Apache Kafka's. */
class MixedQuorumIT {
    private static final int FIRST = 1;
    private static final int SECOND = 2;

    @Test
    void kafkaBrokerJoinsTheControllerOfANaruNode() {
        try (NaruProcess naru =
                NaruProcess.prepareWithController(
                        Map.of("node.id", "1", "naru.cluster.id", KafkaProcess.CLUSTER_ID))) {
            naru.launch();
            naru.awaitReady();
            try (KafkaProcess kafka =
                    KafkaProcess.start(
                            Map.of(
                                    "process.roles",
                                    "broker",
                                    "node.id",
                                    "2",
                                    "controller.quorum.bootstrap.servers",
                                    naru.controller()))) {
                oneClusterServes(naru.bootstrap(), kafka.bootstrap());
                bothReplicate(naru, kafka);
            }
        }
    }

    @Test
    void naruBrokerJoinsTheControllerOfKafka() {
        try (KafkaProcess kafka = KafkaProcess.start(Map.of());
                NaruProcess naru =
                        NaruProcess.start(
                                Map.of(
                                        "process.roles",
                                        "broker",
                                        "node.id",
                                        "2",
                                        "controller.quorum.bootstrap.servers",
                                        kafka.controller()))) {
            oneClusterServes(naru.bootstrap(), kafka.bootstrap());
            bothReplicate(naru, kafka);
        }
    }

    /** One partition is led by Kafka and followed by Naru, the other the other way round. */
    private static void bothReplicate(NaruProcess naru, KafkaProcess kafka) {
        String topic = SharedBroker.unique("both");
        JavaClients clients = new JavaClients(naru.bootstrap());
        try (Admin admin = clients.admin()) {
            Map<Integer, List<Integer>> places =
                    Map.of(0, List.of(FIRST, SECOND), 1, List.of(SECOND, FIRST));
            await(
                    admin.createTopics(
                                    List.of(
                                            new NewTopic(topic, places)
                                                    .configs(Map.of("min.insync.replicas", "2"))))
                            .all());
            until("leaders", () -> leaders(admin, topic).equals(Set.of(FIRST, SECOND)));
            clients.sendNumbers(topic, 2_000);
            until(
                    "both in sync",
                    () ->
                            await(admin.describeTopics(List.of(topic)).allTopicNames())
                                    .get(topic)
                                    .partitions()
                                    .stream()
                                    .allMatch(partition -> partition.isr().size() == 2));
        }
        for (int partition = 0; partition < 2; partition++) {
            String log = topic + "-" + partition + "/00000000000000000000.log";
            byte[] ofKafka = bytes(kafka.dataFolder().resolve(log));
            assertThat(ofKafka).isNotEmpty();
            assertThat(bytes(naru.dataFolder().resolve(log))).isEqualTo(ofKafka);
        }
    }

    private static byte[] bytes(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Topics made through either node have leaders on both, and clients of either reach them. */
    private static void oneClusterServes(String naru, String kafka) {
        for (String through : List.of(naru, kafka)) {
            JavaClients clients = new JavaClients(through);
            String topic = SharedBroker.unique("mixed");
            try (Admin admin = clients.admin()) {
                until("two brokers", () -> await(admin.describeCluster().nodes()).size() == 2);
                await(admin.createTopics(List.of(new NewTopic(topic, 4, (short) 1))).all());
                until("leaders", () -> leaders(admin, topic).equals(Set.of(FIRST, SECOND)));
                assertThat(await(admin.describeMetadataQuorum().quorumInfo()).leaderId())
                        .isEqualTo(FIRST);
            }
            clients.sendNumbers(topic, 100);
            for (String reading : List.of(naru, kafka)) {
                try (var consumer = new JavaClients(reading).consumer("group.id", topic)) {
                    consumer.subscribe(List.of(topic));
                    assertThat(JavaClients.poll(consumer, 100)).hasSize(100);
                }
            }
        }
    }

    /** The node that is asked may not know yet what the other has made. */
    private static Set<Integer> leaders(Admin admin, String topic) {
        Set<Integer> leaders = new TreeSet<>();
        TopicDescription described;
        try {
            described = await(admin.describeTopics(List.of(topic)).allTopicNames()).get(topic);
        } catch (UnknownTopicOrPartitionException notYet) {
            return leaders;
        }
        described
                .partitions()
                .forEach(partition -> {
                    if (partition.leader() != null) {
                        leaders.add(partition.leader().id());
                    }
                });
        return leaders;
    }
}
