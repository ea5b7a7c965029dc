package naru.broker.config;

import naru.broker.config.NodeConfig.Layers;
import naru.coordination.group.GroupDefinitions;
import naru.quorum.ClusterImage;

import org.apache.kafka.common.config.ConfigDef.ConfigKey;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.message.DescribeConfigsResponseData.DescribeConfigsResourceResult;
import org.apache.kafka.common.requests.DescribeConfigsResponse.ConfigSource;
import org.apache.kafka.server.config.ConfigSynonym;
import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;

/**
 * Tells what the settings of a resource are, where each value comes from, and what else was set.
 */
public final class ConfigDescriber {
    private final Supplier<NodeConfig> node;

    public ConfigDescriber(Supplier<NodeConfig> node) {
        this.node = node;
    }

    /**
     * @param synonyms whether to tell every value that was set, not only the strongest
     * @param documentation whether to tell what a setting means
     */
    public record Detail(boolean synonyms, boolean documentation) {}

    /**
     * All settings of the resource.
     *
     * @throws ApiException when there is no such resource here
     */
    public List<DescribeConfigsResourceResult> describe(
            ClusterImage image, ConfigResource resource, Detail detail) {
        Map<String, String> own = image.config(resource);
        return switch (resource.type()) {
            case TOPIC -> topic(image, resource.name(), own, detail);
            case BROKER -> broker(resource.name(), own, detail);
            case GROUP -> group(own, detail);
            case CLIENT_METRICS -> clientMetrics(own, detail);
            case BROKER_LOGGER ->
                    throw new InvalidRequestException(
                            "Log levels cannot be read here; set naru.log settings at the start.");
            case UNKNOWN ->
                    throw new InvalidRequestException(
                            "Unsupported resource type: " + resource.type());
        };
    }

    private List<DescribeConfigsResourceResult> topic(
            ClusterImage image, String name, Map<String, String> own, Detail detail) {
        Topic.validate(name);
        if (image.topic(name) == null) {
            throw new UnknownTopicOrPartitionException("The topic '" + name + "' does not exist.");
        }
        Layers layers = node.get().layers();
        List<DescribeConfigsResourceResult> results = new ArrayList<>();
        for (ConfigKey setting : new TreeMap<>(TopicSettings.all()).values()) {
            if (setting.internalConfig && !own.containsKey(setting.name)) {
                continue;
            }
            List<Sourced> chain = TopicConfigs.candidates(setting.name, own, layers);
            for (ConfigSynonym synonym : TopicSettings.synonyms(setting.name)) {
                addDefault(chain, NodeSettings.setting(synonym.name()), synonym);
            }
            results.add(DescribedSetting.of(setting, chain, false, detail));
        }
        return results;
    }

    private static void addDefault(
            List<Sourced> chain, @Nullable ConfigKey general, ConfigSynonym synonym) {
        String text = general == null ? null : DescribedSetting.defaultText(general);
        if (text != null) {
            chain.add(
                    new Sourced(
                            synonym.name(),
                            text,
                            synonym.converter().apply(text),
                            ConfigSource.DEFAULT_CONFIG));
        }
    }

    private List<DescribeConfigsResourceResult> broker(
            String name, Map<String, String> own, Detail detail) {
        NodeConfig now = node.get();
        if (name.isEmpty()) {
            return forAllBrokers(own, detail);
        }
        requireThisNode(name, now.nodeId());
        Layers layers = new Layers(own, now.layers().cluster(), now.layers().node());
        Set<String> keys = new TreeSet<>(NodeSettings.all().keySet());
        keys.addAll(layers.broker().keySet());
        keys.addAll(layers.node().keySet());
        List<DescribeConfigsResourceResult> results = new ArrayList<>();
        for (String key : keys) {
            ConfigKey setting = NodeConfigParser.definition(key);
            if (setting != null && setting.internalConfig && !now.given(key)) {
                continue;
            }
            List<Sourced> chain = new ArrayList<>();
            addBroker(chain, key, layers);
            if (setting != null && !setting.name.equals(key)) {
                addBroker(chain, setting.name, layers);
            }
            if (setting != null) {
                addOwnDefault(chain, setting);
            }
            results.add(
                    DescribedSetting.of(
                            key, setting, chain, !DynamicSettings.isDynamic(key), detail));
        }
        return results;
    }

