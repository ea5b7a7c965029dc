package naru.systemtests;

import static naru.systemtests.JavaClients.await;
import static naru.systemtests.JavaClients.poll;
import static naru.systemtests.JavaClients.until;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.admin.GroupListing;
import org.apache.kafka.clients.admin.ListGroupsOptions;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.SubscriptionPattern;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.GroupState;
import org.apache.kafka.common.GroupType;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.GroupNotEmptyException;
import org.apache.kafka.common.errors.InvalidRegularExpression;
import org.apache.kafka.common.errors.UnreleasedInstanceIdException;
import org.apache.kafka.common.errors.UnsupportedAssignorException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;

/** Consumer groups of the newer protocol (KIP-848) with the Java client. */
class ConsumerProtocolIT {
    private final JavaClients clients = SharedBroker.clients();
    private final String topic = SharedBroker.unique("modern");
    private final String group = SharedBroker.unique("modern-group");

    @BeforeEach
    void createTopic() {
        clients.createTopic(topic, 4);
    }

    private Consumer<String, String> member(String... settings) {
        Consumer<String, String> consumer = unsubscribed(settings);
        consumer.subscribe(List.of(topic));
        return consumer;
    }

    private Consumer<String, String> unsubscribed(String... settings) {
        List<String> all =
                new ArrayList<>(List.of("group.id", group, "group.protocol", "consumer"));
        all.addAll(List.of(settings));
        return clients.consumer(all.toArray(String[]::new));
    }

    private Consumer<String, String> classicMember() {
        Consumer<String, String> consumer =
                clients.consumer("group.id", group, "heartbeat.interval.ms", "200");
        consumer.subscribe(List.of(topic));
        return consumer;
    }

    private static BooleanSupplier each(
            int partitions, Collection<Consumer<String, String>> consumers) {
        return () -> {
            consumers.forEach(consumer -> consumer.poll(Duration.ofMillis(20)));
            return consumers.stream().allMatch(c -> c.assignment().size() == partitions);
        };
    }

    private ConsumerGroupDescription describe(Admin admin) {
        return await(admin.describeConsumerGroups(List.of(group)).describedGroups().get(group));
    }

    @Test
    void membersShareThePartitionsAndTakeOverFromOneAnother() {
        try (Admin admin = clients.admin();
                Consumer<String, String> first = member()) {
            until("all four", each(4, List.of(first)));
            try (Consumer<String, String> second = member()) {
                until("two each", each(2, List.of(first, second)));
                Set<TopicPartition> both = new HashSet<>(first.assignment());
                both.addAll(second.assignment());
                assertThat(both).hasSize(4);
                ConsumerGroupDescription described = describe(admin);
                assertThat(described.type()).isEqualTo(GroupType.CONSUMER);
                assertThat(described.members()).hasSize(2);
                assertThat(described.partitionAssignor()).isEqualTo("uniform");
                assertThat(described.groupEpoch()).isEqualTo(described.targetAssignmentEpoch());
            }
            until("all four again", each(4, List.of(first)));
        }
    }

