package naru.broker.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import naru.broker.quota.ClientQuotas;

import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.message.DescribeClusterRequestData;
import org.apache.kafka.common.message.DescribeClusterResponseData;
import org.apache.kafka.common.message.DescribeTopicPartitionsRequestData;
import org.apache.kafka.common.message.DescribeTopicPartitionsResponseData;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.MetadataRequestData.MetadataRequestTopic;
import org.apache.kafka.common.message.MetadataResponseData;
import org.apache.kafka.common.message.MetadataResponseData.MetadataResponseTopic;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class MetadataTest {
    private OneNode node;
    private Metadata metadata;

    @BeforeAll
    void start(@TempDir Path folder) throws Exception {
        node = new OneNode(folder, Map.of("num.partitions", "2", "broker.rack", "r1"));
        metadata =
                new Metadata(
                        node.quorum,
                        node.config::current,
                        node.addresses,
                        new TopicCreation(node.quorum, node.images, node.config::current),
                        OneNode.EVERYBODY,
                        ClientQuotas.none());
        node.create("known", 3);
    }

    @AfterAll
    void stop() {
        node.close();
    }

    private MetadataResponseData ask(MetadataRequestData body, int version) {
        return FakeRequest.ask(metadata, body, version, MetadataResponseData.class);
    }

    private static MetadataRequestData named(String name) {
        return new MetadataRequestData()
                .setAllowAutoTopicCreation(false)
                .setTopics(new ArrayList<>(List.of(new MetadataRequestTopic().setName(name))));
    }

    private static MetadataResponseTopic only(MetadataResponseData response) {
        assertThat(response.topics()).hasSize(1);
        return response.topics().iterator().next();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 4, 7, 8, 9, 10, 12, 13})
    void everyVersionTellsLeadersAndTheReachedAddress(int version) {
        MetadataRequestData body = named("known").setAllowAutoTopicCreation(true);

        MetadataResponseData response = ask(body, version);

        assertThat(response.brokers())
                .singleElement()
                .satisfies(broker -> {
                    assertThat(broker.host()).isEqualTo("127.0.0.1");
                    assertThat(broker.port()).isEqualTo(FakeRequest.REACHED.getPort());
                });
        assertThat(only(response).partitions())
                .hasSize(3)
                .allSatisfy(partition -> {
                    assertThat(partition.leaderId()).isEqualTo(1);
                    assertThat(partition.errorCode()).isEqualTo(Errors.NONE.code());
                });
        assertThat(response.clusterAuthorizedOperations()).isEqualTo(Integer.MIN_VALUE);
    }

    @Test
    void emptyMeansAllInVersionZeroAndNoneAfterwards() {
        MetadataRequestData empty = new MetadataRequestData().setTopics(new ArrayList<>());

        assertThat(ask(empty.duplicate(), 0).topics()).isNotEmpty();
        assertThat(ask(empty.duplicate(), 1).topics()).isEmpty();
        assertThat(ask(new MetadataRequestData().setTopics(null), 1).topics()).isNotEmpty();
    }

    @Test
    void missingTopicIsMadeWithTheNodesDefaults() {
        MetadataResponseTopic topic =
                only(ask(named("wished-for").setAllowAutoTopicCreation(true), 12));

        assertThat(topic.errorCode()).isEqualTo(Errors.NONE.code());
        assertThat(topic.partitions()).hasSize(2);
    }

    @Test
    void internalTopicIsMadeInItsOwnWay() {
        MetadataResponseTopic topic =
                only(ask(named("__consumer_offsets").setAllowAutoTopicCreation(true), 12));

        assertThat(topic.isInternal()).isTrue();
        assertThat(topic.partitions()).hasSize(50);
    }

    @Test
    void missingTopicIsNotMadeUnlessTheClientAllowsIt() {
        assertThat(only(ask(named("unwanted"), 12)).errorCode())
                .isEqualTo(Errors.UNKNOWN_TOPIC_OR_PARTITION.code());
        assertThat(node.quorum.image().topic("unwanted")).isNull();
    }

    @Test
    void badNameIsAnInvalidTopic() {
        assertThat(only(ask(named("a/b").setAllowAutoTopicCreation(true), 12)).errorCode())
                .isEqualTo(Errors.INVALID_TOPIC_EXCEPTION.code());
    }

    @Test
    void topicsAreFoundByTheirIds() {
        Uuid id = Objects.requireNonNull(node.quorum.image().topic("known")).id();
        Uuid unknown = Uuid.randomUuid();
        MetadataRequestData body =
                new MetadataRequestData()
                        .setTopics(
                                List.of(
                                        new MetadataRequestTopic().setTopicId(id).setName(null),
                                        new MetadataRequestTopic()
                                                .setTopicId(unknown)
                                                .setName(null)));

        List<MetadataResponseTopic> topics = new ArrayList<>(ask(body, 12).topics());

        assertThat(topics.getFirst().name()).isEqualTo("known");
        assertThat(topics.getLast().errorCode()).isEqualTo(Errors.UNKNOWN_TOPIC_ID.code());
        assertThatThrownBy(() -> ask(body, 10)).isInstanceOf(InvalidRequestException.class);
    }

    @Test
    void clusterTellsItsIdRackAndOperations() {
        DescribeClusterResponseData response =
                FakeRequest.ask(
                        new DescribeCluster(node.quorum, node.addresses, OneNode.EVERYBODY),
                        new DescribeClusterRequestData()
                                .setIncludeClusterAuthorizedOperations(true),
                        DescribeClusterResponseData.class);

        assertThat(response.clusterId()).isEqualTo(node.quorum.clusterId());
        assertThat(response.brokers()).singleElement().matches(each -> "r1".equals(each.rack()));
        assertThat(response.clusterAuthorizedOperations()).isPositive();
    }

    @Test
    void pagesOfPartitionsJoinToTheWhole() {
        node.create("paged-a", 3);
        node.create("paged-b", 3);
        DescribeTopicPartitions describe =
                new DescribeTopicPartitions(
                        node.quorum, node.config::current, node.addresses, OneNode.EVERYBODY);
        List<String> seen = new ArrayList<>();
        DescribeTopicPartitionsRequestData body =
                new DescribeTopicPartitionsRequestData().setResponsePartitionLimit(2);
        for (String name : List.of("paged-b", "paged-a")) {
            body.topics().add(new DescribeTopicPartitionsRequestData.TopicRequest().setName(name));
        }
        DescribeTopicPartitionsResponseData.Cursor next;
        do {
            DescribeTopicPartitionsResponseData page =
                    FakeRequest.ask(describe, body, DescribeTopicPartitionsResponseData.class);
            page.topics()
                    .forEach(topic ->
                            topic.partitions()
                                    .forEach(partition ->
                                            seen.add(topic.name() + partition.partitionIndex())));
            next = page.nextCursor();
            if (next != null) {
                body.setCursor(
                        new DescribeTopicPartitionsRequestData.Cursor()
                                .setTopicName(next.topicName())
                                .setPartitionIndex(next.partitionIndex()));
            }
        } while (next != null);

        assertThat(seen)
                .containsExactly(
                        "paged-a0", "paged-a1", "paged-a2", "paged-b0", "paged-b1", "paged-b2");
    }
}
