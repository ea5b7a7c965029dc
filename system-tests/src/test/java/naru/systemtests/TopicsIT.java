package naru.systemtests;

import static naru.systemtests.JavaClients.await;
import static naru.systemtests.JavaClients.until;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.errors.InvalidConfigurationException;
import org.apache.kafka.common.errors.InvalidPartitionsException;
import org.apache.kafka.common.errors.InvalidReplicationFactorException;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.stream.IntStream;

/** Topics and their configs, as the Java admin client sees them. */
class TopicsIT {
    private final JavaClients clients = SharedBroker.clients();
    private final Admin admin = clients.admin();
    private final String topic = SharedBroker.unique("topics");

    @AfterEach
    void closeAdmin() {
        admin.close();
    }

    @Test
    void createdTopicIsListedDescribedAndDeleted() {
        clients.createTopic(topic, 3);
        assertThat(await(admin.listTopics().names())).contains(topic);
        TopicDescription description = describe();
        assertThat(description.partitions())
                .hasSize(3)
                .allMatch(p -> p.leader() != null && p.isr().size() == 1);
        await(admin.deleteTopics(List.of(topic)).all());
        until("deletion", () -> !names().contains(topic));
        assertThatThrownBy(this::describe).isInstanceOf(UnknownTopicOrPartitionException.class);
    }

    @Test
    void recreatedTopicIsEmptyAndHasAnotherId() {
        clients.createTopic(topic, 1);
        clients.sendNumbers(topic, 10);
        var old = describe().topicId();
        await(admin.deleteTopics(List.of(topic)).all());
        until("creation once the old one is gone", this::createAgain);
        assertThat(describe().topicId()).isNotEqualTo(old);
        assertThat(clients.readAll(topic)).isEmpty();
        clients.sendNumbers(topic, 5);
        assertThat(clients.readAll(topic)).hasSize(5);
    }

    @Test
    void producerFollowsARecreatedTopic() {
        clients.createTopic(topic, 1);
        try (Producer<String, String> producer = clients.producer("metadata.max.age.ms", "500")) {
            await(producer.send(new ProducerRecord<>(topic, "old")));
            await(admin.deleteTopics(List.of(topic)).all());
            until("creation once the old one is gone", this::createAgain);
            until("a record in the new topic", () -> isSent(producer, "new"));
        }
        assertThat(clients.readAll(topic)).contains("new").doesNotContain("old");
    }

    @Test
    void partitionsAreAddedAndNeverTakenAway() {
        clients.createTopic(topic, 2);
        await(admin.createPartitions(Map.of(topic, NewPartitions.increaseTo(4))).all());
        until("four partitions", () -> describe().partitions().size() == 4);
        assertThatThrownBy(() ->
                        await(
                                admin.createPartitions(Map.of(topic, NewPartitions.increaseTo(3)))
                                        .all()))
                .isInstanceOf(InvalidPartitionsException.class)
                .message()
                .isNotBlank();
        clients.send(new ProducerRecord<>(topic, 3, "k", "v"));
        assertThat(clients.read(new TopicPartition(topic, 3), 1)).hasSize(1);
    }

