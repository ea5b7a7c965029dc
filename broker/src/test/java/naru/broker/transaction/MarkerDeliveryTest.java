package naru.broker.transaction;

import static org.assertj.core.api.Assertions.assertThat;

import naru.broker.coordinator.Alarm;
import naru.broker.coordinator.Effects;
import naru.broker.partition.CommitListener;
import naru.broker.partition.OneTopic;
import naru.broker.partition.TransactionMarker;
import naru.broker.replication.ScriptedPeers;
import naru.coordination.transaction.TransactionCommand;
import naru.coordination.transaction.TransactionEffect.WriteMarkers;

import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.DisconnectException;
import org.apache.kafka.common.message.WriteTxnMarkersRequestData;
import org.apache.kafka.common.message.WriteTxnMarkersRequestData.WritableTxnMarker;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.WriteTxnMarkersResponse;
import org.junit.jupiter.api.Test;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;

/** The markers of one transaction, seen from its coordinator on node 1. */
class MarkerDeliveryTest {
    private static final TopicPartition PARTITION = new TopicPartition("orders", 0);
    private static final Uuid TOPIC = Uuid.randomUuid();

    private final ScriptedPeers peers = new ScriptedPeers();
    private final Queue<Runnable> soon = new ArrayDeque<>();
    private final Queue<Runnable> alarms = new ArrayDeque<>();
    private final List<TransactionCommand> told = new ArrayList<>();
    private final List<TopicPartition> writtenHere = new ArrayList<>();
    private OneTopic image = led(2);
    private boolean knowsDeletions = true;

    private static OneTopic led(int leader) {
        return OneTopic.of(PARTITION.topic(), TOPIC, leader, 5);
    }

    private final Alarm alarm =
            new Alarm() {
                @Override
                public void after(long delayMillis, Runnable task) {
                    alarms.add(task);
                }

                @Override
                public void soon(Runnable task) {
                    soon.add(task);
                }
            };

    private final Effects.Decider<TransactionCommand> decider =
            new Effects.Decider<>() {
                @Override
                public void tell(TransactionCommand command) {
                    told.add(command);
                }

                @Override
                public boolean isHosted() {
                    return true;
                }
            };

    private void writeHere(TopicPartition to, TransactionMarker marker, CommitListener written) {
        writtenHere.add(to);
        written.onCommitted();
    }

    private void begin() {
        MarkerDelivery delivery =
                new MarkerDelivery(1, this::writeHere, () -> image, peers, alarm, 1_000);
        WriteMarkers write =
                new WriteMarkers("id", 1, 7, (short) 3, Set.of(PARTITION), true, 9, (short) 2);
        new MarkerRound(write, delivery, () -> knowsDeletions, alarm, decider).begin();
        pass();
    }

    private void pass() {
        while (!soon.isEmpty()) {
            soon.remove().run();
        }
    }

    private void ring() {
        alarms.remove().run();
        pass();
    }

    private void answer(Errors error) {
        peers.next()
                .answer()
                .complete(new WriteTxnMarkersResponse(Map.of(7L, Map.of(PARTITION, error))).data());
        pass();
    }

    private void assertDone() {
        assertThat(told).containsExactly(new TransactionCommand.MarkersWritten("id", 1));
        assertThat(alarms).isEmpty();
    }

    private void assertTriedAgain() {
        assertThat(told).isEmpty();
        assertThat(alarms).hasSize(1);
    }

    @Test
    void leaderElsewhereIsToldHowTheTransactionEnded() {
        begin();
        ScriptedPeers.Asked asked = peers.next();
        assertThat(asked.broker()).isEqualTo(2);
        WritableTxnMarker marker =
                ((WriteTxnMarkersRequestData) asked.request()).markers().getFirst();
        assertThat(marker.producerId()).isEqualTo(7);
        assertThat(marker.producerEpoch()).isEqualTo((short) 3);
        assertThat(marker.transactionResult()).isTrue();
        assertThat(marker.coordinatorEpoch()).isEqualTo(9);
        assertThat(marker.transactionVersion()).isEqualTo((byte) 2);
        asked.answer()
                .complete(
                        new WriteTxnMarkersResponse(Map.of(7L, Map.of(PARTITION, Errors.NONE)))
                                .data());
        pass();
        assertDone();
    }

    @Test
    void nextAttemptGoesToWhoLeadsThen() {
        begin();
        answer(Errors.NOT_LEADER_OR_FOLLOWER);
        assertTriedAgain();
        image = led(3);
        ring();
        assertThat(peers.next().broker()).isEqualTo(3);
    }

    @Test
    void leadershipThatComesHereIsWrittenTo() {
        begin();
        peers.next().answer().completeExceptionally(new DisconnectException());
        pass();
        assertTriedAgain();
        image = led(1);
        ring();
        assertThat(writtenHere).containsExactly(PARTITION);
        assertDone();
    }

    @Test
    void partitionWithoutLeaderIsWaitedFor() {
        image = led(-1);
        begin();
        assertTriedAgain();
        assertThat(peers.underWay()).isZero();
    }

    @Test
    void topicIsDeletedWhenThisNodesMetadataSaySoAndNobodyElse() {
        begin();
        answer(Errors.UNKNOWN_TOPIC_OR_PARTITION);
        assertTriedAgain();
        image = OneTopic.NONE;
        knowsDeletions = false;
        ring();
        assertTriedAgain();
        knowsDeletions = true;
        ring();
        assertDone();
    }

    @Test
    void producerThatWentOnAlreadyNeedsNoMarker() {
        begin();
        answer(Errors.INVALID_PRODUCER_EPOCH);
        assertDone();
    }

    @Test
    void coordinatorThatIsFencedGivesUp() {
        begin();
        answer(Errors.TRANSACTION_COORDINATOR_FENCED);
        assertThat(told).isEmpty();
        assertThat(alarms).isEmpty();
    }

    @Test
    void answerWithoutThePartitionIsNone() {
        begin();
        peers.next().answer().complete(new WriteTxnMarkersResponse(Map.of()).data());
        pass();
        assertTriedAgain();
    }
}
