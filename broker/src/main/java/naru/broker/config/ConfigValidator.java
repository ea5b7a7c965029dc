package naru.broker.config;

import naru.coordination.group.GroupDefinitions;
import naru.quorum.ConfigRules;

import org.apache.kafka.common.config.ConfigDef.ConfigKey;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.InvalidConfigurationException;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.storage.internals.log.LogConfig;
import org.jspecify.annotations.Nullable;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Decides whether dynamic settings of a topic, broker, group or client metrics subscription can be
 * accepted, by Kafka's rules. Used by the controller before it writes them.
 *
 * <p>Exceptions: Kafka's {@code InvalidConfigurationException}, {@code InvalidRequestException} and
 * {@code InvalidTopicException} with a sentence for the client.
 */
public final class ConfigValidator {
    private static final String REPORTERS = "metric.reporters";

    private final Supplier<NodeConfig> node;
    private final Trial trial;

    /** Finds out whether this node can go on with other settings. */
    @FunctionalInterface
    public interface Trial {
        /**
         * @param changed keys of which the value would be another
         * @return why it cannot, or null when it can
         */
        @Nullable String refusal(Set<String> changed, NodeConfig proposed);
    }

    public ConfigValidator(Supplier<NodeConfig> node) {
        this(node, (changed, proposed) -> null);
    }

    public ConfigValidator(Supplier<NodeConfig> node, Trial trial) {
        this.node = node;
        this.trial = trial;
    }

    /** These rules in the form that the controller takes. */
    public ConfigRules rules() {
        return new ConfigRules(
                Map.of(
                        ConfigResource.Type.TOPIC, TopicSettings.definitions(),
                        ConfigResource.Type.BROKER, NodeSettings.definitions(),
                        ConfigResource.Type.GROUP, GroupDefinitions.ofGroup(),
                        ConfigResource.Type.CLIENT_METRICS, ClientMetricsSettings.definitions()),
                this::validate);
    }

    /** Whether the resource can have settings at all. */
    public void validate(ConfigResource resource) {
        switch (resource.type()) {
            case TOPIC -> topicName(resource.name());
            case BROKER -> brokerName(resource.name());
            case GROUP -> {
                if (resource.name().isEmpty()) {
                    throw new InvalidRequestException("Default group resources are not allowed.");
                }
            }
            case CLIENT_METRICS -> {
                if (resource.name().isEmpty()) {
                    throw new InvalidRequestException("Subscription name can't be empty");
                }
            }
            case BROKER_LOGGER, UNKNOWN -> throw notHandled(resource);
        }
    }

    private static InvalidRequestException notHandled(ConfigResource resource) {
        return new InvalidRequestException(
                "Unexpected resource type " + resource.type() + ": it has no stored settings.");
    }

    private static void topicName(String name) {
        if (name.isEmpty()) {
            throw new InvalidRequestException("Default topic resources are not allowed.");
        }
        try {
            Topic.validate(name);
        } catch (InvalidTopicException invalid) {
            throw new InvalidTopicException(invalid.getMessage());
        }
    }

    private static void brokerName(String name) {
        if (name.isEmpty()) {
            return;
        }
        try {
            if (Integer.parseInt(name) < 0) {
                throw new InvalidRequestException(
                        "Unable to parse broker name as a base 10 number: it is negative.");
            }
        } catch (NumberFormatException notANumber) {
            throw new InvalidRequestException(
                    "Unable to parse broker name as a base 10 number: " + name);
        }
    }

    /**
     * @param wanted all settings that the resource would then have
     * @param existing all that it has now
     */
    public void validate(
            ConfigResource resource, Map<String, String> wanted, Map<String, String> existing) {
        validate(resource);
        wanted.forEach((key, value) -> {
            if (value == null) {
                throw new InvalidConfigurationException(
                        "Null value not supported for " + words(resource) + ": " + key);
            }
        });
        switch (resource.type()) {
            case TOPIC -> topic(wanted, existing);
            case BROKER -> {
                broker(resource.name(), changed(wanted, existing));
                tryOut(resource.name(), wanted, existing);
            }
            case GROUP -> group(wanted);
            case CLIENT_METRICS -> ClientMetricsSettings.validate(wanted);
            case BROKER_LOGGER, UNKNOWN -> throw notHandled(resource);
        }
    }

    private static String words(ConfigResource resource) {
        return switch (resource.type()) {
            case TOPIC -> "topic configs";
            case BROKER -> "broker configs";
            case GROUP -> "group configs";
            case CLIENT_METRICS -> "client metrics";
            case BROKER_LOGGER, UNKNOWN -> "configs";
        };
    }

