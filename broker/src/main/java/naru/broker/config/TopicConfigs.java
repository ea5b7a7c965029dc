package naru.broker.config;

import naru.broker.config.NodeConfig.Layers;
import naru.quorum.ClusterImage;

import org.apache.kafka.common.config.ConfigDef.ConfigKey;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.requests.DescribeConfigsResponse.ConfigSource;
import org.apache.kafka.server.config.ConfigSynonym;
import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * What holds for each topic. A topic's own setting is stronger than the broker's dynamic one, that
 * stronger than the dynamic one of all brokers, that stronger than the node's file, and that
 * stronger than the default.
 *
 * <p>Threads: safe for use by many. Nothing is kept: callers keep what they use often.
 */
public final class TopicConfigs {
    private final Supplier<NodeConfig> node;
    private final Supplier<ClusterImage> image;

    public TopicConfigs(Supplier<NodeConfig> node, Supplier<ClusterImage> image) {
        this.node = node;
        this.image = image;
    }

    /** What holds for the topic, whether or not it exists. */
    public TopicConfig effective(String topic) {
        return effective(image.get(), topic);
    }

    public TopicConfig effective(ClusterImage image, String topic) {
        NodeConfig settings = node.get();
        TopicConfig config =
                effective(
                        image.config(new ConfigResource(ConfigResource.Type.TOPIC, topic)),
                        settings);
        // A registry that had to ask itself before it stores a schema could store none.
        boolean own =
                Topic.isInternal(topic) || topic.equals(settings.text(NaruSettings.REGISTRY_TOPIC));
        return own ? config.ofAnyRecords() : config;
    }

    /** What holds for a topic with these settings of its own. */
    static TopicConfig effective(Map<String, String> own, NodeConfig node) {
        Map<String, Object> values = new HashMap<>();
        for (ConfigKey setting : TopicSettings.all().values()) {
            Object value = effective(setting, own, node.layers());
            if (value != null) {
                values.put(setting.name, value);
            }
        }
        return TopicConfig.of(values);
    }

    private static @Nullable Object effective(
            ConfigKey setting, Map<String, String> own, Layers layers) {
        for (Sourced candidate : candidates(setting.name, own, layers)) {
            Object value = Parsing.valueOrNull(setting, candidate.value());
            if (value != null) {
                return value;
            }
        }
        return setting.hasDefault() ? setting.defaultValue : null;
    }

    /** Every value that was set for the topic setting, the strongest first; without the default. */
    static List<Sourced> candidates(String key, Map<String, String> own, Layers layers) {
        List<Sourced> candidates = new ArrayList<>();
        String topic = own.get(key);
        if (topic != null) {
            candidates.add(new Sourced(key, topic, topic, ConfigSource.TOPIC_CONFIG));
        }
        add(candidates, key, layers.broker(), ConfigSource.DYNAMIC_BROKER_CONFIG);
        add(candidates, key, layers.cluster(), ConfigSource.DYNAMIC_DEFAULT_BROKER_CONFIG);
        add(candidates, key, layers.node(), ConfigSource.STATIC_BROKER_CONFIG);
        return candidates;
    }

    private static void add(
            List<Sourced> candidates, String key, Map<String, String> layer, ConfigSource source) {
        for (ConfigSynonym synonym : TopicSettings.synonyms(key)) {
            String text = layer.get(synonym.name());
            if (text != null) {
                candidates.add(
                        new Sourced(synonym.name(), text, synonym.converter().apply(text), source));
            }
        }
    }
}
