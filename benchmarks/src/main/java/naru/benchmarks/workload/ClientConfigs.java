package naru.benchmarks.workload;

import java.util.Map;
import java.util.Properties;

/** Configuration of Java clients: the broker's address, what is given, nothing else. */
final class ClientConfigs {
    private ClientConfigs() {}

    static Properties of(Target target, Map<String, Object> configs) {
        Properties all = new Properties();
        all.put("bootstrap.servers", target.broker().bootstrap());
        all.put("enable.metrics.push", false);
        all.putAll(configs);
        return all;
    }
}
