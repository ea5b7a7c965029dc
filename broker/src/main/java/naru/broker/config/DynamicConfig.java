package naru.broker.config;

import naru.quorum.ClusterChange;
import naru.quorum.ClusterImage;
import naru.quorum.Quorum;

import org.apache.kafka.common.config.ConfigResource;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * The node's configuration as it is now: that of its start, and what was set dynamically since.
 *
 * <p>Threads: images come on the metadata loader's thread, which also calls the listeners; {@link
 * #current()} may be read by any.
 */
public final class DynamicConfig implements Quorum.Listener {
    /** Told of changed settings, on the metadata loader's thread. Must not block for long. */
    @FunctionalInterface
    public interface Listener {
        /**
         * @param changed keys whose effective value is another now
         */
        void onChange(Set<String> changed, NodeConfig now);
    }

    private final List<Listener> listeners = new CopyOnWriteArrayList<>();
    private volatile NodeConfig current;

    public DynamicConfig(NodeConfig start) {
        current = start;
    }

    public NodeConfig current() {
        return current;
    }

    public void subscribe(Listener listener) {
        listeners.add(listener);
    }

    @Override
    public void onImage(ClusterChange change, ClusterImage image) {
        ConfigResource all = new ConfigResource(ConfigResource.Type.BROKER, "");
        ConfigResource own =
                new ConfigResource(ConfigResource.Type.BROKER, Integer.toString(current.nodeId()));
        if (change.changedConfigs().contains(all) || change.changedConfigs().contains(own)) {
            apply(image.config(own), image.config(all));
        }
    }

    private void apply(Map<String, String> broker, Map<String, String> cluster) {
        NodeConfig before = current;
        NodeConfig now = before.withDynamic(broker, cluster);
        current = now;
        Set<String> changed = changed(before, now);
        if (!changed.isEmpty()) {
            listeners.forEach(listener -> listener.onChange(changed, now));
        }
    }

    private static Set<String> changed(NodeConfig before, NodeConfig now) {
        Set<String> keys = new HashSet<>(NodeSettings.all().keySet());
        for (NodeConfig config : List.of(before, now)) {
            keys.addAll(config.layers().broker().keySet());
            keys.addAll(config.layers().cluster().keySet());
        }
        keys.removeIf(key -> Objects.equals(before.value(key), now.value(key)));
        return Set.copyOf(keys);
    }
}
