package naru.quorum;

import naru.quorum.network.ControllerNetwork.Lane;

import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.BrokerIdNotRegisteredException;
import org.apache.kafka.common.errors.DuplicateBrokerRegistrationException;
import org.apache.kafka.common.errors.InconsistentClusterIdException;
import org.apache.kafka.common.errors.InvalidRegistrationException;
import org.apache.kafka.common.errors.NotControllerException;
import org.apache.kafka.common.errors.StaleBrokerEpochException;
import org.apache.kafka.common.errors.UnsupportedVersionException;
import org.apache.kafka.common.message.BrokerHeartbeatRequestData;
import org.apache.kafka.common.message.BrokerHeartbeatResponseData;
import org.apache.kafka.common.message.BrokerRegistrationRequestData;
import org.apache.kafka.common.message.BrokerRegistrationResponseData;
import org.apache.kafka.common.message.UnregisterBrokerRequestData;
import org.apache.kafka.common.security.auth.SecurityProtocol;
import org.apache.kafka.controller.QuorumFeatures;
import org.apache.kafka.metadata.BrokerRegistration;
import org.apache.kafka.metadata.VersionRange;
import org.apache.kafka.server.common.MetadataVersion;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/**
 * This node as a broker: its registration and its heartbeat.
 *
 * <p>{@code Absent -> Registering -> Registered -> Leaving -> Left}; a controller that no longer
 * knows the broker sends it back to {@code Registering}. At most one request is on its way. While
 * something is awaited (to be unfenced, to be let go) each new image brings the next heartbeat, not
 * the interval.
 *
 * <p>Threads: any; everything is under the monitor, and futures complete outside of it.
 */
final class BrokerMembership {
    private static final Logger LOG = LoggerFactory.getLogger(BrokerMembership.class);
    private static final Duration FIRST_RETRY = Duration.ofMillis(5);
    private static final Duration DEPARTURE_RETRY = Duration.ofMillis(50);
    private static final Duration HEARTBEAT_RETRY = Duration.ofMillis(200);
    private static final Duration LONGEST_SILENCE = Duration.ofSeconds(5);
    private static final long NO_EPOCH = -1;

    /** What a controller compares with where it knows of no former run. */
    private static final long EPOCH_OF_NONE = -2;

    private enum State {
        ABSENT,
        REGISTERING,
        REGISTERED,
        LEAVING,
        LEFT
    }

    private final QuorumOptions options;
    private final NodeStorage storage;
    private final @Nullable String rack;
    private final ActiveController controller;
    private final EngineTimer timer;
    private final Duration interval;
    private final Uuid incarnation = Uuid.randomUuid();
    private final CompletableFuture<Void> unfenced = new CompletableFuture<>();
    private final CompletableFuture<Void> left = new CompletableFuture<>();

    private State state = State.ABSENT;
    private List<ClusterImage.BrokerEndpoint> endpoints = List.of();
    private List<Uuid> logDirectories = List.of();
    private final Set<Uuid> failedDirectories = new LinkedHashSet<>();
    private Set<Uuid> cordonedDirectories = Set.of();
    private long previousEpoch = NO_EPOCH;
    private ImageView image = ImageView.empty();
    private boolean inFlight;
    private int silence;
    private long silentSince;
    private boolean ticking;
    private Duration retry = FIRST_RETRY;
    private volatile long epoch = NO_EPOCH;
    private volatile boolean fenced = true;
    private volatile String obstacle = "";

    BrokerMembership(
            QuorumOptions options,
            QuorumSettings settings,
            NodeStorage storage,
            ActiveController controller,
            EngineTimer timer) {
        this.options = options;
        this.storage = storage;
        this.rack = settings.rack();
        this.controller = controller;
        this.timer = timer;
        this.interval = Duration.ofMillis(settings.heartbeatIntervalMillis());
    }

    long epoch() {
        return epoch;
    }

    CompletableFuture<Void> register(
            List<ClusterImage.BrokerEndpoint> endpoints,
            List<Uuid> logDirectories,
            long previousEpoch) {
        synchronized (this) {
            if (state != State.ABSENT) {
                throw new IllegalStateException("a node registers once");
            }
            this.endpoints = List.copyOf(endpoints);
            this.logDirectories = List.copyOf(logDirectories);
            this.previousEpoch = previousEpoch;
            state = State.REGISTERING;
        }
        proceed();
        return unfenced.copy();
    }

