package naru.systemtests;

import static naru.systemtests.JavaClients.await;
import static naru.systemtests.JavaClients.until;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import naru.testkit.NaruProcess;

import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** A volume without space: writes are refused, reading goes on, and space heals it. */
class FullDiskIT {
    @Test
    void fullDiskRefusesWritesAndHealsWithoutARestart(@TempDir Path mount) {
        assumeTrue(Target.chosen() == Target.NARU, "Kafka ends when its disk is full");
        Program mounted =
                Program.run(
                        List.of(
                                "mount",
                                "-t",
                                "tmpfs",
                                "-o",
                                "size=48m",
                                "tmpfs",
                                mount.toString()));
        assumeTrue(
                mounted.exitCode() == 0,
                () -> "no full disk here, mounting is not permitted: " + mounted.errors());
        try (NaruProcess broker =
                NaruProcess.on(
                        mount.resolve("data"),
                        Map.of(
                                "log.segment.bytes",
                                "4194304",
                                "log.segment.delete.delay.ms",
                                "100",
                                "log.retention.check.interval.ms",
                                "500"),
                        Map.of())) {
            broker.restart();
            JavaClients clients = new JavaClients(broker.bootstrap());
            clients.createTopic("filling", 1);
            clients.createTopic("needless", 1);
            clients.sendNumbers("filling", 10);
            int written = fill(clients);

            assertThat(broker.isAlive()).isTrue();
            TopicPartition partition = new TopicPartition("filling", 0);
            assertThat(clients.read(partition, 10).getFirst().value()).isEqualTo("0");
            try (Admin admin = clients.admin()) {
                await(admin.deleteTopics(List.of("needless")).all());
                await(
                        admin.deleteRecords(
                                        Map.of(
                                                partition,
                                                RecordsToDelete.beforeOffset(10L + written / 2)))
                                .all());
            }
            until("a write to succeed again", () -> isWritten(clients, "healed"));
            assertThat(clients.readAll("filling")).contains("healed");
        } finally {
            Program.run(List.of("umount", "-l", mount.toString()));
        }
    }

    /** Writes until it is refused; answers how many were written. */
    private static int fill(JavaClients clients) {
        for (int count = 0; count < 200; count++) {
            if (!isWritten(clients, "z".repeat(900_000))) {
                return count;
            }
        }
        throw new AssertionError("the disk was never full");
    }

    private static boolean isWritten(JavaClients clients, String value) {
        try (Producer<String, String> producer =
                clients.producer(
                        "delivery.timeout.ms",
                        "3000",
                        "request.timeout.ms",
                        "2000",
                        "linger.ms",
                        "0")) {
            await(producer.send(new ProducerRecord<>("filling", value)));
            return true;
        } catch (KafkaException e) {
            return false;
        }
    }
}
