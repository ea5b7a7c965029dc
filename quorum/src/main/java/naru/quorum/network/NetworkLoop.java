package naru.quorum.network;

import org.apache.kafka.clients.KafkaClient;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.common.utils.Utils;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Sends what is put in, over one client of Kafka's.
 *
 * <p>Threads: {@link #put} and {@link #stop} from any; the rest is the loop's own thread. Answers
 * are given on it. A fault fails the requests of that pass and the loop goes on.
 */
final class NetworkLoop implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(NetworkLoop.class);
    private static final int MOST_WAITING = 10_000;
    private static final long LONGEST_POLL_MILLIS = 10_000;

    private final KafkaClient client;
    private final Time time;
    private final Queue<Outbound> incoming = new ConcurrentLinkedQueue<>();
    private final AtomicInteger waiting = new AtomicInteger();
    private final Map<LaneNode, ArrayDeque<Outbound>> unsent = new HashMap<>();
    private volatile boolean stopped;

    NetworkLoop(KafkaClient client, Time time) {
        this.client = client;
        this.time = time;
    }

    void put(Outbound request) {
        if (waiting.incrementAndGet() > MOST_WAITING) {
            waiting.decrementAndGet();
            request.fail(null, "more than " + MOST_WAITING + " requests wait to be sent");
            return;
        }
        incoming.add(request);
        if (stopped) {
            failIncoming();
        }
        client.wakeup();
    }

    void stop() {
        stopped = true;
        client.initiateClose();
        client.wakeup();
    }

    @Override
    public void run() {
        while (!stopped) {
            try {
                pass();
            } catch (RuntimeException fault) {
                if (!stopped) {
                    LOG.error("The network between controllers met a fault", fault);
                    failUnsent();
                }
            }
        }
        failUnsent();
        failIncoming();
        Utils.closeQuietly(client, "network between controllers");
    }

    private void pass() {
        Outbound next;
        while ((next = incoming.poll()) != null) {
            unsent.computeIfAbsent(next.destination(), node -> new ArrayDeque<>()).add(next);
        }
        long now = time.milliseconds();
        long wait = LONGEST_POLL_MILLIS;
        Iterator<Map.Entry<LaneNode, ArrayDeque<Outbound>>> queues = unsent.entrySet().iterator();
        while (queues.hasNext()) {
            Map.Entry<LaneNode, ArrayDeque<Outbound>> entry = queues.next();
            wait = Math.min(wait, serve(entry.getKey(), entry.getValue(), now));
            if (entry.getValue().isEmpty()) {
                queues.remove();
            }
        }
        client.poll(Math.max(0, wait), now);
    }

    /** Sends what can be sent, drops what is too late, and answers how long the rest can wait. */
    private long serve(LaneNode node, ArrayDeque<Outbound> queue, long now) {
        while (!queue.isEmpty()) {
            Outbound head = queue.getFirst();
            long left = head.deadlineMillis() - now;
            if (left <= 0) {
                removeFirst(queue).fail(null, "there was no connection in time");
            } else if (client.ready(node, now)) {
                client.send(
                        client.newClientRequest(
                                node.idString(),
                                head.request(),
                                now,
                                true,
                                (int) Math.min(left, Integer.MAX_VALUE),
                                head::onResponse),
                        now);
                removeFirst(queue);
            } else if (client.connectionFailed(node)) {
                removeFirst(queue).fail(client.authenticationException(node), "no connection");
            } else {
                return Math.min(left, client.connectionDelay(node, now));
            }
        }
        return LONGEST_POLL_MILLIS;
    }

    private Outbound removeFirst(ArrayDeque<Outbound> queue) {
        waiting.decrementAndGet();
        return queue.removeFirst();
    }

    private void failUnsent() {
        for (ArrayDeque<Outbound> queue : unsent.values()) {
            while (!queue.isEmpty()) {
                removeFirst(queue).fail(null, "the network failed");
            }
        }
        unsent.clear();
    }

    private void failIncoming() {
        Outbound request;
        while ((request = incoming.poll()) != null) {
            waiting.decrementAndGet();
            request.fail(null, "the node stops");
        }
    }
}
