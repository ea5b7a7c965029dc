package naru.quorum;

import naru.quorum.network.ControllerNetwork;

import org.apache.kafka.common.Node;
import org.apache.kafka.common.message.BrokerHeartbeatRequestData;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.LongSupplier;

/**
 * Fences brokers that are dead for certain, so that nobody waits for {@code
 * broker.session.timeout.ms}: a broker that is not heard of, or whose connection has ended, and at
 * whose every address a connection is refused, is no process any more. A refusal comes from the
 * machine's own network stack; a machine or a network that is silent says nothing, and the
 * session's time decides as ever.
 *
 * <p>Works only while this node is the active controller. A broker that was fenced so and is heard
 * of again with the same epoch lives behind something that refuses connections: it is not judged so
 * again.
 *
 * <p>Threads: any; all state is under the monitor, and nobody is asked while it is held.
 */
final class DeadBrokers {
    private static final Logger LOG = LoggerFactory.getLogger(DeadBrokers.class);

    private final int nodeId;
    private final ControllerNetwork network;
    private final Function<BrokerHeartbeatRequestData, CompletableFuture<?>> heartbeats;
    private final EngineTimer timer;
    private final Duration patience;
    private final LongSupplier nanoClock;

    private final Map<Integer, Contact> contacts = new HashMap<>();
    private final Map<Integer, Long> fencedEpochs = new HashMap<>();
    private final Map<Integer, Long> spurnedEpochs = new HashMap<>();
    private final Set<Integer> beingAsked = new HashSet<>();
    private ImageView image = ImageView.empty();
    private boolean active;
    private long activeSince;

    /** When and how a broker was heard of last. */
    private record Contact(long epoch, String connection, long nanos) {}

    /**
     * @param heartbeats takes a heartbeat in a broker's name to this node's controller
     * @param patience how long a living broker may be silent
     */
    DeadBrokers(
            int nodeId,
            ControllerNetwork network,
            Function<BrokerHeartbeatRequestData, CompletableFuture<?>> heartbeats,
            EngineTimer timer,
            Duration patience,
            LongSupplier nanoClock) {
        this.nodeId = nodeId;
        this.network = network;
        this.heartbeats = heartbeats;
        this.timer = timer;
        this.patience = patience;
        this.nanoClock = nanoClock;
    }

    /** A heartbeat has come over this connection. */
    void onHeartbeat(BrokerHeartbeatRequestData heartbeat, String connection) {
        int id = heartbeat.brokerId();
        if (id == nodeId || heartbeat.wantFence()) {
            return;
        }
        synchronized (this) {
            long epoch = heartbeat.brokerEpoch();
            contacts.put(id, new Contact(epoch, connection, nanoClock.getAsLong()));
            Long fenced = fencedEpochs.remove(id);
            if (fenced != null && fenced == epoch) {
                spurnedEpochs.put(id, epoch);
                LOG.warn(
                        "Broker {} lives, though connections to it are refused from here; from now"
                                + " on only its heartbeats count",
                        id);
            }
        }
    }

    /** Of a process that dies, the system ends the connections at once. */
    void onDisconnected(String connection) {
        List<Integer> silent;
        synchronized (this) {
            if (!active) {
                return;
            }
            silent =
                    contacts.entrySet().stream()
                            .filter(entry -> entry.getValue().connection().equals(connection))
                            .map(Map.Entry::getKey)
                            .toList();
        }
        silent.forEach(this::ask);
    }

    void onImage(ImageView newImage) {
        boolean begins;
        synchronized (this) {
            image = newImage;
            boolean now =
                    newImage.controllerId().isPresent()
                            && newImage.controllerId().getAsInt() == nodeId;
            begins = now && !active;
            active = now;
            if (begins) {
                contacts.clear();
                activeSince = nanoClock.getAsLong();
            }
        }
        if (begins) {
            newImage.brokers().forEach(broker -> ask(broker.id()));
            look();
        }
    }

    /** Asks for those that were not heard of for too long, and comes again while it is needed. */
    private void look() {
        List<Integer> silent;
        synchronized (this) {
            if (!active) {
                return;
            }
            long before = nanoClock.getAsLong() - patience.toNanos();
            silent =
                    image.brokers().stream()
                            .map(ClusterImage.BrokerNode::id)
                            .filter(id -> lastHeard(id) - before < 0)
                            .toList();
        }
        silent.forEach(this::ask);
        var _ = timer.after(patience.dividedBy(2), "look-for-dead-brokers", this::look);
    }

    private long lastHeard(int id) {
        Contact contact = contacts.get(id);
        return contact == null ? activeSince : contact.nanos();
    }

    /** Has the broker's addresses tried, unless there is no question. */
    private void ask(int id) {
        ClusterImage.BrokerNode broker;
        long heard;
        synchronized (this) {
            broker = image.broker(id);
            if (broker == null || !isInQuestion(broker) || !beingAsked.add(id)) {
                return;
            }
            heard = lastHeard(id);
        }
        List<CompletableFuture<Boolean>> refusals =
                broker.endpoints().stream()
                        .map(endpoint -> new Node(id, endpoint.host(), endpoint.port()))
                        .map(network::refuses)
                        .toList();
        var _ =
                CompletableFuture.allOf(refusals.toArray(CompletableFuture[]::new))
                        .whenComplete((all, failure) -> {
                            boolean dead =
                                    failure == null
                                            && !refusals.isEmpty()
                                            && refusals.stream().allMatch(CompletableFuture::join);
                            onAnswer(broker, dead, heard);
                        });
    }

    private boolean isInQuestion(ClusterImage.BrokerNode broker) {
        return active
                && broker.id() != nodeId
                && !broker.fenced()
                && !Long.valueOf(broker.epoch()).equals(spurnedEpochs.get(broker.id()));
    }

    private void onAnswer(ClusterImage.BrokerNode broker, boolean dead, long heard) {
        long offset;
        synchronized (this) {
            beingAsked.remove(broker.id());
            if (!dead || !active || lastHeard(broker.id()) != heard) {
                return;
            }
            fencedEpochs.put(broker.id(), broker.epoch());
            offset = image.offset();
        }
        LOG.info(
                "Broker {} is dead: every connection to it is refused; it is fenced at once",
                broker.id());
        var _ =
                heartbeats
                        .apply(
                                new BrokerHeartbeatRequestData()
                                        .setBrokerId(broker.id())
                                        .setBrokerEpoch(broker.epoch())
                                        .setCurrentMetadataOffset(offset)
                                        .setWantFence(true))
                        .whenComplete((done, refused) -> {
                            if (refused != null) {
                                LOG.debug("Broker {} could not be fenced", broker.id(), refused);
                            }
                        });
    }
}
