package naru.systemtests;

import static naru.systemtests.JavaClients.await;
import static naru.systemtests.JavaClients.until;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import naru.testkit.BrokerProcess;

import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.ListShareGroupOffsetsSpec;
import org.apache.kafka.clients.admin.SharePartitionOffsetInfo;
import org.apache.kafka.clients.consumer.AcknowledgeType;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaShareConsumer;
import org.apache.kafka.clients.consumer.ShareConsumer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.GroupState;
import org.apache.kafka.common.GroupType;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.errors.GroupNotEmptyException;
import org.apache.kafka.common.errors.UnsupportedVersionException;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.IntStream;

/** Queues (KIP-932) with the Java client's share consumer. */
class ShareGroupsIT {
    private static final Map<String, String> SETTINGS =
            Map.of(
                    "group.share.min.record.lock.duration.ms", "1000",
                    "group.share.min.heartbeat.interval.ms", "500",
                    "group.share.heartbeat.interval.ms", "500");

    private static @Nullable BrokerProcess broker;

    private final JavaClients clients = new JavaClients(started().bootstrap());
    private final String topic = SharedBroker.unique("queue");
    private final String group = SharedBroker.unique("sharers");

    private static synchronized BrokerProcess started() {
        BrokerProcess known = broker;
        if (known == null) {
            known = Target.start(SETTINGS);
            Runtime.getRuntime().addShutdownHook(new Thread(known::close));
            broker = known;
        }
        return known;
    }

    private ShareConsumer<String, String> member(String... settings) {
        return member(clients, settings);
    }

    private ShareConsumer<String, String> member(JavaClients of, String... settings) {
        Map<String, Object> all = new HashMap<>();
        all.put("bootstrap.servers", of.bootstrap());
        all.put("group.id", group);
        for (int i = 0; i < settings.length; i += 2) {
            all.put(settings[i], settings[i + 1]);
        }
        ShareConsumer<String, String> consumer =
                new KafkaShareConsumer<>(all, new StringDeserializer(), new StringDeserializer());
        consumer.subscribe(List.of(topic));
        return consumer;
    }

    private void configureGroup(JavaClients of, String... settings) {
        List<AlterConfigOp> changes = new ArrayList<>();
        changes.add(set("share.auto.offset.reset", "earliest"));
        for (int i = 0; i < settings.length; i += 2) {
            changes.add(set(settings[i], settings[i + 1]));
        }
        try (Admin admin = of.admin()) {
            await(
                    admin.incrementalAlterConfigs(
                                    Map.of(
                                            new ConfigResource(ConfigResource.Type.GROUP, group),
                                            changes))
                            .all());
        }
    }

    private static AlterConfigOp set(String key, String value) {
        return new AlterConfigOp(new ConfigEntry(key, value), AlterConfigOp.OpType.SET);
    }

    private static List<ConsumerRecord<String, String>> poll(
            ShareConsumer<String, String> consumer, int count) {
        List<ConsumerRecord<String, String>> records = new ArrayList<>();
        until(
                count + " records",
                () -> {
                    consumer.poll(Duration.ofMillis(100)).forEach(records::add);
                    return records.size() >= count;
                });
        return records;
    }

    private static Set<String> values(List<ConsumerRecord<String, String>> records) {
        Set<String> values = new TreeSet<>();
        records.forEach(record -> values.add(record.value()));
        return values;
    }

    private static Set<String> numbers(int count) {
        return new TreeSet<>(IntStream.range(0, count).mapToObj(Integer::toString).toList());
    }

    private @Nullable SharePartitionOffsetInfo offsets() {
        try (Admin admin = clients.admin()) {
            Map<TopicPartition, SharePartitionOffsetInfo> all =
                    await(
                            admin.listShareGroupOffsets(
                                            Map.of(group, new ListShareGroupOffsetsSpec()))
                                    .partitionsToOffsetInfo(group));
            return all.get(new TopicPartition(topic, 0));
        }
    }

    /** Records that are not settled; Kafka tells the start offset a write late. */
    private long lag() {
        @Nullable SharePartitionOffsetInfo info = offsets();
        return info == null ? -1 : info.lag().orElse(-1L);
    }

    private long startOffset() {
        SharePartitionOffsetInfo info = offsets();
        return info == null ? -1 : info.startOffset();
    }

