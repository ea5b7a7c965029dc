package naru.app.explain;

import static org.assertj.core.api.Assertions.assertThat;

import naru.app.explain.TopicFacts.OpenTransaction;
import naru.app.explain.TopicFacts.Partition;

import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Map;
import java.util.Set;

/** What is said of topics and transactions follows from what their cluster told. */
class TopicExplainerTest {
    private static final long NOW = 10_000_000;

    private static Partition partition(
            @Nullable Integer leader, List<Integer> inSync, List<Integer> offlineOn) {
        return new Partition(0, leader, List.of(1, 2, 3), inSync, 10L, 10L, offlineOn, List.of());
    }

    private static String said(Map<String, String> configs, Partition partition) {
        return said(
                TopicExplainer.explain(new TopicFacts("orders", List.of(partition), configs, NOW)));
    }

    private static String said(List<Finding> findings) {
        StringBuilder text = new StringBuilder();
        for (Finding finding : findings) {
            text.append(finding.level()).append(": ").append(finding.sentence()).append('\n');
        }
        return text.toString();
    }

    @Test
    void aHealthyTopicTakesWrites() {
        assertThat(said(Map.of(), partition(1, List.of(1, 2, 3), List.of())))
                .isEqualTo(
                        "fine: orders takes writes: its partition has a leader and enough replicas"
                                + " in sync.\n");
    }

    @Test
    void withoutLeaderNobodyWrites() {
        assertThat(said(Map.of(), partition(null, List.of(2), List.of())))
                .contains("problem: orders-0 has no leader")
                .doesNotContain("takes writes");
    }

    @Test
    void tooFewInSyncRefuseWrites() {
        assertThat(said(Map.of("min.insync.replicas", "2"), partition(1, List.of(1), List.of())))
                .contains("problem: orders-0 refuses writes with acks=all");
    }

    @Test
    void missingReplicasAreWorthKnowing() {
        assertThat(said(Map.of(), partition(1, List.of(1, 2), List.of())))
                .contains("fine: orders takes writes")
                .contains("notable: orders-0 has fewer replicas in sync");
    }

    @Test
    void aFailedDiskIsAProblem() {
        assertThat(said(Map.of(), partition(1, List.of(1, 2, 3), List.of(1))))
                .contains("problem: orders-0 is offline");
    }

    @Test
    void settingsThatRefuseRecordsAreTold() {
        assertThat(
                        said(
                                Map.of(
                                        "cleanup.policy", "compact,delete",
                                        "max.message.bytes", "1048588",
                                        "message.timestamp.after.max.ms", "3600000",
                                        "message.timestamp.before.max.ms", "86400000"),
                                partition(1, List.of(1, 2, 3), List.of())))
                .contains("Records without a key are refused")
                .contains("Batches of more than 1048588 bytes")
                .contains("timestamp is more than 24 h before now")
                .doesNotContain("after now");
    }

    private static Partition held(OpenTransaction... open) {
        return new Partition(0, 1, List.of(1), List.of(1), 10L, 4L, List.of(), List.of(open));
    }

    @Test
    void whoHoldsTheLastStableOffsetIsNamed() {
        OpenTransaction open =
                new OpenTransaction(7, 2, 4, NOW - 3_000, "app-1", "Ongoing", 60_000L, NOW - 5_000);
        assertThat(said(Map.of(), held(open)))
                .contains("readers with read_committed stop at offset 4, 6 records before the end")
                .contains(
                        "transaction app-1 (Ongoing) of producer 7 (epoch 2), which last wrote"
                                + " 3 s ago")
                .contains("aborted by itself in 55 s");
    }

    @Test
    void aTransactionThatNobodyCoordinatesHangs() {
        OpenTransaction open = new OpenTransaction(7, 2, 4, NOW - 3_000, null, null, null, null);
        assertThat(said(Map.of(), held(open))).contains("problem").contains("it hangs");
    }

    private static TransactionFacts transaction(String state, @Nullable Long started) {
        return new TransactionFacts(
                "app-1",
                1,
                state,
                7,
                2,
                60_000,
                started,
                started == null ? Set.of() : Set.of(new TopicPartition("orders", 0)),
                NOW);
    }

    @Test
    void anOpenTransactionTellsWhenItEnds() {
        assertThat(said(TransactionExplainer.explain(transaction("Ongoing", NOW - 15_000))))
                .contains("fine: app-1 belongs to producer 7 in epoch 2; broker 1 coordinates it.")
                .contains("notable: A transaction is open since 15 s, with records in orders-0")
                .contains("aborts it in 45 s");
    }

    @Test
    void aTransactionBeyondItsTimeIsAProblem() {
        assertThat(said(TransactionExplainer.explain(transaction("Ongoing", NOW - 75_000))))
                .contains("problem")
                .contains("should have been aborted 15 s ago");
    }

    @Test
    void endedTransactionsAreFine() {
        assertThat(said(TransactionExplainer.explain(transaction("CompleteCommit", null))))
                .contains("fine: Its last transaction was committed");
        assertThat(said(TransactionExplainer.explain(transaction("PrepareAbort", NOW - 5))))
                .contains("decided to be aborted");
    }
}
