package naru.systemtests;

import static naru.systemtests.JavaClients.await;
import static naru.systemtests.JavaClients.until;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.admin.ScramCredentialInfo;
import org.apache.kafka.clients.admin.ScramMechanism;
import org.apache.kafka.clients.admin.UserScramCredentialUpsertion;
import org.apache.kafka.clients.consumer.AcknowledgeType;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaShareConsumer;
import org.apache.kafka.clients.consumer.ShareConsumer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.quota.ClientQuotaAlteration;
import org.apache.kafka.common.quota.ClientQuotaEntity;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.streams.StreamsBuilder;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * What clients leave in a data folder, one round in each broker that runs on it, and the proof that
 * the next broker has it: {@link #add} in one, {@link #verify} in the other.
 */
final class FolderContents {
    private static final int RECORDS = 200;
    private static final List<String> CODECS = List.of("none", "gzip", "snappy", "lz4", "zstd");

    private final JavaClients clients;
    private final int loginPort;

    /** Transactions that are open when the broker goes, by their rounds. */
    private final Map<Integer, Producer<String, String>> open = new HashMap<>();

    FolderContents(JavaClients clients, int loginPort) {
        this.clients = clients;
        this.loginPort = loginPort;
    }

    /** Something of every kind, under names of this round. */
    void add(int round) {
        records(round);
        transactions(round);
        groups(round);
        if (round <= 2) {
            clients.createTopic("input-" + round, 1);
            clients.createTopic("output-" + round, 1);
            stream(round, 10);
        }
        try (Admin admin = clients.admin()) {
            settings(admin, round);
            access(admin, round);
            changedTopics(admin, round);
        }
    }

    /** What the broker of this round has left behaves as it would in that broker. */
    void verify(int round) {
        String topic = "records-" + round;
        assertThat(clients.readAll(topic)).isEqualTo(numbers(CODECS.size() * RECORDS));
        verifyOpenTransaction(round);
        verifyGroups(round);
        verifyLogin(round);
        if (round <= 2) {
            stream(round, 1);
            assertThat(clients.readAll("output-" + round)).hasSize(11);
        }
    }

    /** Lets a streams application copy as many new records, and waits until it has. */
    private void stream(int round, int count) {
        clients.sendNumbers("input-" + round, count);
        StreamsBuilder builder = new StreamsBuilder();
        builder.stream("input-" + round).to("output-" + round);
        int before = clients.readAll("output-" + round).size();
        try (var application =
                StreamsInstance.start(clients.bootstrap(), "copier-" + round, builder.build())) {
            application.awaitRunning();
            until("copies", () -> clients.readAll("output-" + round).size() == before + count);
        }
    }

    private static List<String> numbers(int count) {
        return IntStream.range(0, count).mapToObj(Integer::toString).toList();
    }

    private void records(int round) {
        String topic = "records-" + round;
        clients.createTopic(topic, 1, "segment.bytes", "1048576");
        int next = 0;
        for (String codec : CODECS) {
            try (Producer<String, String> producer =
                    clients.producer("compression.type", codec, "linger.ms", "5")) {
                for (int i = 0; i < RECORDS; i++) {
                    var _ = producer.send(new ProducerRecord<>(topic, "k" + i, "" + next++));
                }
            }
        }
    }

    private void transactions(int round) {
        String topic = "transactions-" + round;
        clients.createTopic(topic, 1);
        try (Producer<String, String> producer =
                clients.producer("transactional.id", "done-" + round)) {
            producer.initTransactions();
            for (String end : List.of("committed", "aborted")) {
                producer.beginTransaction();
                await(producer.send(new ProducerRecord<>(topic, "key", end)));
                if (end.equals("aborted")) {
                    producer.abortTransaction();
                } else {
                    producer.commitTransaction();
                }
            }
        }
        Producer<String, String> left = clients.producer("transactional.id", "open-" + round);
        left.initTransactions();
        left.beginTransaction();
        await(left.send(new ProducerRecord<>(topic, "key", "half")));
        open.put(round, left);
        clients.send(new ProducerRecord<>(topic, "key", "behind"));
    }

    /**
     * Every second open transaction goes on as if nothing had happened; the others are ended by
     * somebody who takes their id, and their producer is fenced.
     */
    private void verifyOpenTransaction(int round) {
        TopicPartition partition = new TopicPartition("transactions-" + round, 0);
        try (Consumer<String, String> consumer =
                        clients.consumer("isolation.level", "read_committed");
                Producer<String, String> producer = open.remove(round)) {
            consumer.assign(List.of(partition));
            assertThat(values(JavaClients.poll(consumer, 1))).containsExactly("committed");
            long end = consumer.endOffsets(List.of(partition)).get(partition);
            assertThat(end).as("offset of the open transaction").isEqualTo(4);
            if (round % 2 == 1) {
                await(producer.send(new ProducerRecord<>(partition.topic(), "key", "rest")));
                producer.commitTransaction();
                assertThat(values(JavaClients.poll(consumer, 3)))
                        .containsExactly("half", "behind", "rest");
                return;
            }
            try (Producer<String, String> next =
                    clients.producer("transactional.id", "open-" + round)) {
                next.initTransactions();
                assertThat(values(JavaClients.poll(consumer, 1))).containsExactly("behind");
            }
            assertThatThrownBy(
                            () -> {
                                await(
                                        producer.send(
                                                new ProducerRecord<>(
                                                        partition.topic(), "key", "late")));
                                producer.commitTransaction();
                            })
                    .isInstanceOfAny(
                            ProducerFencedException.class, InvalidProducerEpochException.class);
        }
    }

    private void groups(int round) {
        for (String protocol : List.of("classic", "consumer")) {
            try (Consumer<String, String> consumer =
                    clients.consumer(
                            "group.id",
                            protocol + "-" + round,
                            "group.protocol",
                            protocol,
                            "max.poll.records",
                            "7")) {
                consumer.subscribe(List.of("records-" + round));
                JavaClients.poll(consumer, 1);
                consumer.commitSync();
            }
        }
        try (Admin admin = clients.admin()) {
            set(
                    admin,
                    ConfigResource.Type.GROUP,
                    "queue-" + round,
                    Map.of("share.auto.offset.reset", "earliest"));
        }
        try (ShareConsumer<String, String> worker = worker(round)) {
            int accepted = 0;
            for (ConsumerRecord<String, String> job : pollShare(worker)) {
                worker.acknowledge(
                        job, accepted++ < 5 ? AcknowledgeType.ACCEPT : AcknowledgeType.RELEASE);
            }
            worker.commitSync();
        }
    }

    private void verifyGroups(int round) {
        for (String protocol : List.of("classic", "consumer")) {
            try (Consumer<String, String> consumer =
                    clients.consumer(
                            "group.id", protocol + "-" + round, "group.protocol", protocol)) {
                consumer.subscribe(List.of("records-" + round));
                assertThat(JavaClients.poll(consumer, 1).getFirst().value()).isEqualTo("7");
            }
        }
        try (ShareConsumer<String, String> worker = worker(round)) {
            ConsumerRecord<String, String> job = pollShare(worker).getFirst();
            assertThat(job.value()).isEqualTo("5");
            // The worker of the last round may have fetched it once more before it was closed.
            assertThat(job.deliveryCount().orElseThrow()).isGreaterThanOrEqualTo((short) 2);
        }
    }

    private ShareConsumer<String, String> worker(int round) {
        Map<String, Object> settings =
                Map.of(
                        "bootstrap.servers",
                        clients.bootstrap(),
                        "group.id",
                        "queue-" + round,
                        "share.acknowledgement.mode",
                        "explicit",
                        "max.poll.records",
                        "10");
        ShareConsumer<String, String> worker =
                new KafkaShareConsumer<>(
                        settings, new StringDeserializer(), new StringDeserializer());
        worker.subscribe(List.of("records-" + round));
        return worker;
    }

    private static List<ConsumerRecord<String, String>> pollShare(
            ShareConsumer<String, String> worker) {
        List<ConsumerRecord<String, String>> jobs = new ArrayList<>();
        until(
                "jobs",
                () -> {
                    worker.poll(Duration.ofMillis(100)).forEach(jobs::add);
                    return !jobs.isEmpty();
                });
        return jobs;
    }

    private static void settings(Admin admin, int round) {
        set(
                admin,
                ConfigResource.Type.TOPIC,
                "records-" + round,
                Map.of("retention.ms", "" + (900_000_000 + round)));
        set(
                admin,
                ConfigResource.Type.BROKER,
                "1",
                Map.of("log.retention.ms", "" + (800_000_000 + round)));
        set(
                admin,
                ConfigResource.Type.BROKER,
                "",
                Map.of("message.max.bytes", "" + (2_000_000 + round), "num.io.threads", "7"));
        set(
                admin,
                ConfigResource.Type.CLIENT_METRICS,
                "metrics-" + round,
                Map.of("interval.ms", "60000", "metrics", "org.apache.kafka.producer."));
        for (Map<String, String> entity :
                List.of(
                        Map.of(ClientQuotaEntity.USER, "user-" + round),
                        Map.of(ClientQuotaEntity.CLIENT_ID, "client-" + round),
                        Map.of(ClientQuotaEntity.IP, "10.0.0." + round))) {
            String quota =
                    entity.containsKey(ClientQuotaEntity.IP)
                            ? "connection_creation_rate"
                            : "producer_byte_rate";
            await(
                    admin.alterClientQuotas(
                                    List.of(
                                            new ClientQuotaAlteration(
                                                    new ClientQuotaEntity(entity),
                                                    List.of(
                                                            new ClientQuotaAlteration.Op(
                                                                    quota, 1e6 + round)))))
                            .all());
        }
    }

    private static void set(
            Admin admin, ConfigResource.Type type, String name, Map<String, String> values) {
        Collection<AlterConfigOp> changes = new ArrayList<>();
        values.forEach((key, value) ->
                changes.add(
                        new AlterConfigOp(new ConfigEntry(key, value), AlterConfigOp.OpType.SET)));
        await(admin.incrementalAlterConfigs(Map.of(new ConfigResource(type, name), changes)).all());
    }

    private static void access(Admin admin, int round) {
        await(
                admin.alterUserScramCredentials(
                                List.of(
                                        new UserScramCredentialUpsertion(
                                                "user-" + round,
                                                new ScramCredentialInfo(
                                                        ScramMechanism.SCRAM_SHA_256, 4096),
                                                "secret-" + round)))
                        .all());
        await(
                admin.createAcls(
                                List.of(
                                        new AclBinding(
                                                new ResourcePattern(
                                                        ResourceType.TOPIC,
                                                        "records-" + round,
                                                        PatternType.LITERAL),
                                                new AccessControlEntry(
                                                        "User:user-" + round,
                                                        "*",
                                                        AclOperation.READ,
                                                        AclPermissionType.ALLOW))))
                        .all());
    }

    /** The user of that round may log in, read one topic, and no other. */
    private void verifyLogin(int round) {
        String login =
                "org.apache.kafka.common.security.scram.ScramLoginModule required username=\"user-%d\" password=\"secret-%d\";"
                        .formatted(round, round);
        try (Consumer<String, String> consumer =
                new JavaClients("127.0.0.1:" + loginPort)
                        .consumer(
                                "security.protocol",
                                "SASL_PLAINTEXT",
                                "sasl.mechanism",
                                "SCRAM-SHA-256",
                                "sasl.jaas.config",
                                login)) {
            TopicPartition own = new TopicPartition("records-" + round, 0);
            consumer.assign(List.of(own));
            assertThat(JavaClients.poll(consumer, 1).getFirst().value()).isEqualTo("0");
            assertThatThrownBy(() -> consumer.partitionsFor("transactions-" + round))
                    .isInstanceOf(TopicAuthorizationException.class);
        }
    }

    private void changedTopics(Admin admin, int round) {
        clients.createTopic("gone-" + round, 1);
        clients.createTopic("cut-" + round, 1);
        clients.sendNumbers("cut-" + round, 10);
        TopicPartition cut = new TopicPartition("cut-" + round, 0);
        await(admin.deleteRecords(Map.of(cut, RecordsToDelete.beforeOffset(4))).all());
        await(admin.createPartitions(Map.of(cut.topic(), NewPartitions.increaseTo(3))).all());
        await(admin.deleteTopics(List.of("gone-" + round)).all());
    }

    private static List<String> values(List<ConsumerRecord<String, String>> records) {
        return records.stream().map(ConsumerRecord::value).toList();
    }
}