    CompletableFuture<Void> leave() {
        synchronized (this) {
            switch (state) {
                case ABSENT, REGISTERING -> {
                    state = State.LEFT;
                    left.complete(null);
                }
                case REGISTERED -> state = State.LEAVING;
                case LEAVING, LEFT -> {}
            }
        }
        proceed();
        return left.copy();
    }

    /** Told with each heartbeat from now on, the first of which goes out at once. */
    void directoryFailed(Uuid directoryId) {
        synchronized (this) {
            failedDirectories.add(directoryId);
        }
        proceed();
    }

    /** Told with each heartbeat from now on, the first of which goes out at once. */
    void cordon(Set<Uuid> directoryIds) {
        synchronized (this) {
            if (cordonedDirectories.equals(directoryIds)) {
                return;
            }
            cordonedDirectories = Set.copyOf(directoryIds);
        }
        proceed();
    }

    /** An older controller would not understand. */
    private boolean mayCordon() {
        return image.metadata()
                .features()
                .metadataVersion()
                .filter(MetadataVersion::isCordonedLogDirsSupported)
                .isPresent();
    }

    /** Whether this broker is none of those that clients are told of. */
    boolean isFenced() {
        return fenced;
    }

    private void noteFencing(boolean now) {
        if (now == fenced) {
            return;
        }
        fenced = now;
        if (!now) {
            LOG.info("This broker is in the cluster, with the epoch {}", epoch);
        } else if (!isLeaving()) {
            LOG.warn(
                    "The controller has fenced this broker: it leads nothing until its heartbeats"
                            + " are taken again");
        }
    }

    /** No more heartbeats; what is awaited fails. */
    void stop() {
        synchronized (this) {
            state = State.LEFT;
        }
        unfenced.completeExceptionally(new IllegalStateException("the quorum was closed"));
        left.complete(null);
    }

    /** A new image is what an awaited heartbeat waits for. */
    void onImage(ImageView newImage) {
        boolean isUnfenced;
        synchronized (this) {
            image = newImage;
            ClusterImage.BrokerNode self = newImage.broker(options.nodeId());
            isUnfenced =
                    self != null && epoch != NO_EPOCH && self.epoch() == epoch && !self.fenced();
        }
        if (isUnfenced) {
            unfenced.complete(null);
        }
        noteFencing(!isUnfenced);
        if (!unfenced.isDone() || isLeaving()) {
            proceed();
        }
    }

    private synchronized boolean isLeaving() {
        return state == State.LEAVING;
    }

    /** Sends what the state asks for, unless an answer is still awaited. */
    private void proceed() {
        State doing;
        synchronized (this) {
            if (inFlight || image.offset() < 0) {
                return;
            }
            doing = state;
            if (doing == State.REGISTERED && image.offset() < epoch) {
                return;
            }
            inFlight = doing != State.ABSENT && doing != State.LEFT;
        }
        switch (doing) {
            case REGISTERING -> sendRegistration();
            case REGISTERED, LEAVING -> sendHeartbeat(doing == State.LEAVING);
            case ABSENT, LEFT -> {}
        }
    }

    private void sendRegistration() {
        var _ =
                controller
                        .ask(Lane.MEMBERSHIP, registration())
                        .whenComplete((reply, failure) -> {
                            if (failure != null) {
                                onRegistrationFailed(Requests.cause(failure));
                            } else {
                                onRegistered(
                                        ((BrokerRegistrationResponseData) reply).brokerEpoch());
                            }
                        });
    }

    private void onRegistered(long newEpoch) {
        synchronized (this) {
            inFlight = false;
            if (state == State.REGISTERING) {
                state = State.REGISTERED;
            }
            epoch = newEpoch;
            previousEpoch = newEpoch;
            retry = FIRST_RETRY;
        }
        proceed();
        tick();
    }

