package naru.systemtests;

import static naru.systemtests.JavaClients.await;
import static naru.systemtests.JavaClients.poll;
import static naru.systemtests.JavaClients.until;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.CooperativeStickyAssignor;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.RangeAssignor;
import org.apache.kafka.clients.consumer.RoundRobinAssignor;
import org.apache.kafka.clients.consumer.StickyAssignor;
import org.apache.kafka.common.GroupState;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.errors.GroupNotEmptyException;
import org.apache.kafka.common.errors.RebalanceInProgressException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.time.Duration;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Consumer groups of the classic protocol with the Java client. */
class GroupsIT {
    private final JavaClients clients = SharedBroker.clients();
    private final String topic = SharedBroker.unique("grouped");
    private final String group = SharedBroker.unique("group");

    @BeforeEach
    void createTopic() {
        clients.createTopic(topic, 4);
    }

    @ParameterizedTest
    @ValueSource(
            classes = {
                RangeAssignor.class,
                RoundRobinAssignor.class,
                StickyAssignor.class,
                CooperativeStickyAssignor.class
            })
    void membersShareThePartitionsAndTakeOverFromOneAnother(Class<?> assignor) {
        String strategy = "partition.assignment.strategy";
        try (Consumer<String, String> first = member(strategy, assignor.getName())) {
            pollUntilAssigned(first, 4);
            try (Consumer<String, String> second = member(strategy, assignor.getName())) {
                until(
                        "two partitions each",
                        () -> {
                            first.poll(Duration.ofMillis(50));
                            second.poll(Duration.ofMillis(50));
                            return first.assignment().size() == 2
                                    && second.assignment().size() == 2;
                        });
                Set<TopicPartition> both = new HashSet<>(first.assignment());
                both.addAll(second.assignment());
                assertThat(both).hasSize(4);
            }
            pollUntilAssigned(first, 4);
        }
    }

    @Test
    void committedWorkIsNotDoneAgainByTheNextMember() {
        clients.sendNumbers(topic, 40);
        try (Consumer<String, String> consumer = member()) {
            assertThat(poll(consumer, 40)).hasSize(40);
            consumer.commitSync();
        }
        clients.sendNumbers(topic, 8);
        try (Consumer<String, String> consumer = member()) {
            assertThat(poll(consumer, 8)).hasSize(8);
        }
    }

    @Test
    void automaticCommitHappensOnClose() {
        clients.sendNumbers(topic, 20);
        try (Consumer<String, String> consumer = member("enable.auto.commit", "true")) {
            poll(consumer, 20);
        }
        try (Admin admin = clients.admin()) {
            assertThat(
                            committed(admin).values().stream()
                                    .mapToLong(OffsetAndMetadata::offset)
                                    .sum())
                    .isEqualTo(20);
        }
    }

    @Test
    void commitKeepsMetadataAndIsReadByTheGroup() {
        TopicPartition partition = new TopicPartition(topic, 1);
        OffsetAndMetadata offset = new OffsetAndMetadata(7, "half way");
        try (Consumer<String, String> consumer = clients.consumer("group.id", group)) {
            consumer.assign(List.of(partition));
            consumer.commitSync(Map.of(partition, offset));
            assertThat(consumer.committed(Set.of(partition)).get(partition))
                    .extracting(OffsetAndMetadata::offset, OffsetAndMetadata::metadata)
                    .containsExactly(7L, "half way");
        }
    }

    @Test
    void memberThatWasThrownOutMayNotCommit() {
        clients.sendNumbers(topic, 8);
        try (Consumer<String, String> slow =
                        member(
                                "max.poll.interval.ms",
                                "1000",
                                "session.timeout.ms",
                                "6000",
                                "heartbeat.interval.ms",
                                "300");
                Consumer<String, String> other = member()) {
            poll(slow, 8);
            pollUntilAssigned(other, 4);
            assertThatThrownBy(slow::commitSync)
                    .isInstanceOfAny(
                            CommitFailedException.class, RebalanceInProgressException.class);
        }
    }

