package naru.broker.replication;

import org.apache.kafka.clients.ClientResponse;
import org.apache.kafka.clients.NetworkClient;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.errors.BrokerNotAvailableException;
import org.apache.kafka.common.errors.DisconnectException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.requests.AbstractRequest;
import org.apache.kafka.common.utils.Time;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/**
 * Other brokers over Kafka's client library: one thread, and to each broker that is asked a
 * connection for each kind of request, since a broker answers one request of a connection after the
 * other. The thread begins with the first question and ends when there has been none for a while.
 */
public final class NetworkPeers implements Peers {
    private static final Logger LOG = LoggerFactory.getLogger("naru.replication");
    private static final long IDLE_MILLIS = 30_000;
    private static final long MOST_POLL_MILLIS = 1_000;

    private final PeerNetwork network;
    private final Object lock = new Object();
    private final Queue<Question> asked = new ArrayDeque<>();
    private @Nullable NetworkClient client;
    private boolean closed;

    private record Question(
            int broker,
            AbstractRequest.Builder<?> request,
            long deadlineMillis,
            int timeoutMillis,
            CompletableFuture<ApiMessage> answer) {}

    public NetworkPeers(PeerNetwork network) {
        this.network = network;
    }

    @Override
    public CompletableFuture<ApiMessage> ask(
            int broker, AbstractRequest.Builder<?> request, int timeoutMillis) {
        Question question =
                new Question(
                        broker,
                        request,
                        Time.SYSTEM.milliseconds() + timeoutMillis,
                        timeoutMillis,
                        new CompletableFuture<>());
        synchronized (lock) {
            if (closed) {
                question.answer.completeExceptionally(
                        new DisconnectException("this broker is stopping"));
                return question.answer;
            }
            asked.add(question);
            if (client == null) {
                try {
                    NetworkClient opened = network.open("peers");
                    client = opened;
                    Thread.ofPlatform().name("naru-peers").daemon().start(new Asking(opened));
                } catch (KafkaException refused) {
                    asked.remove(question);
                    question.answer.completeExceptionally(refused);
                }
            } else {
                client.wakeup();
            }
        }
        return question.answer;
    }

    private static void fail(Question question, RuntimeException why) {
        question.answer.completeExceptionally(why);
    }

    /** What the thread does, from the first question until there are none. */
    private final class Asking implements Runnable {
        private final NetworkClient client;
        private final List<Question> waiting = new ArrayList<>();
        private final Set<Question> underWay = new HashSet<>();

        /** The client's own numbers of connections. */
        private final Map<Lane, Integer> connections = new HashMap<>();

        private record Lane(int broker, ApiKeys kind) {}

        Asking(NetworkClient client) {
            this.client = client;
        }

        @Override
        public void run() {
            try (client) {
                long idleSince = Time.SYSTEM.milliseconds();
                while (true) {
                    long now = Time.SYSTEM.milliseconds();
                    synchronized (lock) {
                        waiting.addAll(asked);
                        asked.clear();
                        if (!waiting.isEmpty() || client.hasInFlightRequests()) {
                            idleSince = now;
                        }
                        if (closed || now - idleSince > IDLE_MILLIS) {
                            NetworkPeers.this.client = null;
                            break;
                        }
                    }
                    hangUpOnFenced();
                    client.poll(send(now), now);
                }
            } catch (RuntimeException | Error bug) {
                LOG.error("asking other brokers has failed", bug);
                synchronized (lock) {
                    NetworkPeers.this.client = null;
                    waiting.addAll(asked);
                    asked.clear();
                }
            }
            waiting.addAll(underWay);
            waiting.forEach(question ->
                    fail(question, new DisconnectException("nobody asks other brokers any more")));
        }

        /** Who is fenced leads nothing any more, and may never answer. */
        private void hangUpOnFenced() {
            connections.forEach((lane, id) -> {
                if (network.unfenced(lane.broker) == null) {
                    client.disconnect(Integer.toString(id));
                }
            });
        }

        /** Sends what can be sent; how long at most to wait for the rest. */
        private long send(long now) {
            long pause = MOST_POLL_MILLIS;
            for (Iterator<Question> each = waiting.iterator(); each.hasNext(); ) {
                Question question = each.next();
                Node node = connection(question);
                RuntimeException refusal = refusal(node, question, now);
                if (refusal != null) {
                    each.remove();
                    fail(question, refusal);
                } else if (node != null && client.ready(node, now)) {
                    each.remove();
                    send(node, question, now);
                } else if (node != null && client.connectionFailed(node)) {
                    each.remove();
                    fail(question, notReached(node, question));
                } else if (node != null) {
                    long delay = client.connectionDelay(node, now);
                    pause = Math.min(pause, Math.min(delay, question.deadlineMillis - now));
                }
            }
            return Math.max(1, pause);
        }

        /** Where the client finds the connection for the question; null when there can be none. */
        private @Nullable Node connection(Question question) {
            Node node = network.unfenced(question.broker);
            if (node == null) {
                return null;
            }
            Lane lane = new Lane(question.broker, question.request.apiKey());
            int id = connections.computeIfAbsent(lane, each -> connections.size());
            return new Node(id, node.host(), node.port());
        }

        /** Why the question cannot be asked, or null while it may still be. */
        private @Nullable RuntimeException refusal(
                @Nullable Node node, Question question, long now) {
            if (node == null) {
                return new BrokerNotAvailableException(
                        "broker " + question.broker + " is not known or fenced");
            }
            return question.deadlineMillis <= now
                    ? new TimeoutException("broker " + question.broker + " is not reached")
                    : null;
        }

        private RuntimeException notReached(Node node, Question question) {
            RuntimeException refused = client.authenticationException(node);
            return refused == null
                    ? new DisconnectException("broker " + question.broker + " takes no connection")
                    : refused;
        }

        private void send(Node node, Question question, long now) {
            underWay.add(question);
            int left = (int) Math.max(1, question.deadlineMillis - now);
            client.send(
                    client.newClientRequest(
                            node.idString(),
                            question.request,
                            now,
                            true,
                            left,
                            response -> answered(question, response)),
                    now);
        }

        private void answered(Question question, ClientResponse response) {
            underWay.remove(question);
            if (response.authenticationException() != null) {
                fail(question, response.authenticationException());
            } else if (response.versionMismatch() != null) {
                fail(question, response.versionMismatch());
            } else if (response.wasTimedOut()) {
                fail(
                        question,
                        new TimeoutException(
                                "broker %d has not answered within %d ms"
                                        .formatted(question.broker, question.timeoutMillis)));
            } else if (response.wasDisconnected()) {
                fail(question, new DisconnectException("broker " + question.broker + " hung up"));
            } else {
                question.answer.complete(response.responseBody().data());
            }
        }
    }

    @Override
    public void close() {
        synchronized (lock) {
            closed = true;
            if (client != null) {
                client.wakeup();
            }
        }
    }
}
