package naru.app.cli;

import naru.app.terminal.PlainText;
import naru.app.terminal.Table;
import naru.app.terminal.Terminal;

import org.apache.kafka.clients.admin.TransactionDescription;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;

/** A transactional id; the JSON of {@code transactions describe}. */
record TransactionDetail(
        String transactionalId,
        int coordinator,
        String state,
        long producerId,
        long producerEpoch,
        long timeoutMillis,
        @Nullable String startedAt,
        List<Where> partitions) {

    record Where(String topic, int partition) {}

    static TransactionDetail of(String id, TransactionDescription description) {
        var started = description.transactionStartTimeMs();
        return new TransactionDetail(
                id,
                description.coordinatorId(),
                Groups.lower(description.state().toString()),
                description.producerId(),
                description.producerEpoch(),
                description.transactionTimeoutMs(),
                started.isPresent() ? Instant.ofEpochMilli(started.getAsLong()).toString() : null,
                description.topicPartitions().stream()
                        .sorted(
                                Comparator.comparing(TopicPartition::topic)
                                        .thenComparingInt(TopicPartition::partition))
                        .map(partition -> new Where(partition.topic(), partition.partition()))
                        .toList());
    }

    void print(Terminal terminal, Clock clock) {
        terminal.out().println(terminal.paint().bold(PlainText.of(transactionalId)) + "  " + state);
        terminal.out()
                .println(
                        "producer "
                                + producerId
                                + ", epoch "
                                + producerEpoch
                                + ", time-out "
                                + Duration.ofMillis(timeoutMillis).toSeconds()
                                + " s, coordinator "
                                + coordinator);
        if (startedAt != null && !partitions.isEmpty()) {
            long age = Duration.between(Instant.parse(startedAt), clock.instant()).toSeconds();
            terminal.out().println("began " + startedAt + ", " + Math.max(0, age) + " s ago");
        }
        if (!partitions.isEmpty()) {
            Table table = new Table().text("TOPIC").number("PARTITION");
            partitions.forEach(where -> table.row(where.topic(), where.partition()));
            table.print(terminal.out(), terminal.paint());
        }
    }
}
