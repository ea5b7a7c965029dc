package naru.broker;

import naru.broker.telemetry.ClientTelemetry;
import naru.quorum.ClusterChange;
import naru.quorum.ClusterImage;
import naru.quorum.Quorum;

import org.apache.kafka.common.config.ConfigResource;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Has clients be asked for what the client metrics resources of the metadata say. */
final class TelemetryWishes implements Quorum.Listener {
    private final ClientTelemetry telemetry;

    TelemetryWishes(ClientTelemetry telemetry) {
        this.telemetry = telemetry;
    }

    @Override
    public void onImage(ClusterChange change, ClusterImage image) {
        boolean changed =
                change.changedConfigs().stream()
                        .anyMatch(each -> each.type() == ConfigResource.Type.CLIENT_METRICS);
        if (changed) {
            List<Map<String, String>> resources = new ArrayList<>();
            image.configuredResources(ConfigResource.Type.CLIENT_METRICS)
                    .forEach(each -> resources.add(image.config(each)));
            telemetry.set(resources);
        }
    }
}
