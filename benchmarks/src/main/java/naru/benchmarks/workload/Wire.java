package naru.benchmarks.workload;

import java.util.HashMap;
import java.util.Map;
import java.util.Properties;

/** By which of a broker's listeners a Java client comes. */
public enum Wire {
    PLAIN,
    TLS;

    Properties configs(Target target, Map<String, Object> given) {
        Map<String, Object> all = new HashMap<>(given);
        if (this == TLS) {
            all.putAll(target.encrypted().clientConfigs());
        }
        return ClientConfigs.of(target, all);
    }
}
