package naru.quorum;

import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.requests.AbstractRequest;
import org.apache.kafka.common.requests.RequestContext;
import org.apache.kafka.common.requests.RequestHeader;

import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;

/**
 * This node's part in the metadata quorum: voter and controller, or observer; and its registration
 * as a broker.
 *
 * <p>Threads: listeners are called on the metadata loader's one thread, in the order of images.
 */
public interface Quorum extends AutoCloseable {
    int nodeId();

    String clusterId();

    /** The newest image that all listeners have seen. */
    ClusterImage image();

    ClusterController controller();

    /** How this node stands in the quorum at this moment. */
    Standing standing();

    /**
     * @param leaderId of the metadata quorum, and the active controller, as far as is known here
     * @param endOffset of this node's metadata log
     * @param highWatermark up to where the metadata is committed, as far as is known here
     * @param fenced whether this broker is registered and fenced
     */
    record Standing(
            OptionalInt leaderId,
            int epoch,
            long endOffset,
            OptionalLong highWatermark,
            boolean fenced) {}

    /** Levels of each feature that this software can work with (KIP-584). */
    Map<String, LevelRange> supportedFeatures();

    record LevelRange(short min, short max) {}

    /** Calls the listener once with the whole present image as a change, then with each change. */
    void subscribe(Listener listener);

    /** Called with each new image before it becomes {@link #image()}. Must not block for long. */
    interface Listener {
        void onImage(ClusterChange change, ClusterImage image);

        /** Called when the image has become {@link #image()}. Must not block for long. */
        default void onPublished(ClusterImage image) {}
    }

    /**
     * Registers this node as a broker that is reached at these endpoints, and keeps its heartbeat
     * going. The future completes when the controller has unfenced it and the image says so.
     */
    default CompletableFuture<Void> register(
            List<ClusterImage.BrokerEndpoint> endpoints, List<Uuid> logDirectories) {
        return register(endpoints, logDirectories, -1);
    }

    /**
     * @param previousEpoch {@link #brokerEpoch()} of the run before when that was stopped cleanly;
     *     -1 otherwise, which has the controller take this broker's replicas for incomplete
     *     (KIP-966)
     */
    CompletableFuture<Void> register(
            List<ClusterImage.BrokerEndpoint> endpoints,
            List<Uuid> logDirectories,
            long previousEpoch);

    /** The data folder has failed: the controller is told with the next heartbeat (KIP-858). */
    void directoryFailed(Uuid directoryId);

    /**
     * Tells the controller in which data folder this broker has its replica, as often as it takes.
     * Completes when the controller has agreed; is cancelled when another folder is told before.
     */
    CompletableFuture<Void> assignDirectory(Uuid topicId, int partition, Uuid directoryId);

    /** Epoch of this broker's registration, or -1 before it is registered. */
    long brokerEpoch();

    /** Asks the controller to move leadership away, then stops the heartbeat. */
    CompletableFuture<Void> controlledShutdown();

    /**
     * Serves a request that came to a controller listener: Raft's own, broker registration and
     * heartbeat, and the controller's.
     */
    CompletableFuture<ApiMessage> handle(
            RequestContext context, RequestHeader header, AbstractRequest request);

    /** A connection to a listener of this node has ended. */
    default void onDisconnected(long connectionId) {}

    @Override
    void close();
}