    /** The controller may not be active yet, or still hold our former run for alive. */
    private void onRegistrationFailed(Throwable failure) {
        if (failure instanceof DuplicateBrokerRegistrationException) {
            BrokerRegistration former = formerRunHere();
            if (former != null) {
                takePlaceOf(former);
                return;
            }
        }
        if (isForGood(failure)) {
            unfenced.completeExceptionally(failure);
        } else if (!(failure instanceof ApiException)) {
            LOG.error("The broker could not be registered", failure);
        } else if (!(failure instanceof NotControllerException)
                && !String.valueOf(failure.getMessage()).equals(obstacle)) {
            obstacle = String.valueOf(failure.getMessage());
            LOG.warn("The broker is not registered yet: {}", obstacle);
        }
        retryRegistration();
    }

    /** What waiting does not mend. */
    private static boolean isForGood(Throwable failure) {
        return failure instanceof UnsupportedVersionException
                || failure instanceof InconsistentClusterIdException
                || failure instanceof InvalidRegistrationException
                || failure instanceof AuthenticationException;
    }

    private void retryRegistration() {
        Duration delay;
        synchronized (this) {
            inFlight = false;
            delay = retry;
            retry = min(retry.multipliedBy(2), interval);
        }
        timer.after(delay, "register-broker", this::proceed);
    }

    /**
     * The run that is registered under our id, if it had a folder that we now hold: then it cannot
     * be alive, and its session need not be waited for. Null as long as this node has not heard of
     * the run that closed our folders.
     */
    private synchronized @Nullable BrokerRegistration formerRunHere() {
        BrokerRegistration former = image.metadata().cluster().broker(options.nodeId());
        return former == null
                        || former.epoch() < previousEpoch
                        || Collections.disjoint(former.directories(), logDirectories)
                ? null
                : former;
    }

    /**
     * Has the former run forgotten, whose session the controller keeps until its time is over even
     * where it has left. With it goes the epoch by which the controller would see that it was
     * stopped cleanly, so that this is seen here.
     */
    private void takePlaceOf(BrokerRegistration former) {
        boolean clean;
        synchronized (this) {
            clean = former.epoch() == previousEpoch && !lacksFormerFolder();
        }
        LOG.info(
                "The former run of this broker {}; taking its place",
                clean ? "left a moment ago" : "ended without leaving");
        var _ =
                controller
                        .ask(
                                Lane.MEMBERSHIP,
                                new UnregisterBrokerRequestData().setBrokerId(options.nodeId()))
                        .whenComplete((done, refused) -> {
                            if (refused == null && clean) {
                                synchronized (this) {
                                    previousEpoch = EPOCH_OF_NONE;
                                }
                            }
                            retryRegistration();
                        });
    }

    private void sendHeartbeat(boolean wantsToLeave) {
        BrokerHeartbeatRequestData request;
        synchronized (this) {
            request =
                    new BrokerHeartbeatRequestData()
                            .setBrokerId(options.nodeId())
                            .setBrokerEpoch(epoch)
                            .setCurrentMetadataOffset(image.offset())
                            .setWantFence(false)
                            .setOfflineLogDirs(List.copyOf(failedDirectories))
                            .setCordonedLogDirs(
                                    mayCordon() ? List.copyOf(cordonedDirectories) : List.of())
                            .setWantShutDown(wantsToLeave);
        }
        var _ =
                controller
                        .ask(Lane.MEMBERSHIP, request)
                        .whenComplete((reply, failure) -> {
                            if (failure != null) {
                                onHeartbeatFailed(Requests.cause(failure));
                            } else {
                                onHeartbeat((BrokerHeartbeatResponseData) reply);
                            }
                        });
    }

    private void onHeartbeat(BrokerHeartbeatResponseData reply) {
        boolean isLeaving;
        synchronized (this) {
            inFlight = false;
            silence = 0;
            isLeaving = state == State.LEAVING;
            if (isLeaving && reply.shouldShutDown()) {
                state = State.LEFT;
            }
        }
        if (isLeaving && reply.shouldShutDown()) {
            left.complete(null);
        } else if (isLeaving) {
            timer.after(DEPARTURE_RETRY, "leave-heartbeat", this::proceed);
        }
    }

