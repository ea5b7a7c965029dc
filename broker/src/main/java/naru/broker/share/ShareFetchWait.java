package naru.broker.share;

import naru.broker.partition.DataListener;
import naru.broker.transport.Request;
import naru.broker.transport.Timeout;

import org.jspecify.annotations.Nullable;

/**
 * A ShareFetch that has not found anything yet: it waits until one of its share partitions has
 * something for it, or its time is over. Owned by the request's loop; woken by any thread.
 */
final class ShareFetchWait {
    private final Request request;
    private final ShareFetchRound round;
    private final int minBytes;
    private final Runnable reply;
    private @Nullable Timeout timeout;
    private @Nullable Ear ear;
    private boolean done;

    ShareFetchWait(Request request, ShareFetchRound round, int minBytes, Runnable reply) {
        this.request = request;
        this.round = round;
        this.minBytes = minBytes;
        this.reply = reply;
    }

    void begin(long waitMillis) {
        if (waitMillis <= 0) {
            round.acquire();
            reply.run();
            return;
        }
        if (round.mayHave(minBytes) && round.acquire()) {
            reply.run();
            return;
        }
        timeout = request.after(waitMillis, this::onTimeout);
        listen();
    }

    /** Listens first and looks once more afterwards, so that nothing is missed between. */
    private void listen() {
        Ear next = new Ear();
        ear = next;
        round.listen(next);
        tryAgain();
    }

    private void tryAgain() {
        if (!done && round.mayHave(minBytes) && round.acquire()) {
            finish();
        }
    }

    private void onWake(Ear woken) {
        if (!done && woken == ear) {
            tryAgain();
            if (!done) {
                listen();
            }
        }
    }

    private void onTimeout() {
        if (!done) {
            round.acquire();
            finish();
        }
    }

    private void finish() {
        done = true;
        if (timeout != null) {
            timeout.cancel();
        }
        if (ear != null) {
            ear.over = true;
        }
        reply.run();
    }

    /** Listens until it has been called once. */
    private final class Ear implements DataListener {
        private volatile boolean over;

        @Override
        public void onChange() {
            if (!over) {
                over = true;
                request.onLoop(() -> onWake(this));
            }
        }

        @Override
        public boolean isDone() {
            return over;
        }
    }
}