    @Test
    void committedWorkIsNotDoneAgain() {
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
    void newPartitionsAreFoundByAMember() {
        try (Admin admin = clients.admin();
                Consumer<String, String> consumer = member()) {
            until("all four", each(4, List.of(consumer)));
            await(admin.createPartitions(Map.of(topic, NewPartitions.increaseTo(6))).all());
            until("all six", each(6, List.of(consumer)));
        }
    }

    @Test
    void expressionFollowsTopicsThatComeLater() {
        String prefix = SharedBroker.unique("pattern");
        clients.createTopic(prefix + "-a", 1);
        try (Consumer<String, String> consumer = unsubscribed()) {
            consumer.subscribe(new SubscriptionPattern(prefix + "-[ab]"));
            until("one partition", each(1, List.of(consumer)));
            clients.createTopic(prefix + "-b", 2);
            clients.createTopic(prefix + "-c", 2);
            until("three partitions", each(3, List.of(consumer)));
        }
    }

    @Test
    void badExpressionAndUnknownAssignorAreRefused() {
        try (Consumer<String, String> consumer = unsubscribed()) {
            consumer.subscribe(new SubscriptionPattern("(open"));
            assertThatThrownBy(() -> until("a refusal", each(1, List.of(consumer))))
                    .isInstanceOf(InvalidRegularExpression.class);
        }
        try (Consumer<String, String> consumer = member("group.remote.assignor", "nobody")) {
            assertThatThrownBy(() -> until("a refusal", each(4, List.of(consumer))))
                    .isInstanceOf(UnsupportedAssignorException.class);
        }
    }

    @Test
    void staticMemberComesBackToWhatItHadAndIsAloneWithItsName() {
        try (Consumer<String, String> other = member()) {
            Set<TopicPartition> had;
            try (Consumer<String, String> first = member("group.instance.id", "one")) {
                until("two each", each(2, List.of(first, other)));
                had = Set.copyOf(first.assignment());
                try (Consumer<String, String> twin = member("group.instance.id", "one")) {
                    assertThatThrownBy(() -> until("a refusal", each(2, List.of(twin))))
                            .isInstanceOf(UnreleasedInstanceIdException.class);
                }
            }
            try (Consumer<String, String> again = member("group.instance.id", "one")) {
                until("its two", each(2, List.of(again, other)));
                assertThat(again.assignment()).isEqualTo(had);
            }
        }
    }

    @Test
    void groupsAreListedByTypeAndStateAndDeletedWhenEmpty() {
        try (Admin admin = clients.admin()) {
            try (Consumer<String, String> consumer = member()) {
                until("all four", each(4, List.of(consumer)));
                consumer.commitSync(Map.of(new TopicPartition(topic, 0), new OffsetAndMetadata(0)));
                assertThatThrownBy(() -> await(admin.deleteConsumerGroups(List.of(group)).all()))
                        .isInstanceOf(GroupNotEmptyException.class);
                assertThat(listed(admin, GroupType.CONSUMER, GroupState.STABLE)).contains(group);
                assertThat(listed(admin, GroupType.CLASSIC, GroupState.STABLE))
                        .doesNotContain(group);
            }
            assertThat(listed(admin, GroupType.CONSUMER, GroupState.EMPTY)).contains(group);
            await(admin.deleteConsumerGroups(List.of(group)).all());
            assertThat(listed(admin, GroupType.CONSUMER, GroupState.EMPTY)).doesNotContain(group);
        }
    }

    private static List<String> listed(Admin admin, GroupType type, GroupState state) {
        ListGroupsOptions options =
                new ListGroupsOptions().withTypes(Set.of(type)).inGroupStates(Set.of(state));
        return await(admin.listGroups(options).all()).stream().map(GroupListing::groupId).toList();
    }

    /** Each record is committed by whoever read it, before and after every change. */
    @Test
    void groupIsUpgradedAndDowngradedUnderLoadWithoutLossOrRepetition() {
        List<String> read = new ArrayList<>();
        int sent = 0;
        try (Admin admin = clients.admin();
                Consumer<String, String> classic = classicMember()) {
            until("all four", each(4, List.of(classic)));
            sent = work(sent, List.of(classic), read);
            try (Consumer<String, String> modern = member()) {
                until("two each", eachReading(2, List.of(classic, modern), read));
                assertThat(describe(admin).type()).isEqualTo(GroupType.CONSUMER);
                sent = work(sent, List.of(classic, modern), read);
            }
            until("all four", eachReading(4, List.of(classic), read));
            assertThat(describe(admin).type()).isEqualTo(GroupType.CLASSIC);
            sent = work(sent, List.of(classic), read);
        }
        assertThat(read)
                .containsExactlyInAnyOrderElementsOf(
                        IntStream.range(0, sent).mapToObj(String::valueOf).toList());
    }

    private BooleanSupplier eachReading(
            int partitions, List<Consumer<String, String>> consumers, List<String> read) {
        return () -> {
            consumers.forEach(consumer -> readAndCommit(consumer, read));
            return consumers.stream().allMatch(c -> c.assignment().size() == partitions);
        };
    }

    private static void readAndCommit(Consumer<String, String> consumer, List<String> read) {
        var records = consumer.poll(Duration.ofMillis(20));
        records.forEach(record -> read.add(record.value()));
        if (!records.isEmpty()) {
            consumer.commitSync();
        }
    }

    private int work(int from, List<Consumer<String, String>> consumers, List<String> read) {
        int until = from + 50;
        try (var producer = clients.producer()) {
            for (int i = from; i < until; i++) {
                await(producer.send(new ProducerRecord<>(topic, "k" + i, "" + i)));
            }
        }
        until(
                until + " records",
                () -> {
                    consumers.forEach(consumer -> readAndCommit(consumer, read));
                    return new TreeSet<>(read).size() >= until;
                });
        return until;
    }
}
