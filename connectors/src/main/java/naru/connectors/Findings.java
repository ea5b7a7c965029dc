package naru.connectors;

import org.apache.kafka.common.config.Config;
import org.apache.kafka.common.config.ConfigValue;

/**
 * What a check of all properties together found: each sentence is kept with the property that is to
 * be changed.
 */
public record Findings(Config config) {
    public void add(String property, String sentence) {
        for (ConfigValue value : config.configValues()) {
            if (value.name().equals(property)) {
                value.addErrorMessage(sentence);
                return;
            }
        }
        throw new IllegalStateException(property + " is no property of this connector");
    }

    public boolean none() {
        return config.configValues().stream().allMatch(value -> value.errorMessages().isEmpty());
    }
}
