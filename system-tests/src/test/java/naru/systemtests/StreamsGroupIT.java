package naru.systemtests;

import static naru.systemtests.JavaClients.await;
import static naru.systemtests.JavaClients.until;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.ListGroupsOptions;
import org.apache.kafka.clients.admin.ListStreamsGroupOffsetsSpec;
import org.apache.kafka.clients.admin.StreamsGroupDescription;
import org.apache.kafka.clients.admin.StreamsGroupMemberAssignment;
import org.apache.kafka.clients.admin.StreamsGroupMemberDescription;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.GroupState;
import org.apache.kafka.common.GroupType;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.errors.GroupNotEmptyException;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.Grouped;
import org.apache.kafka.streams.kstream.Produced;
import org.apache.kafka.streams.kstream.TimeWindows;
import org.apache.kafka.streams.state.HostInfo;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;

/** Kafka Streams applications with {@code group.protocol=streams} (KIP-1071). */
class StreamsGroupIT {
    private static final int KEYS = 5;
    private static OwnBroker broker;

    private final String input = SharedBroker.unique("input");
    private final String output = SharedBroker.unique("output");
    private final String application = SharedBroker.unique("application");
    private JavaClients clients;

    @BeforeAll
    static void startBroker() {
        broker =
                OwnBroker.start(
                        "group.streams.initial.rebalance.delay.ms", "0",
                        "group.streams.min.heartbeat.interval.ms", "200",
                        "group.streams.heartbeat.interval.ms", "200",
                        "group.streams.assignment.interval.ms", "0",
                        "offsets.topic.num.partitions", "4");
    }

    @AfterAll
    static void stopBroker() {
        broker.close();
    }

    @BeforeEach
    void createTopics() {
        clients = broker.clients();
        clients.createTopic(input, 3);
        clients.createTopic(output, 2);
    }

    // ---- topologies ----

    private Topology upperCase() {
        StreamsBuilder builder = new StreamsBuilder();
        builder.<String, String>stream(input).mapValues(value -> "<" + value + ">").to(output);
        return builder.build();
    }

    /** Counts numbers by their last digit in windows of a day, by way of a repartition topic. */
    private Topology windowedCounts() {
        StreamsBuilder builder = new StreamsBuilder();
        builder.stream(input, Consumed.with(Serdes.String(), Serdes.String()))
                .map((key, value) -> KeyValue.pair("" + Long.parseLong(value) % KEYS, value))
                .groupByKey(Grouped.with(Serdes.String(), Serdes.String()).withName("digits"))
                .windowedBy(TimeWindows.ofSizeWithNoGrace(Duration.ofDays(3_650)))
                .count()
                .toStream()
                .map((window, count) -> KeyValue.pair(window.key(), window.key() + "=" + count))
                .to(output, Produced.with(Serdes.String(), Serdes.String()));
        return builder.build();
    }

    // ---- tests ----

    @Test
    void statelessApplicationPassesEveryRecordOn() {
        clients.sendNumbers(input, 300);
        try (StreamsInstance instance = start(upperCase())) {
            awaitOutput(300);
            assertThat(instance.state().isRunningOrRebalancing()).isTrue();
        }
        assertThat(clients.readAll(output))
                .containsExactlyInAnyOrderElementsOf(
                        IntStream.range(0, 300).mapToObj(i -> "<" + i + ">").toList());
    }

    @Test
    void countsAreExactWhileInstancesComeAndGo() {
        clients.sendNumbers(input, 100);
        try (StreamsInstance stays = start(windowedCounts(), "num.stream.threads", "2")) {
            awaitCounts(20);
            try (StreamsInstance guest = start(windowedCounts())) {
                guest.awaitRunning();
                until("tasks at three members", () -> active().size() == 3 && isStable());
                assertThat(active().values().stream().mapToInt(Set::size).sum())
                        .as("three tasks of each subtopology, each once")
                        .isEqualTo(6);
                clients.sendNumbers(input, 100);
                awaitCounts(40);
            }
            clients.sendNumbers(input, 100);
            awaitCounts(60);
            until("tasks at two members", () -> active().size() == 2 && isStable());
            assertThat(stays.state().isRunningOrRebalancing()).isTrue();
        }
        assertThat(counts().values()).containsOnly(60L).hasSize(KEYS);
        checkInternalTopics();
    }