    private void topic(Map<String, String> wanted, Map<String, String> existing) {
        Map<String, String> kafka = new HashMap<>(wanted);
        try {
            for (String own : TopicSettings.NOT_IN_KAFKA) {
                String text = kafka.remove(own);
                ConfigKey setting = TopicSettings.all().get(own);
                if (text != null && setting != null) {
                    Parsing.valid(setting, own, text);
                }
            }
            Map<String, Object> defaults =
                    new HashMap<>(TopicConfigs.effective(Map.of(), node.get()).values());
            defaults.keySet().removeAll(TopicSettings.NOT_IN_KAFKA);
            Map<String, String> before = new HashMap<>(existing);
            before.keySet().removeAll(TopicSettings.NOT_IN_KAFKA);
            LogConfig.validate(before, kafka, defaults, false);
        } catch (ConfigException invalid) {
            throw new InvalidConfigurationException(invalid.getMessage());
        }
    }

    private static Map<String, String> changed(
            Map<String, String> wanted, Map<String, String> existing) {
        Map<String, String> changed = new TreeMap<>(wanted);
        changed.entrySet().removeIf(each -> each.getValue().equals(existing.get(each.getKey())));
        return changed;
    }

    private static void broker(String name, Map<String, String> changed) {
        refuse(
                changed,
                key -> NodeConfigParser.definition(key) == null,
                "Unknown broker configs: ");
        refuse(
                changed,
                key -> !DynamicSettings.isDynamic(key),
                "Cannot update these configs dynamically: ");
        refuse(
                changed,
                DynamicSettings::perListenerOnly,
                "These security configs can be dynamically updated only per-listener using the"
                        + " listener prefix: ");
        if (name.isEmpty()) {
            refuse(
                    changed,
                    DynamicSettings::perBrokerOnly,
                    "Cannot update these configs at default cluster level, broker id must be"
                            + " specified: ");
        }
        changed.forEach(ConfigValidator::brokerValue);
    }

    /** Settings of this node, as it would then have them; those of others are theirs to judge. */
    private void tryOut(String name, Map<String, String> wanted, Map<String, String> existing) {
        NodeConfig now = node.get();
        if (!name.equals(Integer.toString(now.nodeId()))) {
            return;
        }
        Set<String> changed = new TreeSet<>(wanted.keySet());
        changed.addAll(existing.keySet());
        changed.removeIf(key -> Objects.equals(wanted.get(key), existing.get(key)));
        NodeConfig proposed = now.withDynamic(wanted, now.layers().cluster());
        if (changed.stream().anyMatch(DynamicSettings::protects)) {
            for (BadConfiguration.Problem problem : proposed.protectionProblems()) {
                throw new InvalidRequestException(problem.key() + ": " + problem.remedy());
            }
        }
        String cordon = changed.contains(NodeConfig.CORDONED) ? proposed.cordonProblem() : null;
        if (cordon != null) {
            throw new InvalidRequestException(NodeConfig.CORDONED + ": " + cordon);
        }
        String refusal = trial.refusal(changed, proposed);
        if (refusal != null) {
            throw new InvalidRequestException(refusal);
        }
    }

    private static void refuse(
            Map<String, String> changed, Function<String, Boolean> refused, String sentence) {
        List<String> keys = changed.keySet().stream().filter(refused::apply).toList();
        if (!keys.isEmpty()) {
            throw new InvalidRequestException(sentence + keys);
        }
    }

    private static void brokerValue(String key, String text) {
        ConfigKey setting = NodeConfigParser.definition(key);
        if (setting == null) {
            return;
        }
        try {
            Object value = Parsing.valid(setting, key, text);
            String remedy = value == null ? null : RefusedSettings.remedy(setting.name, value);
            if (remedy != null) {
                throw new InvalidRequestException(key + ": " + remedy);
            }
            if (setting.name.equals(REPORTERS) && !Objects.equals(value, setting.defaultValue)) {
                throw new InvalidRequestException(
                        key + ": no classes named in settings are loaded; remove it");
            }
        } catch (ConfigException invalid) {
            throw new InvalidRequestException(invalid.getMessage());
        }
        if (key.equals(SocketSettings.MAX_CONNECTIONS_PER_IP_OVERRIDES)
                && ConnectionOverrides.parse(text) == null) {
            throw new InvalidRequestException(
                    "Invalid value " + text + " for configuration " + key + ": write HOST:COUNT");
        }
    }

    private void group(Map<String, String> wanted) {
        Map<String, Object> values = new HashMap<>();
        NodeSettings.all()
                .keySet()
                .forEach(key -> {
                    Object value = node.get().value(key);
                    if (value != null) {
                        values.put(key, value);
                    }
                });
        GroupNodeConfig config = new GroupNodeConfig(values);
        try {
            GroupDefinitions.validate(wanted, config);
        } catch (ConfigException invalid) {
            throw new InvalidConfigurationException(invalid.getMessage());
        }
    }

    /** The node's values in the form that Kafka's own group rules read them. */
    private static final class GroupNodeConfig
            extends org.apache.kafka.common.config.AbstractConfig {
        GroupNodeConfig(Map<String, Object> values) {
            super(NodeSettings.definitions(), values, false);
        }
    }
}
