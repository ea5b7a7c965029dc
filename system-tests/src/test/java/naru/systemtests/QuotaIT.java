package naru.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.CreateTopicsOptions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.MetricName;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.errors.ThrottlingQuotaExceededException;
import org.apache.kafka.common.quota.ClientQuotaAlteration;
import org.apache.kafka.common.quota.ClientQuotaEntity;
import org.apache.kafka.common.quota.ClientQuotaFilter;
import org.apache.kafka.common.quota.ClientQuotaFilterComponent;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;

/** Quotas as clients and Kafka's tools see them. Each test limits a client id of its own. */
class QuotaIT {
    private static final int RECORD_BYTES = 10_000;
    private static final int RECORDS = 120;
    private static final double BYTES_PER_SECOND = 100_000;

    private final JavaClients clients = SharedBroker.clients();
    private final String name = SharedBroker.unique("quota");

    private static ClientQuotaEntity client(String clientId) {
        return new ClientQuotaEntity(Map.of(ClientQuotaEntity.CLIENT_ID, clientId));
    }

    private void set(ClientQuotaEntity entity, String key, @Nullable Double value) {
        try (Admin admin = clients.admin()) {
            JavaClients.await(
                    admin.alterClientQuotas(
                                    List.of(
                                            new ClientQuotaAlteration(
                                                    entity,
                                                    List.of(
                                                            new ClientQuotaAlteration.Op(
                                                                    key, value)))))
                            .all());
        }
    }

    private static double highest(Map<MetricName, ? extends Metric> metrics, String metric) {
        return metrics.entrySet().stream()
                .filter(each -> each.getKey().name().equals(metric))
                .mapToDouble(each -> (Double) each.getValue().metricValue())
                .filter(value -> !Double.isNaN(value))
                .max()
                .orElse(0);
    }

    @Test
    void producerAboveItsQuotaIsToldToWaitAndLosesNothing() {
        clients.createTopic(name, 1);
        set(client(name), "producer_byte_rate", BYTES_PER_SECOND);
        long begin = System.nanoTime();
        try (Producer<String, String> producer =
                clients.producer("client.id", name, "batch.size", "1", "linger.ms", "0")) {
            List<Future<RecordMetadata>> sent = new ArrayList<>();
            for (int i = 0; i < RECORDS; i++) {
                sent.add(producer.send(new ProducerRecord<>(name, "x".repeat(RECORD_BYTES))));
            }
            sent.forEach(JavaClients::await);
            assertThat(highest(producer.metrics(), "produce-throttle-time-max")).isPositive();
        }
        double seconds = (System.nanoTime() - begin) / 1e9;
        double freeBytes = 10 * BYTES_PER_SECOND;
        assertThat((RECORDS * RECORD_BYTES - freeBytes) / seconds)
                .as("bytes a second beyond those of the first samples")
                .isLessThan(2 * BYTES_PER_SECOND);
    }

    @Test
    void consumerAboveItsQuotaIsToldToWaitAndGetsEverything() {
        clients.createTopic(name, 1);
        try (Producer<String, String> producer = clients.producer()) {
            List<Future<RecordMetadata>> sent = new ArrayList<>();
            for (int i = 0; i < RECORDS; i++) {
                sent.add(producer.send(new ProducerRecord<>(name, "x".repeat(RECORD_BYTES))));
            }
            sent.forEach(JavaClients::await);
        }
        set(client(name), "consumer_byte_rate", BYTES_PER_SECOND);
        try (Consumer<String, String> consumer =
                clients.consumer("client.id", name, "fetch.max.bytes", "200000")) {
            consumer.assign(List.of(new TopicPartition(name, 0)));
            int got = 0;
            long end = System.nanoTime() + JavaClients.BOUND.toNanos();
            while (got < RECORDS && System.nanoTime() < end) {
                got += consumer.poll(Duration.ofMillis(200)).count();
            }
            assertThat(got).isEqualTo(RECORDS);
            assertThat(highest(consumer.metrics(), "fetch-throttle-time-max")).isPositive();
        }
    }

    @Test
    void topicsBeyondTheMutationQuotaAreRefusedWithATimeToWait() {
        set(client(name), "controller_mutation_rate", 1.0);
        assertThat(refusalOfTopic(name, 100)).isNull();
        assertThat(refusalOfTopic(name + "b", 1))
                .as("of another connection, which was not told to wait yet")
                .isInstanceOfSatisfying(
                        ThrottlingQuotaExceededException.class,
                        refusal -> assertThat(refusal.throttleTimeMs()).isPositive());
        try (Admin other = clients.admin()) {
            JavaClients.await(
                    other.createTopics(List.of(new NewTopic(name + "b", 1, (short) 1))).all());
        }
    }