    @Test
    void staticMemberComesBackWithoutARebalance() {
        try (Consumer<String, String> stays = member("group.instance.id", "stays")) {
            Consumer<String, String> goes = member("group.instance.id", "goes");
            until(
                    "two partitions each",
                    () -> {
                        stays.poll(Duration.ofMillis(50));
                        goes.poll(Duration.ofMillis(50));
                        return stays.assignment().size() == 2 && goes.assignment().size() == 2;
                    });
            Set<TopicPartition> before = goes.assignment();
            int generation = stays.groupMetadata().generationId();
            goes.close();
            try (Consumer<String, String> back = member("group.instance.id", "goes")) {
                until(
                        "the old partitions",
                        () -> {
                            back.poll(Duration.ofMillis(50));
                            stays.poll(Duration.ofMillis(50));
                            return back.assignment().equals(before);
                        });
            }
            assertThat(stays.groupMetadata().generationId()).isEqualTo(generation);
        }
    }

    @Test
    void groupIsListedDescribedAndShowsItsLag() {
        clients.sendNumbers(topic, 40);
        try (Admin admin = clients.admin();
                Consumer<String, String> consumer = member()) {
            int done = poll(consumer, 1).size();
            consumer.commitSync();
            assertThat(await(admin.listGroups().all()))
                    .anyMatch(listing -> listing.groupId().equals(group));
            var description =
                    await(
                            admin.describeConsumerGroups(List.of(group))
                                    .describedGroups()
                                    .get(group));
            assertThat(description.groupState()).isEqualTo(GroupState.STABLE);
            assertThat(description.members())
                    .singleElement()
                    .satisfies(
                            member -> assertThat(member.assignment().topicPartitions()).hasSize(4));
            long end = 0;
            for (int partition = 0; partition < 4; partition++) {
                TopicPartition at = new TopicPartition(topic, partition);
                end +=
                        await(
                                        admin.listOffsets(Map.of(at, OffsetSpec.latest()))
                                                .partitionResult(at))
                                .offset();
            }
            long position =
                    committed(admin).values().stream().mapToLong(OffsetAndMetadata::offset).sum();
            assertThat(end - position).isEqualTo(40 - done);
        }
    }

    @Test
    void offsetsAreResetAndDeletedWhenNobodyIsThere() {
        clients.sendNumbers(topic, 20);
        TopicPartition partition = new TopicPartition(topic, 0);
        try (Admin admin = clients.admin()) {
            try (Consumer<String, String> consumer = member()) {
                poll(consumer, 20);
                consumer.commitSync();
                assertThatThrownBy(() -> await(admin.deleteConsumerGroups(List.of(group)).all()))
                        .isInstanceOf(GroupNotEmptyException.class);
            }
            await(
                    admin.alterConsumerGroupOffsets(
                                    group, Map.of(partition, new OffsetAndMetadata(0)))
                            .all());
            assertThat(committed(admin).get(partition)).isEqualTo(new OffsetAndMetadata(0));
            await(admin.deleteConsumerGroupOffsets(group, Set.of(partition)).all());
            assertThat(committed(admin)).doesNotContainKey(partition).hasSize(3);
            await(admin.deleteConsumerGroups(List.of(group)).all());
            assertThatThrownBy(() -> await(admin.deleteConsumerGroups(List.of(group)).all()))
                    .isInstanceOf(GroupIdNotFoundException.class);
        }
    }

    @Test
    void patternSubscriptionFindsATopicThatComesLater() {
        String later = topic + "-later";
        try (Consumer<String, String> consumer =
                clients.consumer("group.id", group, "metadata.max.age.ms", "300")) {
            consumer.subscribe(Pattern.compile(topic + ".*"));
            pollUntilAssigned(consumer, 4);
            clients.createTopic(later, 1);
            pollUntilAssigned(consumer, 5);
            clients.sendNumbers(later, 1);
            assertThat(poll(consumer, 1)).extracting(ConsumerRecord::topic).containsExactly(later);
        }
    }

    private Consumer<String, String> member(String... settings) {
        String[] all =
                Stream.concat(Stream.of("group.id", group), Arrays.stream(settings))
                        .toArray(String[]::new);
        Consumer<String, String> consumer = clients.consumer(all);
        consumer.subscribe(List.of(topic));
        return consumer;
    }

    private static void pollUntilAssigned(Consumer<String, String> consumer, int partitions) {
        until(
                partitions + " partitions",
                () -> {
                    consumer.poll(Duration.ofMillis(50));
                    return consumer.assignment().size() == partitions;
                });
    }

    private Map<TopicPartition, OffsetAndMetadata> committed(Admin admin) {
        return await(admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata());
    }
}
