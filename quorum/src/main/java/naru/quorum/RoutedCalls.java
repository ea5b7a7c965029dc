package naru.quorum;

import org.apache.kafka.common.errors.DisconnectException;
import org.apache.kafka.common.errors.NotControllerException;
import org.apache.kafka.common.errors.ThrottlingQuotaExceededException;
import org.apache.kafka.common.errors.TimeoutException;
import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Requests on their way to the active controller, tried until it answers or their time is over.
 * When another becomes active, all that wait are tried with it at once.
 *
 * <p>Threads: any. Outcomes come on the thread of the answer, or on the timer's.
 */
final class RoutedCalls {
    private static final int MOST_WAITING = 2_000;
    private static final Duration PAUSE = Duration.ofMillis(50);
    private static final int SHORTEST_MILLIS = 1_000;
    private static final int LONGEST_MILLIS = 300_000;

    private final EngineTimer timer;
    private final Set<Call<?>> calls = ConcurrentHashMap.newKeySet();
    private OptionalInt leader = OptionalInt.empty();

    RoutedCalls(EngineTimer timer) {
        this.timer = timer;
    }

    /**
     * @param attempt one attempt, wherever the active controller is at that moment
     */
    <T> CompletableFuture<T> start(int timeoutMillis, Supplier<CompletableFuture<T>> attempt) {
        if (calls.size() >= MOST_WAITING) {
            return CompletableFuture.failedFuture(
                    new ThrottlingQuotaExceededException(
                            "More than " + MOST_WAITING + " requests wait for the controller."));
        }
        Call<T> call = new Call<>(attempt);
        calls.add(call);
        int millis = Math.clamp(timeoutMillis, SHORTEST_MILLIS, LONGEST_MILLIS);
        Future<?> end =
                timer.after(
                        Duration.ofMillis(millis), "controller-call-end", () -> call.end(millis));
        var _ =
                call.outcome.whenComplete((answer, failure) -> {
                    calls.remove(call);
                    end.cancel(false);
                });
        call.go();
        return call.outcome;
    }

    /** Told of the leader with each image. */
    void onLeader(OptionalInt present) {
        synchronized (this) {
            if (present.equals(leader)) {
                return;
            }
            leader = present;
        }
        if (present.isPresent()) {
            calls.forEach(Call::again);
        }
    }

    void close() {
        calls.forEach(call ->
                call.outcome.completeExceptionally(new NotControllerException("the node stops")));
    }

    private final class Call<T> {
        private final Supplier<CompletableFuture<T>> attempt;
        private final CompletableFuture<T> outcome = new CompletableFuture<>();
        private int number;
        private boolean pausing;
        private String obstacle = "the controller has not answered yet";

        Call(Supplier<CompletableFuture<T>> attempt) {
            this.attempt = attempt;
        }

        void go() {
            int mine;
            synchronized (this) {
                pausing = false;
                mine = ++number;
            }
            if (outcome.isDone()) {
                return;
            }
            CompletableFuture<T> answer;
            try {
                answer = attempt.get();
            } catch (RuntimeException refused) {
                answer = CompletableFuture.failedFuture(refused);
            }
            var _ = answer.whenComplete((value, failure) -> settle(mine, value, failure));
        }

        /** Asks anew what waits for an answer of who led before. */
        void again() {
            synchronized (this) {
                if (pausing || number == 0) {
                    return;
                }
            }
            go();
        }

        // What a future holds when it did not fail is an answer.
        @SuppressWarnings("NullAway")
        private void settle(int mine, @Nullable T value, @Nullable Throwable failure) {
            if (failure == null) {
                outcome.complete(value);
                return;
            }
            Throwable cause = Requests.cause(failure);
            if (!mayPass(cause)) {
                outcome.completeExceptionally(cause);
                return;
            }
            synchronized (this) {
                if (mine != number) {
                    return;
                }
                pausing = true;
                obstacle = String.valueOf(cause.getMessage());
            }
            var _ = timer.after(PAUSE, "controller-call", this::go);
        }

        synchronized void end(int millis) {
            outcome.completeExceptionally(
                    new TimeoutException(
                            "The active controller did not answer within "
                                    + TimeUnit.MILLISECONDS.toSeconds(millis)
                                    + " s: "
                                    + obstacle));
        }
    }

    private static boolean mayPass(Throwable cause) {
        return cause instanceof NotControllerException || cause instanceof DisconnectException;
    }
}
