package naru.systemtests;

import static naru.systemtests.JavaClients.until;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/**
 * Kafka's transactional-message-copier, and one for the newer group protocol, while copiers and
 * node are killed: every record is in the output once.
 */
class TransactionalCopierIT {
    private static final int PARTITIONS = 2;
    private static final int RECORDS = 2_000;
    private static final String INPUT = "copier-input";
    private static final String OUTPUT = "copier-output";
    private static final Duration END_BOUND = Duration.ofMinutes(1);

    @TempDir Path folder;

    private final List<Process> started = new ArrayList<>();

    @AfterEach
    void endProcesses() {
        started.forEach(Process::destroyForcibly);
    }

    @Test
    void copiersOfOnePartitionEachCopyEveryRecordOnce() {
        copyUnderKills(
                number ->
                        kafkasCopier(
                                "--input-partition",
                                "" + number,
                                "--transactional-id",
                                "copier-" + number,
                                "--consumer-group",
                                "copiers",
                                "--enable-random-aborts"),
                true);
    }

    @Test
    void membersOfAClassicGroupCopyEveryRecordOnce() {
        copyUnderKills(
                number ->
                        kafkasCopier(
                                "--input-partition",
                                "-1",
                                "--transactional-id",
                                "member-" + number,
                                "--consumer-group",
                                "classic-copiers",
                                "--group-mode",
                                "--use-group-metadata",
                                "--enable-random-aborts"),
                true);
    }

    @Test
    void membersOfAConsumerGroupCopyEveryRecordOnce() {
        copyUnderKills(
                number ->
                        List.of(
                                GroupCopier.class.getName(),
                                "BOOTSTRAP",
                                INPUT,
                                OUTPUT,
                                "consumer-copiers",
                                "member-" + number),
                false);
    }

    /**
     * A copier is killed with work under way, then the node; a new one takes the killed one's id.
     */
    private void copyUnderKills(IntFunction<List<String>> copier, boolean ends) {
        try (OwnBroker broker =
                OwnBroker.start(
                        "transaction.abort.timed.out.transaction.cleanup.interval.ms", "1000",
                        "group.consumer.min.session.timeout.ms", "1000",
                        "group.consumer.session.timeout.ms", "3000",
                        "group.consumer.heartbeat.interval.ms", "1000",
                        "group.consumer.min.heartbeat.interval.ms", "1000")) {
            JavaClients clients = broker.clients();
            clients.createTopic(INPUT, PARTITIONS);
            clients.createTopic(OUTPUT, PARTITIONS);
            clients.sendNumbers(INPUT, RECORDS);
            Process first = start(clients, copier.apply(0));
            Process second = start(clients, copier.apply(1));
            awaitOutput(clients, RECORDS / 8);
            first.destroyForcibly();
            first = start(clients, copier.apply(0));
            awaitOutput(clients, RECORDS / 4);
            broker.process().kill();
            broker.process().restart();
            awaitOutput(clients, RECORDS);
            if (ends) {
                assertThat(exitCode(first)).isZero();
                assertThat(exitCode(second)).isZero();
            }
            assertThat(output(clients))
                    .containsExactlyInAnyOrderElementsOf(
                            IntStream.range(0, RECORDS).mapToObj(Integer::toString).toList());
        }
    }

    private static List<String> kafkasCopier(String... arguments) {
        List<String> command =
                new ArrayList<>(
                        List.of(
                                "org.apache.kafka.tools.TransactionalMessageCopier",
                                "--broker-list",
                                "BOOTSTRAP",
                                "--input-topic",
                                INPUT,
                                "--output-topic",
                                OUTPUT,
                                "--transaction-size",
                                "20",
                                // The tool asks for its offsets before it takes over its id, so it
                                // waits for what the killed one left open.
                                "--transaction-timeout",
                                "5000"));
        command.addAll(List.of(arguments));
        return command;
    }

    private Process start(JavaClients clients, List<String> program) {
        List<String> command = new ArrayList<>(KafkaTools.command(program.getFirst()));
        program.stream()
                .skip(1)
                .map(argument -> argument.equals("BOOTSTRAP") ? clients.bootstrap() : argument)
                .forEach(command::add);
        try {
            Process process =
                    new ProcessBuilder(command)
                            .redirectErrorStream(true)
                            .redirectOutput(Files.createTempFile(folder, "copier", ".log").toFile())
                            .start();
            started.add(process);
            return process;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static int exitCode(Process process) {
        try {
            assertThat(process.waitFor(END_BOUND.toSeconds(), TimeUnit.SECONDS)).isTrue();
            return process.exitValue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    private static void awaitOutput(JavaClients clients, int records) {
        until(records + " copies", () -> output(clients).size() >= records);
    }

    private static List<String> output(JavaClients clients) {
        List<String> values = new ArrayList<>();
        for (int partition = 0; partition < PARTITIONS; partition++) {
            values.addAll(
                    TransactionsIT.read(
                            clients, new TopicPartition(OUTPUT, partition), "read_committed"));
        }
        return values;
    }
}
