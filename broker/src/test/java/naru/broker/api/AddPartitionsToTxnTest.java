package naru.broker.api;

import static org.assertj.core.api.Assertions.assertThat;

import naru.broker.access.Access;
import naru.broker.coordinator.Coordinator;
import naru.broker.coordinator.CoordinatorOptions;
import naru.broker.coordinator.Effects;
import naru.coordination.transaction.TransactionCommand;
import naru.coordination.transaction.TransactionSettings;
import naru.coordination.transaction.TransactionShard;

import org.apache.kafka.common.message.AddPartitionsToTxnRequestData;
import org.apache.kafka.common.message.AddPartitionsToTxnRequestData.AddPartitionsToTxnTopic;
import org.apache.kafka.common.message.AddPartitionsToTxnRequestData.AddPartitionsToTxnTopicCollection;
import org.apache.kafka.common.message.AddPartitionsToTxnResponseData;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

class AddPartitionsToTxnTest {
    @TempDir Path folder;

    private static Errors add(OneNode node, Access access, String topic) {
        Coordinator<TransactionCommand> coordinator =
                new Coordinator<>(
                        CoordinatorOptions.ofTransactions(node.config.current()),
                        (partition, epoch) ->
                                new TransactionShard(TransactionSettings.defaults(), epoch),
                        Effects.none(),
                        node.quorum,
                        System::currentTimeMillis,
                        (delay, task) -> {});
        AddPartitionsToTxnTopicCollection topics = new AddPartitionsToTxnTopicCollection();
        topics.add(new AddPartitionsToTxnTopic().setName(topic).setPartitions(List.of(0)));
        AddPartitionsToTxnResponseData answer =
                FakeRequest.ask(
                        new AddPartitionsToTxn(coordinator, node.quorum, access),
                        new AddPartitionsToTxnRequestData()
                                .setV3AndBelowTransactionalId("id")
                                .setV3AndBelowTopics(topics),
                        3,
                        AddPartitionsToTxnResponseData.class);
        return Errors.forCode(
                answer.resultsByTopicV3AndBelow()
                        .find(topic)
                        .resultsByPartition()
                        .find(0)
                        .partitionErrorCode());
    }

    @Test
    void clientsWriteToNoInternalTopicAndToNoneThatTheyMayNot() throws Exception {
        try (OneNode node = new OneNode(folder, Map.of())) {
            node.create("orders", 1);
            node.create("__share_group_state", 1);

            assertThat(add(node, OneNode.EVERYBODY, "orders"))
                    .as("asked of a coordinator that is not there")
                    .isEqualTo(Errors.NOT_COORDINATOR);
            assertThat(add(node, OneNode.EVERYBODY, "__share_group_state"))
                    .isEqualTo(Errors.TOPIC_AUTHORIZATION_FAILED);
            assertThat(add(node, OneNode.NOBODY, "orders"))
                    .isEqualTo(Errors.TRANSACTIONAL_ID_AUTHORIZATION_FAILED);
        }
    }
}
