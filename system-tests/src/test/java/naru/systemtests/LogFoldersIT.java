package naru.systemtests;

import static naru.systemtests.JavaClients.await;
import static naru.systemtests.JavaClients.until;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import naru.testkit.NaruProcess;

import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.LogDirDescription;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.KafkaStorageException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** A node with two data folders: logs move between them, and one is lost while it runs. */
class LogFoldersIT {
    private static final int NODE = 1;
    private static final TopicPartition FIRST = new TopicPartition("spread", 0);

    @TempDir Path root;

    @Test
    void logsMoveBetweenFoldersAndAFolderIsLostAlone() throws Exception {
        assumeTrue(Target.chosen() == Target.NARU, "the folders are Naru's here");
        Path first = root.resolve("first");
        Path second = root.resolve("second");
        try (NaruProcess broker =
                NaruProcess.on(
                        first,
                        Map.of(
                                "log.dirs",
                                first + "," + second,
                                "log.flush.offset.checkpoint.interval.ms",
                                "300"),
                        Map.of())) {
            broker.restart();
            JavaClients clients = new JavaClients(broker.bootstrap());
            clients.createTopic("spread", 4);
            assertThat(partitionsIn(clients, first)).hasSize(2);
            assertThat(partitionsIn(clients, second)).hasSize(2);
            for (int partition = 0; partition < 4; partition++) {
                assertThat(send(clients, partition)).isZero();
            }
            Path target = partitionsIn(clients, first).contains(FIRST) ? second : first;

            reassign(clients, target);

            until("the log to have moved", () -> partitionsIn(clients, target).contains(FIRST));
            assertThat(send(clients, 0)).isEqualTo(1);
            broker.kill();
            broker.restart();
            assertThat(partitionsIn(clients, target)).contains(FIRST);
            assertThat(clients.read(FIRST, 2)).hasSize(2);

            List<TopicPartition> lost = partitionsIn(clients, second);
            List<TopicPartition> kept = partitionsIn(clients, first);
            deleteAll(second);
            until("the folder to be offline", () -> isOffline(clients, second));
            for (TopicPartition partition : kept) {
                assertThat(send(clients, partition.partition())).isPositive();
            }
            assertThat(lost).isNotEmpty();
            assertThatThrownBy(() -> send(clients, lost.getFirst().partition())).isNotNull();
            assertThat(broker.isAlive()).isTrue();
        }
    }

    private void reassign(JavaClients clients, Path target) throws IOException {
        Path plan = root.resolve("plan.json");
        Files.writeString(
                plan,
                """
                {"version": 1, "partitions": [
                  {"topic": "spread", "partition": 0, "replicas": [%d], "log_dirs": ["%s"]}]}
                """
                        .formatted(NODE, target));
        String tool = "org.apache.kafka.tools.reassign.ReassignPartitionsCommand";
        String[] where = {"--bootstrap-server", clients.bootstrap()};
        List<String> execute =
                new ArrayList<>(List.of("--reassignment-json-file", plan.toString(), "--execute"));
        execute.addAll(List.of(where));
        assertThat(KafkaTools.run(tool, "", execute.toArray(String[]::new)))
                .contains("Successfully started");
    }

    private static long send(JavaClients clients, int partition) {
        try (Producer<String, String> producer =
                clients.producer(
                        "max.block.ms",
                        "2000",
                        "delivery.timeout.ms",
                        "2000",
                        "request.timeout.ms",
                        "1000",
                        "linger.ms",
                        "0")) {
            return await(producer.send(new ProducerRecord<>("spread", partition, "k", "v")))
                    .offset();
        }
    }

    private static Map<String, LogDirDescription> describe(JavaClients clients) {
        try (Admin admin = clients.admin()) {
            return await(admin.describeLogDirs(List.of(NODE)).descriptions().get(NODE));
        }
    }

    private static List<TopicPartition> partitionsIn(JavaClients clients, Path folder) {
        return describe(clients).get(folder.toString()).replicaInfos().entrySet().stream()
                .filter(replica -> !replica.getValue().isFuture())
                .map(Map.Entry::getKey)
                .sorted(Comparator.comparingInt(TopicPartition::partition))
                .toList();
    }

    private static boolean isOffline(JavaClients clients, Path folder) {
        return describe(clients).get(folder.toString()).error() instanceof KafkaStorageException;
    }

    private static void deleteAll(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