    @Test
    void polledRecordsAreAcknowledgedByTheNextPoll() {
        clients.createTopic(topic, 1);
        configureGroup(clients);
        clients.sendNumbers(topic, 100);
        try (ShareConsumer<String, String> consumer = member()) {
            assertThat(values(poll(consumer, 100))).isEqualTo(numbers(100));
            consumer.poll(Duration.ofMillis(100));
            until("all acknowledged", () -> lag() == 0);
        }
        try (ShareConsumer<String, String> next = member()) {
            clients.sendNumbers(topic, 1);
            assertThat(poll(next, 1)).singleElement().matches(record -> record.offset() == 100);
        }
    }

    @Test
    void membersShareOnePartitionAndNoRecordIsHeldByTwo() {
        clients.createTopic(topic, 1);
        configureGroup(clients);
        Map<Long, Integer> seen = new TreeMap<>();
        Set<Integer> served = new HashSet<>();
        List<ShareConsumer<String, String>> members = new ArrayList<>();
        try {
            for (int i = 0; i < 3; i++) {
                members.add(member("max.poll.records", "10"));
            }
            members.forEach(member -> member.poll(Duration.ofMillis(10)));
            try (Producer<String, String> producer = clients.producer()) {
                for (int i = 0; i < 300; i++) {
                    await(producer.send(new ProducerRecord<>(topic, "" + i)));
                }
            }
            until(
                    "300 records",
                    () -> {
                        for (int i = 0; i < members.size(); i++) {
                            int member = i;
                            members.get(i)
                                    .poll(Duration.ofMillis(20))
                                    .forEach(record -> {
                                        seen.merge(record.offset(), 1, Integer::sum);
                                        served.add(member);
                                    });
                        }
                        return seen.size() == 300;
                    });
        } finally {
            members.forEach(ShareConsumer::close);
        }
        assertThat(seen.values()).containsOnly(1);
        assertThat(served).hasSize(3);
    }

    @Test
    void acceptedReleasedAndRejectedRecordsGoTheirWays() {
        clients.createTopic(topic, 1);
        configureGroup(clients);
        clients.sendNumbers(topic, 3);
        try (ShareConsumer<String, String> consumer =
                member("share.acknowledgement.mode", "explicit")) {
            for (ConsumerRecord<String, String> record : poll(consumer, 3)) {
                consumer.acknowledge(
                        record,
                        switch (record.value()) {
                            case "0" -> AcknowledgeType.ACCEPT;
                            case "1" -> AcknowledgeType.RELEASE;
                            default -> AcknowledgeType.REJECT;
                        });
            }
            assertThat(consumer.commitSync().values()).allMatch(error -> error.isEmpty());
            ConsumerRecord<String, String> again = poll(consumer, 1).getFirst();
            assertThat(again.value()).isEqualTo("1");
            assertThat(again.deliveryCount()).contains((short) 2);
            consumer.acknowledge(again);
            assertThat(consumer.commitSync().values()).allMatch(error -> error.isEmpty());
        }
        assertThat(lag()).isZero();
    }

    @Test
    void recordHeldForTooLongIsDeliveredToAnother() {
        clients.createTopic(topic, 1);
        configureGroup(clients, "share.record.lock.duration.ms", "2000");
        clients.sendNumbers(topic, 1);
        try (ShareConsumer<String, String> slow = member("share.acknowledgement.mode", "explicit");
                ShareConsumer<String, String> quick =
                        member("share.acknowledgement.mode", "explicit")) {
            assertThat(poll(slow, 1)).hasSize(1);
            ConsumerRecord<String, String> again = poll(quick, 1).getFirst();
            assertThat(again.deliveryCount())
                    .hasValueSatisfying(n -> assertThat(n).isGreaterThan((short) 1));
            quick.acknowledge(again);
            assertThat(quick.commitSync().values()).allMatch(error -> error.isEmpty());
        }
    }