    private void checkInternalTopics() {
        String repartition = application + "-digits-repartition";
        try (Admin admin = clients.admin()) {
            Set<String> names = await(admin.listTopics().names());
            assertThat(names).contains(repartition);
            String made =
                    names.stream()
                            .filter(name -> name.startsWith(application))
                            .filter(name -> name.endsWith("-changelog"))
                            .findFirst()
                            .orElseThrow();
            var described = await(admin.describeTopics(List.of(repartition, made)).allTopicNames());
            assertThat(described.values())
                    .allSatisfy(topic -> assertThat(topic.partitions()).hasSize(3));
            ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, made);
            var config = await(admin.describeConfigs(List.of(resource)).all()).get(resource);
            assertThat(config.get("cleanup.policy").value()).contains("compact").contains("delete");
        }
    }

    @Test
    void applicationGoesOnAfterTheNodeIsKilled() {
        clients.sendNumbers(input, 100);
        try (StreamsInstance instance = start(windowedCounts())) {
            awaitCounts(20);
            broker.process().kill();
            broker.process().restart();
            clients.sendNumbers(input, 100);
            awaitCounts(40);
            assertThat(instance.state().isRunningOrRebalancing()).isTrue();
        }
        assertThat(counts().keySet()).hasSize(KEYS);
    }

    @Test
    void standbysAreKeptElsewhereAndEndpointsAreKnown() {
        try (Admin admin = clients.admin()) {
            ConfigResource group = new ConfigResource(ConfigResource.Type.GROUP, application);
            await(
                    admin.incrementalAlterConfigs(
                                    Map.of(group, set("streams.num.standby.replicas", "1")))
                            .all());
        }
        clients.sendNumbers(input, 50);
        try (StreamsInstance one = start(windowedCounts(), "application.server", "localhost:7001");
                StreamsInstance two =
                        start(windowedCounts(), "application.server", "localhost:7002")) {
            until("standbys of all stateful tasks", () -> standbys() == 3 && isStable());
            for (StreamsInstance instance : List.of(one, two)) {
                until(
                        "the hosts of all active partitions",
                        () ->
                                instance.streams().metadataForAllStreamsClients().stream()
                                                .filter(host -> !host.topicPartitions().isEmpty())
                                                .map(host -> host.hostInfo())
                                                .toList()
                                                .size()
                                        == 2);
                assertThat(instance.streams().metadataForAllStreamsClients())
                        .extracting(host -> host.hostInfo())
                        .containsExactlyInAnyOrder(
                                new HostInfo("localhost", 7001), new HostInfo("localhost", 7002));
            }
        }
    }

    private static List<AlterConfigOp> set(String name, String value) {
        return List.of(new AlterConfigOp(new ConfigEntry(name, value), AlterConfigOp.OpType.SET));
    }

    @Test
    void groupIsListedDescribedAndDeletedWhenItIsEmpty() {
        clients.sendNumbers(input, 10);
        try (Admin admin = clients.admin()) {
            try (StreamsInstance instance = start(upperCase())) {
                awaitOutput(10);
                until("stable group", this::isStable);
                assertThat(await(admin.listGroups(ListGroupsOptions.forStreamsGroups()).all()))
                        .anySatisfy(listing -> {
                            assertThat(listing.groupId()).isEqualTo(application);
                            assertThat(listing.type()).contains(GroupType.STREAMS);
                        });
                assertThat(describe().subtopologies())
                        .singleElement()
                        .satisfies(each -> assertThat(each.sourceTopics()).containsExactly(input));
                assertThatThrownBy(
                                () -> await(admin.deleteStreamsGroups(List.of(application)).all()))
                        .isInstanceOf(GroupNotEmptyException.class);
                assertThat(instance.state().isRunningOrRebalancing()).isTrue();
            }
            until("empty group", () -> describe().groupState() == GroupState.EMPTY);
            assertThat(
                            await(
                                            admin.listStreamsGroupOffsets(
                                                            Map.of(
                                                                    application,
                                                                    new ListStreamsGroupOffsetsSpec()))
                                                    .partitionsToOffsetAndMetadata(application))
                                    .values())
                    .allSatisfy(offset -> assertThat(offset.offset()).isPositive());
            await(admin.deleteStreamsGroups(List.of(application)).all());
            assertThatThrownBy(this::describe).isInstanceOf(GroupIdNotFoundException.class);
        }
    }

    @Test
    void kafkasToolShowsTheGroup() {
        clients.sendNumbers(input, 10);
        try (StreamsInstance instance = start(upperCase())) {
            awaitOutput(10);
            until("stable group", this::isStable);
            assertThat(tool("--list")).contains(application);
            assertThat(tool("--describe", "--group", application, "--state")).contains("Stable");
            assertThat(tool("--describe", "--group", application, "--members")).contains("ACTIVE");
            assertThat(tool("--describe", "--group", application)).contains(input);
            assertThat(instance.state().isRunningOrRebalancing()).isTrue();
        }
    }

    private String tool(String... arguments) {
        List<String> command = new ArrayList<>();
        command.add(System.getProperty("java.home") + "/bin/java");
        command.addAll(List.of("-XX:TieredStopAtLevel=1", "-cp"));
        command.add(System.getProperty("java.class.path"));
        command.add("org.apache.kafka.tools.streams.StreamsGroupCommand");
        command.addAll(List.of("--bootstrap-server", clients.bootstrap()));
        command.addAll(List.of(arguments));
        return Program.run(command).succeeded();
    }

    // ---- what can be seen ----

    private StreamsInstance start(Topology topology, String... settings) {
        return StreamsInstance.start(clients.bootstrap(), application, topology, settings);
    }

    private StreamsGroupDescription describe() {
        try (Admin admin = clients.admin()) {
            return await(
                    admin.describeStreamsGroups(List.of(application))
                            .describedGroups()
                            .get(application));
        }
    }

    private boolean isStable() {
        return describe().groupState() == GroupState.STABLE;
    }

    /** Active tasks of members that have any; a task of two members is an error. */
    private Map<String, Set<String>> active() {
        Map<String, Set<String>> byMember = new TreeMap<>();
        Set<String> seen = new HashSet<>();
        for (StreamsGroupMemberDescription member : describe().members()) {
            Set<String> tasks = ids(member.assignment().activeTasks());
            for (String task : tasks) {
                assertThat(seen.add(task)).as("task %s is active once", task).isTrue();
            }
            if (!tasks.isEmpty()) {
                byMember.put(member.memberId(), tasks);
            }
        }
        return byMember;
    }

    private long standbys() {
        return describe().members().stream()
                .mapToLong(member -> ids(member.assignment().standbyTasks()).size())
                .sum();
    }

    private static Set<String> ids(List<StreamsGroupMemberAssignment.TaskIds> tasks) {
        Set<String> ids = new HashSet<>();
        tasks.forEach(each ->
                each.partitions().forEach(index -> ids.add(each.subtopologyId() + "_" + index)));
        return ids;
    }

    private void awaitOutput(int records) {
        try (Consumer<String, String> consumer = clients.consumer()) {
            consumer.assign(List.of(new TopicPartition(output, 0), new TopicPartition(output, 1)));
            JavaClients.poll(consumer, records);
        }
    }

    /** Waits until each key has been counted at least so often. */
    private void awaitCounts(long each) {
        Map<String, Long> counts = new HashMap<>();
        try (Consumer<String, String> consumer = clients.consumer()) {
            consumer.assign(List.of(new TopicPartition(output, 0), new TopicPartition(output, 1)));
            until(
                    "count of " + each + " for each key",
                    () -> {
                        consumer.poll(Duration.ofMillis(50)).forEach(r -> add(counts, r.value()));
                        return counts.size() == KEYS
                                && counts.values().stream().allMatch(count -> count >= each);
                    });
        }
    }

    private Map<String, Long> counts() {
        Map<String, Long> counts = new HashMap<>();
        clients.readAll(output).forEach(value -> add(counts, value));
        return counts;
    }

    private static void add(Map<String, Long> counts, String value) {
        String[] parts = value.split("=", 2);
        counts.merge(parts[0], Long.parseLong(parts[1]), Math::max);
    }
}
