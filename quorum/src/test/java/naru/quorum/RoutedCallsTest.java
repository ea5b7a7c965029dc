package naru.quorum;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.apache.kafka.common.errors.DisconnectException;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.NotControllerException;
import org.apache.kafka.common.errors.ThrottlingQuotaExceededException;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

final class RoutedCallsTest {
    private final EngineTimer timer = new EngineTimer(1);
    private final RoutedCalls calls = new RoutedCalls(timer);

    @AfterEach
    void close() {
        timer.close();
    }

    @Test
    void requestIsTriedUntilAControllerIsActive() {
        AtomicInteger attempts = new AtomicInteger();

        CompletableFuture<String> outcome =
                calls.start(
                        30_000,
                        () ->
                                attempts.incrementAndGet() < 4
                                        ? CompletableFuture.failedFuture(
                                                new NotControllerException("not yet"))
                                        : CompletableFuture.completedFuture("done"));

        assertThat(QuorumFixture.await(outcome)).isEqualTo("done");
        assertThat(attempts).hasValue(4);
    }

    @Test
    void lostConnectionIsTriedAgainAndARefusalIsNot() {
        AtomicInteger attempts = new AtomicInteger();

        CompletableFuture<String> outcome =
                calls.start(
                        30_000,
                        () ->
                                CompletableFuture.failedFuture(
                                        attempts.incrementAndGet() == 1
                                                ? new DisconnectException("gone")
                                                : new InvalidTopicException("bad name")));

        assertThatThrownBy(() -> QuorumFixture.await(outcome))
                .isInstanceOf(InvalidTopicException.class);
        assertThat(attempts).hasValue(2);
    }

    @Test
    void whoGivesUpNamesTheLastObstacle() {
        CompletableFuture<String> outcome =
                calls.start(
                        1,
                        () ->
                                CompletableFuture.failedFuture(
                                        new NotControllerException("no controller is elected")));

        assertThatThrownBy(() -> QuorumFixture.await(outcome))
                .isInstanceOf(TimeoutException.class)
                .hasMessageContaining("no controller is elected");
    }

    @Test
    void newLeaderIsAskedWhileTheFormerIsSilent() {
        AtomicInteger attempts = new AtomicInteger();
        calls.onLeader(OptionalInt.of(1));

        CompletableFuture<String> outcome =
                calls.start(
                        30_000,
                        () ->
                                attempts.incrementAndGet() == 1
                                        ? new CompletableFuture<>()
                                        : CompletableFuture.completedFuture("from the other"));
        calls.onLeader(OptionalInt.of(2));

        assertThat(QuorumFixture.await(outcome)).isEqualTo("from the other");
    }

    @Test
    void tooManyThatWaitAreRefusedAtOnce() {
        for (int i = 0; i < 2_000; i++) {
            assertThat(calls.start(30_000, CompletableFuture::new)).isNotDone();
        }

        CompletableFuture<Object> outcome = calls.start(30_000, CompletableFuture::new);

        assertThatThrownBy(() -> QuorumFixture.await(outcome))
                .isInstanceOf(ThrottlingQuotaExceededException.class);
    }
}
