package naru.quorum;

import naru.quorum.network.ControllerNetwork.Lane;

import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.message.ControllerRegistrationRequestData;
import org.apache.kafka.common.security.auth.SecurityProtocol;
import org.apache.kafka.controller.QuorumFeatures;
import org.apache.kafka.metadata.ControllerRegistration;
import org.apache.kafka.metadata.VersionRange;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * This node as a controller: its registration in the cluster (KIP-919), by which others find its
 * endpoint and learn which features it can do.
 *
 * <p>Nothing waits for it, so it leaves the first moments of a start to the broker's.
 *
 * <p>Threads: called by the metadata loader, works on the timer.
 */
final class ControllerMembership {
    private static final Logger LOG = LoggerFactory.getLogger(ControllerMembership.class);
    private static final Duration PAUSE = Duration.ofMillis(250);

    private final int nodeId;
    private final List<ClusterImage.BrokerEndpoint> endpoints;
    private final ActiveController controller;
    private final EngineTimer timer;
    private final Uuid incarnation = Uuid.randomUuid();
    private boolean busy;

    ControllerMembership(
            int nodeId,
            List<ClusterImage.BrokerEndpoint> endpoints,
            ActiveController controller,
            EngineTimer timer) {
        this.nodeId = nodeId;
        this.endpoints = endpoints;
        this.controller = controller;
        this.timer = timer;
    }

    void onImage(ImageView image) {
        ControllerRegistration known = image.metadata().cluster().controllers().get(nodeId);
        boolean registered = known != null && known.incarnationId().equals(incarnation);
        if (registered || image.metadata().features().metadataVersion().isEmpty()) {
            return;
        }
        synchronized (this) {
            if (busy) {
                return;
            }
            busy = true;
        }
        timer.after(PAUSE, "register-controller", this::register);
    }

    private void register() {
        var _ =
                controller
                        .ask(Lane.MEMBERSHIP, registration())
                        .whenComplete((done, failure) -> onAnswer(failure));
    }

    private void onAnswer(@Nullable Throwable failure) {
        if (failure == null) {
            synchronized (this) {
                busy = false;
            }
        } else if (Requests.cause(failure) instanceof ApiException) {
            timer.after(PAUSE, "register-controller", this::register);
        } else {
            LOG.error("This controller could not be registered", failure);
        }
    }

    private ControllerRegistrationRequestData registration() {
        ControllerRegistrationRequestData request =
                new ControllerRegistrationRequestData()
                        .setControllerId(nodeId)
                        .setIncarnationId(incarnation)
                        .setZkMigrationReady(false);
        for (ClusterImage.BrokerEndpoint endpoint : endpoints) {
            request.listeners()
                    .add(
                            new ControllerRegistrationRequestData.Listener()
                                    .setName(endpoint.listenerName())
                                    .setHost(endpoint.host())
                                    .setPort(endpoint.port())
                                    .setSecurityProtocol(
                                            SecurityProtocol.forName(endpoint.securityProtocol())
                                                    .id));
        }
        for (Map.Entry<String, VersionRange> feature :
                QuorumFeatures.defaultSupportedFeatureMap(false).entrySet()) {
            request.features()
                    .add(
                            new ControllerRegistrationRequestData.Feature()
                                    .setName(feature.getKey())
                                    .setMinSupportedVersion(feature.getValue().min())
                                    .setMaxSupportedVersion(feature.getValue().max()));
        }
        return request;
    }
}