    private static void requireThisNode(String name, int nodeId) {
        int asked;
        try {
            asked = Integer.parseInt(name);
        } catch (NumberFormatException notANumber) {
            throw new InvalidRequestException(
                    "Broker id must be an integer, but it is: " + name, notANumber);
        }
        if (asked != nodeId) {
            throw new InvalidRequestException(
                    "Unexpected broker id, expected "
                            + nodeId
                            + " or empty string, but received "
                            + name);
        }
    }

    private static void addBroker(List<Sourced> chain, String key, Layers layers) {
        add(chain, key, layers.broker(), ConfigSource.DYNAMIC_BROKER_CONFIG);
        add(chain, key, layers.cluster(), ConfigSource.DYNAMIC_DEFAULT_BROKER_CONFIG);
        add(chain, key, layers.node(), ConfigSource.STATIC_BROKER_CONFIG);
    }

    private static void add(
            List<Sourced> chain, String key, Map<String, String> layer, ConfigSource source) {
        String text = layer.get(key);
        if (text != null) {
            chain.add(new Sourced(key, text, text, source));
        }
    }

    private static void addOwnDefault(List<Sourced> chain, ConfigKey setting) {
        String text = DescribedSetting.defaultText(setting);
        if (text != null) {
            chain.add(new Sourced(setting.name, text, text, ConfigSource.DEFAULT_CONFIG));
        }
    }

    private static List<DescribeConfigsResourceResult> forAllBrokers(
            Map<String, String> own, Detail detail) {
        List<DescribeConfigsResourceResult> results = new ArrayList<>();
        for (String key : new TreeSet<>(own.keySet())) {
            List<Sourced> chain = new ArrayList<>();
            add(chain, key, own, ConfigSource.DYNAMIC_DEFAULT_BROKER_CONFIG);
            results.add(
                    DescribedSetting.of(
                            key,
                            NodeConfigParser.definition(key),
                            chain,
                            !DynamicSettings.isDynamic(key),
                            detail));
        }
        return results;
    }

    private List<DescribeConfigsResourceResult> group(Map<String, String> own, Detail detail) {
        NodeConfig now = node.get();
        List<DescribeConfigsResourceResult> results = new ArrayList<>();
        Map<String, ConfigKey> settings = GroupDefinitions.ofGroup().configKeys();
        for (ConfigKey setting : new TreeMap<>(settings).values()) {
            String general = GroupDefinitions.defaultOf(setting.name);
            ConfigKey definition = NodeSettings.setting(general);
            List<Sourced> chain = new ArrayList<>();
            add(chain, setting.name, own, ConfigSource.GROUP_CONFIG);
            if (definition != null) {
                addBroker(chain, general, now.layers());
            }
            addOwnDefault(chain, Objects.requireNonNullElse(definition, setting));
            if (!chain.isEmpty()) {
                results.add(DescribedSetting.of(setting, chain, false, detail));
            }
        }
        return results;
    }

    private static List<DescribeConfigsResourceResult> clientMetrics(
            Map<String, String> own, Detail detail) {
        List<DescribeConfigsResourceResult> results = new ArrayList<>();
        Map<String, ConfigKey> settings = ClientMetricsSettings.definitions().configKeys();
        for (ConfigKey setting : new TreeMap<>(settings).values()) {
            List<Sourced> chain = new ArrayList<>();
            add(chain, setting.name, own, ConfigSource.CLIENT_METRICS_CONFIG);
            results.add(DescribedSetting.of(setting, chain, false, detail));
        }
        return results;
    }
}
