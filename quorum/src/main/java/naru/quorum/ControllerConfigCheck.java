package naru.quorum;

import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.InvalidConfigurationException;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.controller.ConfigurationValidator;

import java.util.Map;
import java.util.TreeSet;

/** Judges the name of a resource and leaves its values to {@link ConfigRules}. */
final class ControllerConfigCheck implements ConfigurationValidator {
    private final ConfigRules rules;

    ControllerConfigCheck(ConfigRules rules) {
        this.rules = rules;
    }

    @Override
    public void validate(ConfigResource resource) {
        switch (resource.type()) {
            case TOPIC -> validateTopicName(resource.name());
            case BROKER -> validateBrokerName(resource.name());
            case CLIENT_METRICS -> requireName(resource.name(), "client metrics");
            case GROUP -> requireName(resource.name(), "group");
            case BROKER_LOGGER, UNKNOWN -> throw unexpected(resource);
        }
    }

    @Override
    public void validate(
            ConfigResource resource, Map<String, String> proposed, Map<String, String> existing) {
        validate(resource);
        TreeSet<String> withoutValue = new TreeSet<>();
        proposed.forEach((key, value) -> {
            if (value == null) {
                withoutValue.add(key);
            }
        });
        if (!withoutValue.isEmpty()) {
            throw new InvalidConfigurationException(
                    "Null value not supported for %s configs: %s"
                            .formatted(
                                    resource.type() == ConfigResource.Type.TOPIC
                                            ? "topic"
                                            : resource.type().toString(),
                                    String.join(", ", withoutValue)));
        }
        rules.check().check(resource, proposed, existing);
    }

    private static void validateTopicName(String name) {
        requireName(name, "topic");
        Topic.validate(name);
    }

    /** Empty stands for all brokers. */
    private static void validateBrokerName(String name) {
        if (name.isEmpty()) {
            return;
        }
        int id;
        try {
            id = Integer.parseInt(name);
        } catch (NumberFormatException notNumber) {
            throw new InvalidRequestException(
                    "Unable to parse broker name as a base 10 number.", notNumber);
        }
        if (id < 0) {
            throw new InvalidRequestException("Invalid negative broker ID.");
        }
    }

    private static void requireName(String name, String kind) {
        if (name.isEmpty()) {
            throw new InvalidRequestException("The name of a " + kind + " must not be empty.");
        }
    }

    private static InvalidRequestException unexpected(ConfigResource resource) {
        return new InvalidRequestException("Unknown resource type " + resource.type() + ".");
    }
}
