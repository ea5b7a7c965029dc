package naru.systemtests;

import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A member of a group of the newer protocol that copies records in transactions, as a process that
 * can be killed: what it consumed is committed with what it wrote. Kafka's own copier knows classic
 * groups only. Arguments: bootstrap, input topic, output topic, group, transactional id.
 */
final class GroupCopier {
    private static final Duration POLL = Duration.ofMillis(200);

    private final JavaClients clients;
    private final String input;
    private final String output;
    private final String group;
    private final String transactionalId;

    private GroupCopier(String[] arguments) {
        this.clients = new JavaClients(arguments[0]);
        this.input = arguments[1];
        this.output = arguments[2];
        this.group = arguments[3];
        this.transactionalId = arguments[4];
    }

    public static void main(String[] arguments) {
        GroupCopier copier = new GroupCopier(arguments);
        while (true) {
            copier.live();
        }
    }

    /** Copies until a transaction fails; the next life goes on from what is committed. */
    private void live() {
        try (Consumer<String, String> consumer =
                        clients.consumer(
                                "group.id", group,
                                "group.protocol", "consumer",
                                "isolation.level", "read_committed",
                                "reconnect.backoff.max.ms", "200",
                                "max.poll.records", "50");
                Producer<String, String> producer =
                        clients.producer(
                                "transactional.id",
                                transactionalId,
                                "reconnect.backoff.max.ms",
                                "200")) {
            producer.initTransactions();
            consumer.subscribe(List.of(input));
            while (true) {
                ConsumerRecords<String, String> records = consumer.poll(POLL);
                if (!records.isEmpty()) {
                    copy(producer, consumer.groupMetadata(), records);
                }
            }
        } catch (KafkaException e) {
            System.out.println("begins anew: " + e);
        }
    }

    private void copy(
            Producer<String, String> producer,
            ConsumerGroupMetadata member,
            ConsumerRecords<String, String> records) {
        Map<TopicPartition, OffsetAndMetadata> next = new HashMap<>();
        producer.beginTransaction();
        for (ConsumerRecord<String, String> record : records) {
            producer.send(new ProducerRecord<>(output, record.key(), record.value()));
            next.put(
                    new TopicPartition(record.topic(), record.partition()),
                    new OffsetAndMetadata(record.offset() + 1));
        }
        producer.sendOffsetsToTransaction(next, member);
        producer.commitTransaction();
    }
}
