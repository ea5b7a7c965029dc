package naru.broker.api;

import naru.broker.partition.CommitListener;
import naru.broker.partition.Partition;
import naru.broker.transport.Request;
import naru.broker.transport.Timeout;

import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.message.ProduceResponseData.PartitionProduceResponse;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Waits for the appends of one request to be committed, or for its time to be over. Used on the
 * request's loop.
 */
final class CommitWait {
    private final Request request;
    private final ProduceResponseData response;
    private final List<Waiting> waiting;
    private final AtomicInteger open;
    private @Nullable Timeout timeout;
    private boolean replied;

    /** An append that is in the log and not yet committed. */
    record Waiting(Partition partition, long lastOffset, PartitionProduceResponse reply) {}

    CommitWait(Request request, ProduceResponseData response, List<Waiting> waiting) {
        this.request = request;
        this.response = response;
        this.waiting = waiting;
        this.open = new AtomicInteger(waiting.size());
    }

    void begin(int timeoutMillis) {
        timeout = request.after(Math.max(0, timeoutMillis), this::onTimeout);
        for (Waiting append : waiting) {
            append.reply().setErrorCode(Errors.REQUEST_TIMED_OUT.code());
            append.partition().awaitCommit(append.lastOffset() + 1, new Settling(append.reply()));
        }
    }

    /** Settles one partition's reply, on the request's loop. */
    private final class Settling implements CommitListener {
        private final PartitionProduceResponse reply;

        Settling(PartitionProduceResponse reply) {
            this.reply = reply;
        }

        @Override
        public void onCommitted() {
            request.onLoop(() -> settle(Errors.NONE, null));
        }

        @Override
        public void onLost(Errors error, String message) {
            request.onLoop(() -> settle(error, message));
        }

        private void settle(Errors error, @Nullable String message) {
            if (!replied) {
                reply.setErrorCode(error.code()).setErrorMessage(message);
                if (open.decrementAndGet() == 0) {
                    reply();
                }
            }
        }
    }

    private void onTimeout() {
        if (!replied) {
            reply();
        }
    }

    private void reply() {
        replied = true;
        if (timeout != null) {
            timeout.cancel();
        }
        request.reply(response);
    }
}