    @Test
    void renewedRecordStaysWithItsHolder() {
        clients.createTopic(topic, 1);
        configureGroup(clients, "share.record.lock.duration.ms", "3000");
        clients.sendNumbers(topic, 1);
        try (ShareConsumer<String, String> holder =
                        member("share.acknowledgement.mode", "explicit");
                ShareConsumer<String, String> other =
                        member("share.acknowledgement.mode", "explicit")) {
            ConsumerRecord<String, String> record = poll(holder, 1).getFirst();
            long end = System.nanoTime() + Duration.ofSeconds(5).toNanos();
            while (System.nanoTime() < end) {
                holder.acknowledge(record, AcknowledgeType.RENEW);
                assertThat(holder.commitSync().values()).allMatch(error -> error.isEmpty());
                assertThat(other.poll(Duration.ofMillis(200)).count()).isZero();
                record = poll(holder, 1).getFirst();
            }
            holder.acknowledge(record);
            assertThat(holder.commitSync().values()).allMatch(error -> error.isEmpty());
        }
        assertThat(lag()).isZero();
    }

    @Test
    void recordDeliveredToTheLimitIsGivenUp() {
        clients.createTopic(topic, 1);
        configureGroup(clients, "share.delivery.count.limit", "2");
        clients.sendNumbers(topic, 1);
        try (ShareConsumer<String, String> consumer =
                member("share.acknowledgement.mode", "explicit")) {
            for (int delivery = 1; delivery <= 2; delivery++) {
                ConsumerRecord<String, String> record = poll(consumer, 1).getFirst();
                assertThat(record.deliveryCount()).contains((short) delivery);
                consumer.acknowledge(record, AcknowledgeType.RELEASE);
                consumer.commitSync();
            }
            clients.send(new ProducerRecord<>(topic, "next"));
            ConsumerRecord<String, String> next = poll(consumer, 1).getFirst();
            assertThat(next.value()).isEqualTo("next");
            consumer.acknowledge(next);
            consumer.commitSync();
        }
    }

    @Test
    void recordsOfAbortedTransactionsAreNotDelivered() {
        clients.createTopic(topic, 1);
        configureGroup(clients, "share.isolation.level", "read_committed");
        Assumptions.assumeTrue(hasTransactions(), "the target has transactions");
        try (Producer<String, String> producer = clients.producer("transactional.id", topic)) {
            producer.initTransactions();
            for (String value : List.of("no", "yes")) {
                producer.beginTransaction();
                await(producer.send(new ProducerRecord<>(topic, value)));
                if (value.equals("yes")) {
                    producer.commitTransaction();
                } else {
                    producer.abortTransaction();
                }
            }
        }
        try (ShareConsumer<String, String> consumer = member()) {
            assertThat(values(poll(consumer, 1))).containsExactly("yes");
        }
    }

    private boolean hasTransactions() {
        try (Admin admin = clients.admin()) {
            await(admin.listTransactions().all());
            return true;
        } catch (UnsupportedVersionException notServed) {
            return false;
        }
    }

    @Test
    void groupIsListedDescribedResetAndDeleted() {
        clients.createTopic(topic, 1);
        configureGroup(clients);
        clients.sendNumbers(topic, 5);
        try (Admin admin = clients.admin()) {
            try (ShareConsumer<String, String> consumer = member()) {
                poll(consumer, 5);
                assertThat(consumer.commitSync().values()).allMatch(error -> error.isEmpty());
                assertThat(await(admin.listGroups().all()))
                        .filteredOn(listing -> listing.groupId().equals(group))
                        .singleElement()
                        .matches(listing -> listing.type().equals(Optional.of(GroupType.SHARE)));
                var described = await(admin.describeShareGroups(List.of(group)).all()).get(group);
                assertThat(described.groupState()).isEqualTo(GroupState.STABLE);
                assertThat(described.members())
                        .singleElement()
                        .satisfies(each ->
                                assertThat(each.assignment().topicPartitions())
                                        .containsExactly(new TopicPartition(topic, 0)));
                assertThatThrownBy(() -> await(admin.deleteShareGroups(List.of(group)).all()))
                        .isInstanceOf(GroupNotEmptyException.class);
            }
            until("an empty group", () -> isEmpty(admin));
            assertThat(lag()).isZero();
            for (String protocol : List.of("classic", "consumer")) {
                assertThatThrownBy(() -> consumeWith(protocol)).isInstanceOf(ApiException.class);
            }
            await(
                    admin.alterShareGroupOffsets(group, Map.of(new TopicPartition(topic, 0), 2L))
                            .all());
            assertThat(startOffset()).isEqualTo(2);
            try (ShareConsumer<String, String> consumer = member()) {
                assertThat(values(poll(consumer, 3))).containsExactly("2", "3", "4");
            }
            until("an empty group", () -> isEmpty(admin));
            await(admin.deleteShareGroupOffsets(group, Set.of(topic)).all());
            await(admin.deleteShareGroups(List.of(group)).all());
            assertThat(await(admin.listGroups().all()))
                    .noneMatch(listing -> listing.groupId().equals(group));
        }
    }

