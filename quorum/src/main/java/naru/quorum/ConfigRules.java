package naru.quorum;

import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.InvalidConfigurationException;

import java.util.Map;

/**
 * What may be configured dynamically.
 *
 * @param definitions for each type of resource the keys it knows; of {@code BROKER} and {@code
 *     TOPIC} the controller also takes defaults and which values are secret
 */
public record ConfigRules(Map<ConfigResource.Type, ConfigDef> definitions, Check check) {

    /** Judges a change of a resource's configuration before it is made. */
    @FunctionalInterface
    public interface Check {
        /**
         * Called on the controller's thread: must neither block nor call the controller.
         *
         * @param proposed all that would be set for the resource after the change
         * @param existing all that is set now
         * @throws InvalidConfigurationException with a sentence for the caller, to refuse
         */
        void check(
                ConfigResource resource,
                Map<String, String> proposed,
                Map<String, String> existing);
    }

    public ConfigRules {
        definitions = Map.copyOf(definitions);
    }
}
