package naru.broker.api;

import naru.broker.transport.Request;
import naru.quorum.ClusterChange;
import naru.quorum.ClusterImage;
import naru.quorum.Quorum;

import org.apache.kafka.common.protocol.ApiMessage;

import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/**
 * Waits until this node has seen what the controller has decided, so that a client finds its topic
 * with the next request on the same connection. To be subscribed after the partitions, which then
 * have followed the image.
 *
 * <p>Threads: any may wait. Futures complete on a virtual thread, or on the caller's.
 */
public final class ImageWait implements Quorum.Listener {
    private static final int KNOWN_MILLIS = 10_000;
    private static final int LONGEST_MILLIS = 60_000;

    /** How long the answer to a change is held back until this node knows the change too. */
    static final int VISIBLE_MILLIS = 1000;

    private final Quorum quorum;
    private final Set<Waiter> waiters = ConcurrentHashMap.newKeySet();

    private record Waiter(Predicate<ClusterImage> condition, CompletableFuture<Void> done) {}

    public ImageWait(Quorum quorum) {
        this.quorum = quorum;
    }

    /** Completes when the condition holds for the image, or when the time is over. */
    CompletableFuture<Void> until(Predicate<ClusterImage> condition, int timeoutMillis) {
        if (condition.test(quorum.image())) {
            return CompletableFuture.completedFuture(null);
        }
        Waiter waiter = new Waiter(condition, new CompletableFuture<>());
        waiters.add(waiter);
        waiter.done().whenComplete((nothing, failure) -> waiters.remove(waiter));
        if (condition.test(quorum.image())) {
            waiter.done().complete(null);
        }
        int bound = Math.clamp(timeoutMillis, 1, LONGEST_MILLIS);
        return waiter.done().completeOnTimeout(null, bound, TimeUnit.MILLISECONDS);
    }

    /** Completes when this node knows the topic, or after a while. */
    public CompletableFuture<Void> untilKnown(String topic) {
        return until(image -> image.topic(topic) != null, KNOWN_MILLIS);
    }

    /** Answers when this node has seen the change, or when that takes too long. */
    void answer(Request request, ApiMessage response, Predicate<ClusterImage> seen) {
        until(seen, VISIBLE_MILLIS).whenComplete((nothing, never) -> request.reply(response));
    }

    @Override
    public void onImage(ClusterChange change, ClusterImage image) {}

    @Override
    public void onPublished(ClusterImage image) {
        for (Waiter waiter : waiters) {
            if (waiter.condition().test(image)) {
                Thread.startVirtualThread(() -> waiter.done().complete(null));
            }
        }
    }
}