    @Test
    void secondCreationSaysThatTheTopicExists() {
        clients.createTopic(topic, 1);
        refused(new NewTopic(topic, 1, (short) 1), TopicExistsException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", ".", "..", "../../etc/passwd", "with space", "a/b", "nul\0", "ümlaut"})
    void badNameIsRefused(String name) {
        refused(new NewTopic(name, 1, (short) 1), InvalidTopicException.class);
    }

    @Test
    void nameOfMoreThan249CharactersIsRefused() {
        refused(new NewTopic("n".repeat(250), 1, (short) 1), InvalidTopicException.class);
        clients.createTopic(topic + "n".repeat(249 - topic.length()), 1);
    }

    @Test
    void badCountsAndConfigsAreRefused() {
        refused(new NewTopic(topic, 0, (short) 1), InvalidPartitionsException.class);
        refused(new NewTopic(topic, 1, (short) 3), InvalidReplicationFactorException.class);
        refused(new NewTopic(topic, 1, (short) 0), InvalidReplicationFactorException.class);
        refused(
                new NewTopic(topic, 1, (short) 1).configs(Map.of("retention.ms", "soon")),
                InvalidConfigurationException.class);
        refused(
                new NewTopic(topic, 1, (short) 1).configs(Map.of("no.such.key", "1")),
                InvalidConfigurationException.class);
        assertThat(names()).doesNotContain(topic);
    }

    @Test
    void producingToAnUnknownTopicCreatesIt() {
        clients.send(new ProducerRecord<>(topic, "first"));
        assertThat(clients.readAll(topic)).containsExactly("first");
    }

    @Test
    void configIsAlteredDescribedAndRemoved() {
        clients.createTopic(topic, 1, "segment.bytes", "1048576");
        assertThat(config("segment.bytes").source())
                .isEqualTo(ConfigEntry.ConfigSource.DYNAMIC_TOPIC_CONFIG);
        alter("retention.ms", "60000", AlterConfigOp.OpType.SET);
        until("the new value", () -> config("retention.ms").value().equals("60000"));
        alter("cleanup.policy", "compact", AlterConfigOp.OpType.APPEND);
        until(
                "the appended value",
                () -> config("cleanup.policy").value().equals("delete,compact"));
        alter("retention.ms", "", AlterConfigOp.OpType.DELETE);
        until("the default", () -> config("retention.ms").value().equals("604800000"));
        assertThat(config("retention.ms").isDefault()).isTrue();
    }

    @Test
    void smallerMaxMessageBytesTakesEffect() {
        clients.createTopic(topic, 1);
        clients.send(new ProducerRecord<>(topic, "x".repeat(5_000)));
        alter("max.message.bytes", "1000", AlterConfigOp.OpType.SET);
        until("refusal", () -> isRefused("x".repeat(5_000)));
        clients.send(new ProducerRecord<>(topic, "small"));
    }

    @Test
    void compactedTopicKeepsTheLastValueOfEachKeyAndWantsKeys() {
        clients.createTopic(topic, 1, "cleanup.policy", "compact");
        for (int i = 0; i < 10; i++) {
            clients.send(new ProducerRecord<>(topic, "k" + i % 3, "" + i));
        }
        assertThat(clients.readAll(topic)).contains("7", "8", "9");
        assertThat(isRefused("no key")).isTrue();
    }

    @Test
    void oneThousandPartitionsAreUsable() {
        clients.createTopic(topic, 1000);
        try (Producer<String, String> producer = clients.producer()) {
            List<Future<?>> sent = new ArrayList<>();
            for (int i = 0; i < 1000; i++) {
                sent.add(producer.send(new ProducerRecord<>(topic, i, null, "" + i)));
            }
            sent.forEach(JavaClients::await);
        }
        assertThat(clients.readAll(topic))
                .containsExactlyInAnyOrderElementsOf(
                        IntStream.range(0, 1000).mapToObj(Integer::toString).toList());
        await(admin.deleteTopics(List.of(topic)).all());
    }

    private void refused(NewTopic wanted, Class<? extends ApiException> error) {
        assertThatThrownBy(() -> await(admin.createTopics(List.of(wanted)).all()))
                .isInstanceOf(error)
                .message()
                .isNotBlank();
    }

    private boolean createAgain() {
        try {
            clients.createTopic(topic, 1);
            return true;
        } catch (TopicExistsException e) {
            return false;
        }
    }

    private boolean isRefused(String value) {
        return !isSent(null, value);
    }

    private boolean isSent(@Nullable Producer<String, String> producer, String value) {
        ProducerRecord<String, String> record = new ProducerRecord<>(topic, value);
        try {
            if (producer == null) {
                clients.send(record);
            } else {
                await(producer.send(record));
            }
            return true;
        } catch (ApiException e) {
            return false;
        }
    }

    private Set<String> names() {
        return await(admin.listTopics().names());
    }

    private TopicDescription describe() {
        TopicDescription description =
                await(admin.describeTopics(List.of(topic)).allTopicNames()).get(topic);
        assertThat(description).isNotNull();
        return description;
    }

    private ConfigEntry config(String key) {
        ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
        ConfigEntry entry =
                await(admin.describeConfigs(List.of(resource)).values().get(resource)).get(key);
        assertThat(entry).as(key).isNotNull();
        return entry;
    }

    private void alter(String key, String value, AlterConfigOp.OpType operation) {
        ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
        AlterConfigOp change = new AlterConfigOp(new ConfigEntry(key, value), operation);
        await(admin.incrementalAlterConfigs(Map.of(resource, List.of(change))).all());
    }
}