    private void consumeWith(String protocol) {
        try (Consumer<String, String> consumer =
                clients.consumer("group.id", group, "group.protocol", protocol)) {
            consumer.subscribe(List.of(topic));
            until("records", () -> !consumer.poll(Duration.ofMillis(100)).isEmpty());
        }
    }

    private boolean isEmpty(Admin admin) {
        return await(admin.describeShareGroups(List.of(group)).all()).get(group).groupState()
                == GroupState.EMPTY;
    }

    @Test
    void acknowledgedRecordsStayAcknowledgedAfterAKill() {
        try (BrokerProcess own = Target.start(SETTINGS)) {
            JavaClients there = new JavaClients(own.bootstrap());
            there.createTopic(topic, 1);
            configureGroup(there);
            there.sendNumbers(topic, 50);
            Set<String> accepted = new TreeSet<>();
            try (ShareConsumer<String, String> consumer =
                    member(
                            there,
                            "share.acknowledgement.mode",
                            "explicit",
                            "max.poll.records",
                            "10")) {
                for (ConsumerRecord<String, String> record : poll(consumer, 50)) {
                    boolean accepts = record.offset() % 2 == 0;
                    consumer.acknowledge(
                            record, accepts ? AcknowledgeType.ACCEPT : AcknowledgeType.RELEASE);
                    if (accepts) {
                        accepted.add(record.value());
                    }
                    if (record.offset() == 49) {
                        break;
                    }
                }
                assertThat(consumer.commitSync().values()).allMatch(error -> error.isEmpty());
                own.kill();
            }
            own.restart();
            Set<String> rest = new TreeSet<>(numbers(50));
            rest.removeAll(accepted);
            try (ShareConsumer<String, String> consumer = member(there)) {
                assertThat(values(poll(consumer, rest.size()))).isEqualTo(rest);
            }
        }
    }

    @Test
    void rejectedRecordsAreCopiedToTheDeadLetterTopic() {
        Assumptions.assumeTrue(
                Target.chosen() == Target.NARU, "Kafka 4.3 has no dead-letter topics yet");
        String dead = "dlq." + topic;
        clients.createTopic(topic, 1);
        clients.createTopic(dead, 1, "errors.deadletterqueue.group.enable", "true");
        configureGroup(
                clients,
                "errors.deadletterqueue.topic.name",
                dead,
                "errors.deadletterqueue.copy.record.enable",
                "true");
        clients.sendNumbers(topic, 2);
        try (ShareConsumer<String, String> consumer =
                member("share.acknowledgement.mode", "explicit")) {
            for (ConsumerRecord<String, String> record : poll(consumer, 2)) {
                consumer.acknowledge(
                        record,
                        record.offset() == 1 ? AcknowledgeType.REJECT : AcknowledgeType.ACCEPT);
            }
            consumer.commitSync();
        }
        ConsumerRecord<String, String> letter =
                clients.read(new TopicPartition(dead, 0), 1).getFirst();
        assertThat(letter.value()).isEqualTo("1");
        assertThat(header(letter, "__dlq.errors.topic")).isEqualTo(topic);
        assertThat(header(letter, "__dlq.errors.offset")).isEqualTo("1");
        until("the start offset behind the dead letter", () -> startOffset() == 2);
    }

    private static String header(ConsumerRecord<String, String> record, String name) {
        return new String(record.headers().lastHeader(name).value(), StandardCharsets.UTF_8);
    }

    @Test
    void deadLetterTopicOfAForbiddenNameIsRefused() {
        Assumptions.assumeTrue(
                Target.chosen() == Target.NARU, "Kafka 4.3 has no dead-letter topics yet");
        assertThatThrownBy(() ->
                        configureGroup(clients, "errors.deadletterqueue.topic.name", "payments"))
                .hasMessageContaining("must begin with \"dlq.\"");
    }
}
