package naru.simulation.cluster;

import naru.quorum.ClusterImage.BrokerNode;
import naru.simulation.cluster.ModelController.Heard;
import naru.simulation.node.BareQuorum;
import naru.simulation.node.SimulatedNode;

import org.apache.kafka.common.Uuid;
import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * What one run of a broker has heard of the metadata, and its place in the cluster: registration
 * and heartbeats, in the order in which the real node does it. Metadata come late and in steps of
 * any size, without loss.
 */
final class Membership extends BareQuorum {
    static final int HEARTBEAT_MILLIS = 150;
    private static final int RETRY_MILLIS = 20;

    private final Machine machine;
    private @Nullable SimulatedNode node;
    private ModelImage image = ModelImage.NONE;
    private long previousEpoch = -1;
    private long epoch = -1;
    private boolean inFlight;
    private boolean serving;
    private long deafUntil;
    private @Nullable Runnable left;

    Membership(Machine machine) {
        super(machine.id());
        this.machine = machine;
    }

    private Cluster cluster() {
        return machine.cluster();
    }

    @Override
    public ModelImage image() {
        return image;
    }

    @Override
    public long brokerEpoch() {
        return epoch;
    }

    /** Whether listeners are open, as they are once the broker was first unfenced. */
    boolean isServing() {
        return serving;
    }

    void begin(SimulatedNode run, long epochBefore) {
        node = run;
        previousEpoch = epochBefore;
        listen(run);
        beat(run);
    }

    // ---- metadata

    private void listen(SimulatedNode run) {
        run.after(
                2 + cluster().random().nextInt(20),
                () -> {
                    boolean reached =
                            !cluster().network().isCut(Network.CONTROLLER, nodeId())
                                    && cluster().time().millis() >= deafUntil;
                    if (reached) {
                        hear(run);
                    }
                    listen(run);
                });
    }

    /** Metadata do not come for a while, though heartbeats do. */
    void beDeaf(int millis) {
        deafUntil = cluster().time().millis() + millis;
    }

    private void hear(SimulatedNode run) {
        ModelController controller = cluster().controller();
        boolean whole = image == ModelImage.NONE || cluster().random().nextInt(3) > 0;
        ModelImage newest = whole ? controller.newest() : controller.at(image.offset() + 1);
        if (newest.offset() <= image.offset()) {
            return;
        }
        ModelImage next = cluster().plant().heard(machine, newest);
        cluster().plant().beforeMetadata(machine, next);
        run.hear(next.since(image), next);
        image = next;
        BrokerNode self = next.broker(nodeId());
        boolean isIn = self != null && epoch >= 0 && self.epoch() == epoch && !self.fenced();
        if (isIn && !serving) {
            serving = true;
            run.logs().retainOnly(log -> run.partitions().isPlacedHere(next, log));
            cluster().note("broker " + nodeId() + " serves");
        }
        if (!serving) {
            proceed();
        }
    }

    // ---- membership

    private void beat(SimulatedNode run) {
        run.after(
                HEARTBEAT_MILLIS,
                () -> {
                    proceed();
                    beat(run);
                });
    }

    private void proceed() {
        if (inFlight || image.offset() < 0 || (epoch >= 0 && image.offset() < epoch)) {
            return;
        }
        inFlight = true;
        if (epoch < 0) {
            register();
        } else {
            heartbeat();
        }
    }

    private void register() {
        ModelController controller = cluster().controller();
        long run = machine.run();
        machine.askController(() ->
                        controller.register(
                                nodeId(), run, previousEpoch, List.of(machine.directory())))
                .whenComplete((given, failure) -> {
                    inFlight = false;
                    if (failure != null) {
                        again();
                    } else if (given < 0) {
                        takeFormerPlace();
                    } else {
                        epoch = given;
                        proceed();
                    }
                });
    }

    /** The run before cannot be alive, as this one holds its folder. */
    private void takeFormerPlace() {
        inFlight = true;
        machine.askController(
                        () -> {
                            cluster().controller().unregister(nodeId());
                            return true;
                        })
                .whenComplete((done, failure) -> {
                    inFlight = false;
                    again();
                });
    }

    private void again() {
        if (node != null) {
            node.after(RETRY_MILLIS, this::proceed);
        }
    }

    private void heartbeat() {
        long offset = image.offset();
        long own = epoch;
        boolean leaves = left != null;
        machine.askController(() -> cluster().controller().heartbeat(nodeId(), own, offset, leaves))
                .whenComplete((heard, failure) -> {
                    inFlight = false;
                    if (failure == null) {
                        heard(own, heard, leaves);
                    } else {
                        again();
                    }
                });
    }

    private void heard(long own, Heard heard, boolean leaves) {
        Runnable ended = left;
        if (!heard.known() && own == epoch) {
            previousEpoch = epoch;
            epoch = -1;
            again();
        } else if (leaves && heard.mayStop() && ended != null) {
            left = null;
            ended.run();
        } else if (leaves) {
            again();
        }
    }

    void leave(Runnable ended) {
        left = ended;
        proceed();
    }

    @Override
    public CompletableFuture<Void> assignDirectory(Uuid topicId, int index, Uuid directoryId) {
        machine.askController(
                        () -> {
                            cluster().controller().assign(nodeId(), topicId, index, directoryId);
                            return true;
                        })
                .whenComplete((done, failure) -> {
                    if (failure != null && node != null) {
                        node.after(500, () -> assignDirectory(topicId, index, directoryId));
                    }
                });
        return CompletableFuture.completedFuture(null);
    }
}