    private @Nullable Throwable refusalOfTopic(String topic, int partitions) {
        try (Admin admin =
                Admin.create(Map.of("bootstrap.servers", clients.bootstrap(), "client.id", name))) {
            CreateTopicsOptions once = new CreateTopicsOptions().retryOnQuotaViolation(false);
            JavaClients.await(
                    admin.createTopics(List.of(new NewTopic(topic, partitions, (short) 1)), once)
                            .all());
            return null;
        } catch (ThrottlingQuotaExceededException refusal) {
            return refusal;
        }
    }

    @Test
    void quotasAreFoundByEveryKindOfFilterAndRemoved() {
        Map<String, String> anyClient = new HashMap<>();
        anyClient.put(ClientQuotaEntity.USER, name);
        anyClient.put(ClientQuotaEntity.CLIENT_ID, null);
        ClientQuotaEntity pair = new ClientQuotaEntity(anyClient);
        ClientQuotaEntity user = new ClientQuotaEntity(Map.of(ClientQuotaEntity.USER, name));
        set(user, "request_percentage", 50.0);
        set(pair, "producer_byte_rate", 1000.0);
        ClientQuotaFilterComponent named =
                ClientQuotaFilterComponent.ofEntity(ClientQuotaEntity.USER, name);
        assertThat(described(ClientQuotaFilter.contains(List.of(named))))
                .containsOnlyKeys(user, pair);
        assertThat(described(ClientQuotaFilter.containsOnly(List.of(named))))
                .containsExactly(Map.entry(user, Map.of("request_percentage", 50.0)));
        assertThat(
                        described(
                                ClientQuotaFilter.contains(
                                        List.of(
                                                named,
                                                ClientQuotaFilterComponent.ofDefaultEntity(
                                                        ClientQuotaEntity.CLIENT_ID)))))
                .containsOnlyKeys(pair);
        assertThat(
                        described(
                                ClientQuotaFilter.contains(
                                        List.of(
                                                named,
                                                ClientQuotaFilterComponent.ofEntityType(
                                                        ClientQuotaEntity.CLIENT_ID)))))
                .containsOnlyKeys(pair);
        set(pair, "producer_byte_rate", null);
        assertThat(described(ClientQuotaFilter.contains(List.of(named)))).containsOnlyKeys(user);
        set(user, "request_percentage", null);
        assertThat(described(ClientQuotaFilter.contains(List.of(named)))).isEmpty();
    }

    private Map<ClientQuotaEntity, Map<String, Double>> described(ClientQuotaFilter filter) {
        try (Admin admin = clients.admin()) {
            return JavaClients.await(admin.describeClientQuotas(filter).entities());
        }
    }

    @Test
    void whatMakesNoSenseIsRefused() {
        ClientQuotaEntity host = new ClientQuotaEntity(Map.of(ClientQuotaEntity.IP, "localhost"));
        assertThatThrownBy(() -> set(host, "connection_creation_rate", 5.0))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("numbers");
        assertThatThrownBy(() -> set(client(name), "connection_creation_rate", 5.0))
                .isInstanceOf(InvalidRequestException.class);
        assertThatThrownBy(() -> set(client(name), "no_such_rate", 5.0))
                .isInstanceOf(InvalidRequestException.class);
    }

    @Test
    void kafkasToolSetsAndShowsQuotas() {
        configs("clients", name, "--alter", "--add-config", "producer_byte_rate=2048");
        assertThat(configs("clients", name, "--describe")).contains("producer_byte_rate=2048");
        configs("clients", name, "--alter", "--delete-config", "producer_byte_rate");
        configs("ips", "10.9.8.7", "--alter", "--add-config", "connection_creation_rate=7");
        assertThat(configs("ips", "10.9.8.7", "--describe")).contains("connection_creation_rate=7");
        configs("ips", "10.9.8.7", "--alter", "--delete-config", "connection_creation_rate");
    }

    private String configs(String type, String entity, String... arguments) {
        List<String> all =
                new ArrayList<>(
                        List.of(
                                "--bootstrap-server",
                                clients.bootstrap(),
                                "--entity-type",
                                type,
                                "--entity-name",
                                entity));
        all.addAll(List.of(arguments));
        return KafkaTools.run("kafka.admin.ConfigCommand", "", all.toArray(String[]::new));
    }
}