    private void onHeartbeatFailed(Throwable failure) {
        boolean unknown =
                failure instanceof StaleBrokerEpochException
                        || failure instanceof BrokerIdNotRegisteredException;
        boolean isGone;
        synchronized (this) {
            inFlight = false;
            isGone = unknown && state == State.LEAVING;
            if (isGone) {
                state = State.LEFT;
            } else if (unknown && state == State.REGISTERED) {
                state = State.REGISTERING;
            }
        }
        if (isGone) {
            left.complete(null);
        } else if (unknown) {
            LOG.warn("The controller no longer knows this broker; registering it again");
            timer.after(FIRST_RETRY, "register-broker", this::proceed);
        } else {
            onHeartbeatLost(failure);
        }
    }

    /**
     * The next heartbeat may find another controller; who leaves does not wait for the interval.
     */
    private void onHeartbeatLost(Throwable failure) {
        boolean first;
        boolean isLeaving;
        boolean givesUp;
        synchronized (this) {
            first = silence++ == 0;
            isLeaving = state == State.LEAVING;
            if (first || !isLeaving) {
                silentSince = System.nanoTime();
            }
            givesUp = isLeaving && System.nanoTime() - silentSince > LONGEST_SILENCE.toNanos();
            if (givesUp) {
                state = State.LEFT;
            }
        }
        if (givesUp) {
            LOG.warn("No controller answers; this broker leaves without its word");
            left.complete(null);
            return;
        }
        if (first) {
            LOG.warn("A heartbeat of this broker was not taken: {}", failure.toString());
        }
        timer.after(
                isLeaving ? DEPARTURE_RETRY : min(HEARTBEAT_RETRY, interval),
                "heartbeat",
                this::proceed);
    }

    /** Keeps one heartbeat an interval going, however often the broker registers. */
    private void tick() {
        synchronized (this) {
            if (ticking) {
                return;
            }
            ticking = true;
        }
        scheduleTick();
    }

    private void scheduleTick() {
        timer.after(
                interval,
                "heartbeat",
                () -> {
                    synchronized (this) {
                        if (state == State.LEFT) {
                            return;
                        }
                    }
                    scheduleTick();
                    proceed();
                });
    }

    private BrokerRegistrationRequestData registration() {
        BrokerRegistrationRequestData.ListenerCollection listeners =
                new BrokerRegistrationRequestData.ListenerCollection();
        for (ClusterImage.BrokerEndpoint endpoint : endpoints) {
            listeners.add(
                    new BrokerRegistrationRequestData.Listener()
                            .setName(endpoint.listenerName())
                            .setHost(endpoint.host())
                            .setPort(endpoint.port())
                            .setSecurityProtocol(
                                    SecurityProtocol.forName(endpoint.securityProtocol()).id));
        }
        BrokerRegistrationRequestData.FeatureCollection features =
                new BrokerRegistrationRequestData.FeatureCollection();
        for (Map.Entry<String, VersionRange> feature :
                QuorumFeatures.defaultSupportedFeatureMap(false).entrySet()) {
            features.add(
                    new BrokerRegistrationRequestData.Feature()
                            .setName(feature.getKey())
                            .setMinSupportedVersion(feature.getValue().min())
                            .setMaxSupportedVersion(feature.getValue().max()));
        }
        return new BrokerRegistrationRequestData()
                .setBrokerId(options.nodeId())
                .setClusterId(storage.clusterId())
                .setIncarnationId(incarnation)
                .setIsMigratingZkBroker(false)
                .setRack(rack)
                .setListeners(listeners)
                .setFeatures(features)
                .setLogDirs(workingDirectories())
                .setPreviousBrokerEpoch(lacksFormerFolder() ? NO_EPOCH : previousEpoch);
    }

    /**
     * Whether the run before had a folder that this one has not: what was in it is not here,
     * however cleanly the others were closed.
     */
    private synchronized boolean lacksFormerFolder() {
        BrokerRegistration former = image.metadata().cluster().broker(options.nodeId());
        return former != null
                && !former.incarnationId().equals(incarnation)
                && !logDirectories.containsAll(former.directories());
    }

    private synchronized List<Uuid> workingDirectories() {
        return logDirectories.stream().filter(id -> !failedDirectories.contains(id)).toList();
    }

    private static Duration min(Duration one, Duration other) {
        return one.compareTo(other) <= 0 ? one : other;
    }
}
