package naru.quorum;

import static naru.quorum.QuorumFixture.awaitUntil;
import static naru.quorum.QuorumFixture.createTopic;
import static naru.quorum.QuorumFixture.openAndRegister;
import static naru.quorum.QuorumFixture.options;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

final class LifecycleTest {
    private record Seen(ClusterChange change, ClusterImage image, long published) {}

    @TempDir Path temporary;

    @Test
    void closedQuorumsLeaveNoThreads() {
        for (int round = 0; round < 3; round++) {
            openAndRegister(options(temporary.resolve("data"))).close();
        }

        awaitUntil(() -> threads().isEmpty());
    }

    @Test
    void failedStartLeavesNoThreads() throws IOException {
        Path folder = temporary.resolve("data");
        openAndRegister(options(folder)).close();
        Files.writeString(folder.resolve("bootstrap.checkpoint"), "no snapshot at all");

        assertThatThrownBy(() -> KraftQuorum.open(options(folder)))
                .isInstanceOf(RuntimeException.class);

        awaitUntil(() -> threads().isEmpty());
    }

    @Test
    void quorumOfOneRunsOnFiveThreads() {
        try (KraftQuorum quorum = openAndRegister(options(temporary.resolve("data")))) {
            assertThat(threads()).as("threads of %s", quorum).hasSizeLessThanOrEqualTo(5);
        }
    }

    @Test
    void severalQuorumsLiveInOneProcess() {
        try (KraftQuorum one = openAndRegister(options(temporary.resolve("one")));
                KraftQuorum other = openAndRegister(options(temporary.resolve("other")))) {
            createTopic(one, "orders", 1);

            awaitUntil(() -> one.image().topic("orders") != null);
            assertThat(other.image().topic("orders")).isNull();
            assertThat(one.clusterId()).isNotEqualTo(other.clusterId());
        }
    }

    @Test
    void earlyListenerSeesEveryImageBeforeItIsPublished() {
        try (KraftQuorum quorum = KraftQuorum.open(options(temporary.resolve("data")))) {
            List<Seen> seen = new CopyOnWriteArrayList<>();
            quorum.subscribe(
                    (change, image) -> seen.add(new Seen(change, image, quorum.image().offset())));
            QuorumFixture.await(
                    quorum.register(
                            List.of(QuorumFixture.BROKER),
                            List.copyOf(quorum.directoryIds().values())));
            createTopic(quorum, "orders", 2);
            awaitUntil(() -> quorum.image().topic("orders") != null);

            assertThat(seen).allMatch(each -> each.published() < each.image().offset());
            assertThat(seen)
                    .extracting(each -> each.image().offset())
                    .isSorted()
                    .doesNotHaveDuplicates();
            assertThat(seen.stream().flatMap(each -> each.change().changedTopics().stream()))
                    .singleElement()
                    .satisfies(
                            topic -> assertThat(topic.changedPartitions()).containsOnlyKeys(0, 1));
        }
    }

    @Test
    void lateListenerIsCalledWithAllThereIsAndThenWithChanges() {
        try (KraftQuorum quorum = openAndRegister(options(temporary.resolve("data")))) {
            createTopic(quorum, "orders", 2);
            awaitUntil(() -> quorum.image().topic("orders") != null);
            List<Seen> seen = new CopyOnWriteArrayList<>();

            quorum.subscribe((change, image) -> seen.add(new Seen(change, image, 0)));

            awaitUntil(() -> !seen.isEmpty());
            ClusterChange whole = seen.getFirst().change();
            assertThat(whole.changedTopics()).extracting("name").containsExactly("orders");
            assertThat(whole.brokersChanged()).isTrue();
            createTopic(quorum, "returns", 1);
            awaitUntil(() ->
                    seen.stream()
                            .skip(1)
                            .flatMap(each -> each.change().changedTopics().stream())
                            .anyMatch(topic -> topic.name().equals("returns")));
        }
    }

    @Test
    void listenerThatFailsDoesNotStopTheOthers() {
        try (KraftQuorum quorum = openAndRegister(options(temporary.resolve("data")))) {
            quorum.subscribe((change, image) -> {
                throw new IllegalStateException("a listener's own trouble");
            });
            createTopic(quorum, "orders", 1);

            awaitUntil(() -> quorum.image().topic("orders") != null);
        }
    }

    @Test
    void idleQuorumOfOneAppendsNothingByItself() {
        QuorumSettings unset = new QuorumSettings(Map.of());
        QuorumSettings chosen = new QuorumSettings(Map.of("metadata.max.idle.interval.ms", "500"));

        QuorumSettings company =
                new QuorumSettings(Map.of("controller.quorum.voters", "1@a:1,2@b:1,3@c:1"));

        assertThat(unset.idleRecordNanos()).isEmpty();
        assertThat(chosen.idleRecordNanos()).hasValue(500_000_000L);
        assertThat(company.idleRecordNanos()).hasValue(500_000_000L);
    }

    private static List<String> threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> name.startsWith("quorum-"))
                .toList();
    }
}
