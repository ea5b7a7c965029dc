package naru.broker.config;

import naru.broker.config.BadConfiguration.Problem;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** What must hold between several settings of a node. */
final class NodeRules {
    private static final String RACK_AWARE =
            "org.apache.kafka.common.replica.RackAwareReplicaSelector";

    private final Map<String, Object> values;
    private final Map<String, String> properties;
    private final List<Problem> problems;

    NodeRules(Map<String, Object> values, Map<String, String> properties, List<Problem> problems) {
        this.values = values;
        this.properties = properties;
        this.problems = problems;
    }

    void check() {
        retention();
        rolling();
        connectionOverrides();
        authorization();
        replicaSelector();
        atMost(
                "broker.heartbeat.interval.ms",
                number("broker.session.timeout.ms") / 2,
                "at most half of broker.session.timeout.ms");
        atMost(
                "replica.fetch.wait.max.ms",
                number("replica.socket.timeout.ms"),
                "at most replica.socket.timeout.ms");
        atMost(
                "replica.fetch.wait.max.ms",
                number("replica.lag.time.max.ms"),
                "at most replica.lag.time.max.ms");
        for (String kind : List.of("consumer", "share", "streams")) {
            String group = "group." + kind + ".";
            ordered(group, "session.timeout.ms");
            ordered(group, "heartbeat.interval.ms");
            ordered(group, "assignment.interval.ms");
        }
        atMost(
                "group.min.session.timeout.ms",
                number("group.max.session.timeout.ms"),
                "at most group.max.session.timeout.ms");
        if (number("group.initial.rebalance.delay.ms") < 0) {
            problem("group.initial.rebalance.delay.ms", "must be at least 0");
        }
        if (number("connections.max.idle.ms") == 0) {
            problem("connections.max.idle.ms", "must be more than 0, or negative for no limit");
        }
        if (number("log.cleaner.dedupe.buffer.size") < number("log.cleaner.threads") << 20) {
            problem("log.cleaner.dedupe.buffer.size", "must be at least 1 MB per cleaner thread");
        }
    }

    private void replicaSelector() {
        String key = "replica.selector.class";
        Object selector = values.get(key);
        if (selector != null && !selector.equals(RACK_AWARE)) {
            problem(key, "the one that is served is " + RACK_AWARE);
        }
    }

    private void retention() {
        for (String key :
                List.of("log.retention.ms", "log.retention.minutes", "log.retention.hours")) {
            if (values.get(key) instanceof Number number && number.longValue() == 0) {
                problem(key, "must be at least 1, or -1 to keep records whatever their age");
            }
        }
    }

    private void rolling() {
        if (values.get("log.roll.ms") instanceof Number number && number.longValue() < 1) {
            problem("log.roll.ms", "must be at least 1");
        }
        if (values.get("log.roll.jitter.ms") instanceof Number number && number.longValue() < 0) {
            problem("log.roll.jitter.ms", "must be at least 0");
        }
    }

    private void connectionOverrides() {
        String key = SocketSettings.MAX_CONNECTIONS_PER_IP_OVERRIDES;
        String overrides = String.valueOf(values.get(key));
        if (ConnectionOverrides.parse(overrides) == null) {
            problem(key, "write HOST:COUNT pairs, for example 127.0.0.1:200,10.0.0.7:50");
        } else if (overrides.isBlank() && number("max.connections.per.ip") == 0) {
            problem("max.connections.per.ip", "0 lets nobody in; add " + key);
        }
    }

    private void authorization() {
        String key = AuthorizationSettings.SUPER_USERS;
        String users = String.valueOf(values.get(key));
        boolean enforced =
                !String.valueOf(values.getOrDefault(AuthorizationSettings.AUTHORIZER, ""))
                        .isBlank();
        if (AuthorizationSettings.superUsers(users) == null) {
            problem(
                    key,
                    "write TYPE:NAME with semicolons between, for example User:admin;User:ops");
        } else if (!enforced && !users.isBlank()) {
            problem(
                    key,
                    "nobody is held back, so nobody is super: set authorizer.class.name="
                            + AuthorizationSettings.STANDARD_AUTHORIZER
                            + ", or remove it");
        }
        String log = String.valueOf(values.get(AuthorizationSettings.AUDIT_LOG));
        Path folder = log.isBlank() ? null : Path.of(log).toAbsolutePath().getParent();
        if (folder != null && !Files.isDirectory(folder)) {
            problem(AuthorizationSettings.AUDIT_LOG, "make the folder " + folder + " first");
        }
    }

    private void ordered(String group, String name) {
        String least = group + "min." + name;
        String most = group + "max." + name;
        atMost(least, number(most), "at most " + most);
        atMost(group + name, number(most), "at most " + most);
        if (number(group + name) < number(least)) {
            problem(group + name, "must be at least " + least + " (" + number(least) + ")");
        }
    }

    private void atMost(String key, long bound, String words) {
        if (number(key) > bound) {
            problem(key, "must be " + words + " (" + bound + ")");
        }
    }

    private long number(String key) {
        return values.get(key) instanceof Number number ? number.longValue() : 0;
    }

    private void problem(String key, String remedy) {
        String shown = properties.get(key);
        problems.add(
                new Problem(key, shown == null ? String.valueOf(values.get(key)) : shown, remedy));
    }
}
