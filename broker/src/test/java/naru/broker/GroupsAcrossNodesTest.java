package naru.broker;

import static naru.broker.ThreeNodes.get;
import static naru.broker.ThreeNodes.inEach;
import static naru.broker.ThreeNodes.send;

import static org.assertj.core.api.Assertions.assertThat;

import static java.util.Objects.requireNonNull;

import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.ListShareGroupOffsetsSpec;
import org.apache.kafka.clients.admin.SharePartitionOffsetInfo;
import org.apache.kafka.clients.consumer.AcknowledgeType;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.KafkaShareConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;

/** Groups and queues whose partitions and coordinators are on different nodes. */
@Timeout(180)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class GroupsAcrossNodesTest {
    private static final String OFFSETS = Topic.GROUP_METADATA_TOPIC_NAME;
    private static final String STATES = Topic.SHARE_GROUP_STATE_TOPIC_NAME;
    private static final int RECORDS = 20;

    private ThreeNodes nodes;
    private String topic = "";

    @BeforeAll
    void start(@TempDir Path folder) {
        nodes = new ThreeNodes(folder);
        nodes.createTopic("first", Map.of());
        try (KafkaConsumer<String, String> first = nodes.consumer("first", "classic")) {
            first.commitSync(Map.of(new TopicPartition("first", 0), new OffsetAndMetadata(0)));
        }
        nodes.awaitOnAll(image -> image.topic(OFFSETS) != null);
    }

    @AfterAll
    void stop() {
        nodes.close();
    }

    @BeforeEach
    void create(TestInfo test) {
        topic = test.getTestMethod().orElseThrow().getName();
        nodes.createTopic(topic, Map.of());
    }

    private String[] values(String of) {
        return IntStream.range(0, RECORDS).mapToObj(i -> of + " " + i).toArray(String[]::new);
    }

    private void produce(String of) {
        try (KafkaProducer<String, String> producer = nodes.producer("acks", "all")) {
            for (String value : values(of)) {
                send(producer, topic, value);
            }
        }
    }

    // ---- consumer groups ----

    private static void readUntil(
            KafkaConsumer<String, String> member, List<String> read, List<String> wanted) {
        ClusterOfNodes.awaitUntil(() -> {
            member.poll(Duration.ofMillis(100)).forEach(record -> read.add(record.value()));
            return read.containsAll(wanted);
        });
        member.commitSync(Duration.ofSeconds(60));
    }

    private Map<Integer, Long> committed(String group) {
        Map<Integer, Long> offsets = new TreeMap<>();
        try (Admin admin = nodes.admin()) {
            get(admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata())
                    .forEach((partition, offset) ->
                            offsets.put(partition.partition(), offset.offset()));
        }
        return offsets;
    }

    private static Map<Integer, Long> all(long offset) {
        return Map.of(0, offset, 1, offset, 2, offset);
    }

    @Test
    void groupsGoOnWhenTheirCoordinatorHasVanished() {
        int gone = nodes.coordinator(OFFSETS, "anything");
        String classic = nodes.key("classic", OFFSETS, node -> node == gone);
        String modern = nodes.key("modern", OFFSETS, node -> node == gone);
        String idle = nodes.key("idle", OFFSETS, node -> node == gone);
        produce("before");
        List<String> ofClassic = new ArrayList<>();
        List<String> ofModern = new ArrayList<>();
        try (KafkaConsumer<String, String> first = nodes.consumer(classic, "classic");
                KafkaConsumer<String, String> second = nodes.consumer(modern, "consumer")) {
            first.subscribe(List.of(topic));
            second.subscribe(List.of(topic));
            readUntil(first, ofClassic, inEach(values("before")));
            readUntil(second, ofModern, inEach(values("before")));
            first.commitSync(
                    Map.of(new TopicPartition(topic, 0), new OffsetAndMetadata(RECORDS)),
                    Duration.ofSeconds(60));
            try (KafkaConsumer<String, String> once = nodes.consumer(idle, "classic")) {
                once.commitSync(Map.of(new TopicPartition(topic, 1), new OffsetAndMetadata(7)));
            }
            nodes.vanish(gone);
            produce("after");
            readUntil(first, ofClassic, inEach(values("after")));
            readUntil(second, ofModern, inEach(values("after")));
        }
        List<String> sent = new ArrayList<>(inEach(values("before")));
        sent.addAll(inEach(values("after")));
        assertThat(ofClassic).containsExactlyInAnyOrderElementsOf(sent);
        assertThat(ofModern).containsExactlyInAnyOrderElementsOf(sent);
        assertThat(committed(classic)).isEqualTo(all(2 * RECORDS));
        assertThat(committed(modern)).isEqualTo(all(2 * RECORDS));
        assertThat(committed(idle)).isEqualTo(Map.of(1, 7L));

        nodes.bringBack(gone);
        assertThat(nodes.coordinator(OFFSETS, classic)).isEqualTo(gone);
        assertThat(committed(classic)).as("where it was at first").isEqualTo(all(2 * RECORDS));
        assertThat(committed(idle)).isEqualTo(Map.of(1, 7L));
    }

    // ---- queues ----

    private KafkaShareConsumer<String, String> sharer(String group) {
        KafkaShareConsumer<String, String> member =
                new KafkaShareConsumer<>(
                        nodes.client("group.id", group, "share.acknowledgement.mode", "explicit"),
                        new StringDeserializer(),
                        new StringDeserializer());
        member.subscribe(List.of(topic));
        return member;
    }

    private void configure(String group, Map<String, String> settings) {
        try (Admin admin = nodes.admin()) {
            List<AlterConfigOp> all =
                    settings.entrySet().stream()
                            .map(each ->
                                    new AlterConfigOp(
                                            new ConfigEntry(each.getKey(), each.getValue()),
                                            AlterConfigOp.OpType.SET))
                            .toList();
            get(
                    admin.incrementalAlterConfigs(
                                    Map.of(
                                            new ConfigResource(ConfigResource.Type.GROUP, group),
                                            all))
                            .all());
        }
    }

    /** How an even record is settled; the others are released. */
    private static boolean isEven(ConsumerRecord<String, String> record) {
        return record.offset() % 2 == 0;
    }

    /** Settles records in this way, as far as that is confirmed, until so many are. */
    private Set<String> settle(
            KafkaShareConsumer<String, String> member,
            AcknowledgeType how,
            boolean all,
            int count) {
        Set<String> settled = new HashSet<>();
        ClusterOfNodes.awaitUntil(() -> {
            List<ConsumerRecord<String, String>> taken = new ArrayList<>();
            member.poll(Duration.ofMillis(200)).forEach(taken::add);
            Set<String> values = new HashSet<>();
            for (ConsumerRecord<String, String> record : taken) {
                boolean wanted = all || isEven(record);
                member.acknowledge(record, wanted ? how : AcknowledgeType.RELEASE);
                if (wanted) {
                    values.add(record.value());
                }
            }
            Map<?, Optional<KafkaException>> outcome = member.commitSync();
            if (outcome.values().stream().allMatch(Optional::isEmpty)) {
                settled.addAll(values);
            }
            return settled.size() >= count;
        });
        return settled;
    }

    /** From where the group reads on in each partition; the lag is told by the leaders. */
    private Map<Integer, SharePartitionOffsetInfo> shareOffsets(String group) {
        Map<Integer, SharePartitionOffsetInfo> offsets = new TreeMap<>();
        try (Admin admin = nodes.admin()) {
            requireNonNull(
                            get(admin.listShareGroupOffsets(
                                                    Map.of(group, new ListShareGroupOffsetsSpec()))
                                            .all())
                                    .get(group))
                    .forEach((partition, info) -> offsets.put(partition.partition(), info));
        }
        return offsets;
    }

    @Test
    void settledRecordsStaySettledWhenShareCoordinatorsVanish() {
        String group = "sharers";
        configure(group, Map.of("share.auto.offset.reset", "earliest"));
        produce("shared");
        Set<String> settled;
        try (KafkaShareConsumer<String, String> member = sharer(group)) {
            settled = settle(member, AcknowledgeType.ACCEPT, false, 3 * RECORDS / 2);
        }
        String key = group + ":" + nodes.topicId(topic) + ":0";
        int gone = nodes.coordinator(STATES, key);
        nodes.vanish(gone);
        Set<String> others;
        try (KafkaShareConsumer<String, String> member = sharer(group)) {
            others = settle(member, AcknowledgeType.ACCEPT, true, 3 * RECORDS - settled.size());
        }
        assertThat(others).doesNotContainAnyElementsOf(settled);
        others.addAll(settled);
        assertThat(others).containsExactlyInAnyOrderElementsOf(inEach(values("shared")));

        nodes.bringBack(gone);
        Map<Integer, SharePartitionOffsetInfo> offsets = shareOffsets(group);
        assertThat(offsets).hasSize(3);
        offsets.values()
                .forEach(info -> {
                    assertThat(info.startOffset()).isEqualTo(RECORDS);
                    assertThat(info.lag()).hasValue(0L);
                });
    }

    @Test
    void offsetsAlteredWhileNobodyReadsHoldOnEveryNode() {
        String group = "returners";
        configure(group, Map.of("share.auto.offset.reset", "earliest"));
        produce("again");
        try (KafkaShareConsumer<String, String> member = sharer(group)) {
            settle(member, AcknowledgeType.ACCEPT, true, 3 * RECORDS);
        }
        try (Admin admin = nodes.admin()) {
            Map<TopicPartition, Long> back = new HashMap<>();
            ThreeNodes.partitions(topic).forEach(partition -> back.put(partition, 1L));
            ClusterOfNodes.awaitUntil(() -> {
                try {
                    get(admin.alterShareGroupOffsets(group, back).all());
                    return true;
                } catch (AssertionError notEmptyYet) {
                    return false;
                }
            });
        }
        Set<String> seen;
        try (KafkaShareConsumer<String, String> member = sharer(group)) {
            seen = settle(member, AcknowledgeType.ACCEPT, true, 3 * (RECORDS - 1));
        }
        assertThat(seen).hasSize(3 * (RECORDS - 1)).doesNotContainAnyElementsOf(inEach("again 0"));
    }

    /** The partition with the same index is led by the same node, so these have one on another. */
    @Test
    void deadLettersReachTheNodeThatLeadsTheirTopic() {
        String group = "rejecters";
        nodes.createTopic(
                "dlq.letters",
                Map.of("errors.deadletterqueue.group.enable", "true"),
                Map.of(0, List.of(2, 3), 1, List.of(3, 1), 2, List.of(1, 2)));
        configure(
                group,
                Map.of(
                        "share.auto.offset.reset", "earliest",
                        "errors.deadletterqueue.topic.name", "dlq.letters",
                        "errors.deadletterqueue.copy.record.enable", "true"));
        produce("rejected");
        try (KafkaShareConsumer<String, String> member = sharer(group)) {
            settle(member, AcknowledgeType.REJECT, true, 3 * RECORDS);
        }

        assertThat(new HashSet<>(nodes.committedUntil("dlq.letters", "rejected 19")))
                .containsExactlyInAnyOrderElementsOf(inEach(values("rejected")));
    }
}
