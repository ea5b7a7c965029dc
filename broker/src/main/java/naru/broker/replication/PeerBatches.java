package naru.broker.replication;

import naru.broker.coordinator.Alarm;

import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.requests.AbstractRequest;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * Questions of one kind to other brokers, gathered: what waits for the same broker leaves in one
 * request.
 *
 * <p>Threads: any asks; answers come on those of the alarm. Bounded: few requests are under way to
 * one broker, each with so many questions; who asks bounds what waits.
 *
 * @param <Q> a question
 */
public final class PeerBatches<Q> {
    private static final Logger LOG = LoggerFactory.getLogger("naru.replication");
    private static final int MOST_UNDER_WAY = 4;
    private static final int MOST_QUESTIONS = 1_000;

    private final Peers peers;
    private final Alarm alarm;
    private final int timeoutMillis;
    private final Supplier<Batch<Q>> newBatch;
    private final Map<Integer, Lane> lanes = new ConcurrentHashMap<>();

    /** One request that is being made, and then those who wait for its answer. */
    public interface Batch<Q> {
        /**
         * False when the question cannot go with those before it; it then goes with the next
         * request. The first one always can.
         */
        boolean add(Q question);

        AbstractRequest.Builder<?> request();

        void onAnswer(ApiMessage answer);

        /** There is no answer; whether the request was carried out is not known. */
        void onFailure(String why);
    }

    /**
     * @param timeoutMillis how long an answer is waited for
     * @param newBatch gives an empty one
     */
    public PeerBatches(Peers peers, Alarm alarm, int timeoutMillis, Supplier<Batch<Q>> newBatch) {
        this.peers = peers;
        this.alarm = alarm;
        this.timeoutMillis = timeoutMillis;
        this.newBatch = newBatch;
    }

    public void ask(int broker, Q question) {
        lanes.computeIfAbsent(broker, Lane::new).ask(question);
    }

    /** All that is asked of one broker. */
    private final class Lane {
        private final int broker;
        private final Deque<Q> waiting = new ArrayDeque<>();
        private int underWay;
        private boolean called;

        Lane(int broker) {
            this.broker = broker;
        }

        /** Whoever asks for much asks for all of it before the first request leaves. */
        void ask(Q question) {
            synchronized (this) {
                waiting.add(question);
                if (called || underWay == MOST_UNDER_WAY) {
                    return;
                }
                called = true;
            }
            alarm.soon(this::send);
        }

        private void send() {
            while (true) {
                Batch<Q> batch = next();
                if (batch == null) {
                    return;
                }
                try {
                    var _ =
                            peers.ask(broker, batch.request(), timeoutMillis)
                                    .whenComplete((answer, failure) ->
                                            alarm.soon(() -> settle(batch, answer, failure)));
                } catch (RuntimeException bug) {
                    LOG.error("broker {} cannot be asked; this is a bug in Naru", broker, bug);
                    settle(batch, null, bug);
                }
            }
        }

        private synchronized @Nullable Batch<Q> next() {
            called = false;
            if (waiting.isEmpty() || underWay == MOST_UNDER_WAY) {
                return null;
            }
            underWay++;
            Batch<Q> batch = newBatch.get();
            List<Q> later = new ArrayList<>(0);
            for (int i = 0; i < MOST_QUESTIONS && !waiting.isEmpty(); i++) {
                Q question = waiting.remove();
                if (!batch.add(question)) {
                    later.add(question);
                }
            }
            later.reversed().forEach(waiting::addFirst);
            return batch;
        }

        private void settle(
                Batch<Q> batch, @Nullable ApiMessage answer, @Nullable Throwable failure) {
            try {
                if (answer == null) {
                    batch.onFailure(failure == null ? "no answer" : failure.toString());
                } else {
                    batch.onAnswer(answer);
                }
            } catch (RuntimeException bug) {
                LOG.error("an answer of broker {} is lost; this is a bug in Naru", broker, bug);
            }
            synchronized (this) {
                underWay--;
            }
            send();
        }
    }
}
