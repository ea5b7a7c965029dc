package naru.broker.config;

import naru.broker.config.BadConfiguration.Problem;

import org.apache.kafka.common.security.authenticator.DefaultKafkaPrincipalBuilder;
import org.apache.kafka.common.security.oauthbearer.DefaultJwtValidator;
import org.jspecify.annotations.Nullable;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * Settings that Kafka knows and that this node does not serve, where going on as if they were
 * served would be unsafe: protection that is not there, data in another place than was asked for.
 */
final class RefusedSettings {
    /**
     * @param refused tells from the parsed value whether it asks for what is not served
     * @param remedy what to do instead
     */
    record Rule(Predicate<Object> refused, String remedy) {}

    private static final Map<String, Rule> RULES = rules();

    /** Names that no broker of Kafka 4 knows, with what became of them. */
    private static final Map<String, String> GONE =
            Map.ofEntries(
                    Map.entry("broker.id.generation.enable", "set node.id instead"),
                    Map.entry("reserved.broker.max.id", "node.id may be any number of at least 0"),
                    Map.entry("inter.broker.protocol.version", "features replace it"),
                    Map.entry("log.message.format.version", "there is one format only"),
                    Map.entry("log.message.downconversion.enable", "there is one format only"),
                    Map.entry(
                            "log.message.timestamp.difference.max.ms",
                            "set log.message.timestamp.before.max.ms and"
                                    + " log.message.timestamp.after.max.ms instead"),
                    Map.entry(
                            "offsets.commit.required.acks", "offsets are always committed safely"),
                    Map.entry(
                            "control.plane.listener.name", "set controller.listener.names instead"),
                    Map.entry("controlled.shutdown.max.retries", "shutdown needs no retries"),
                    Map.entry("controlled.shutdown.retry.backoff.ms", "shutdown needs no retries"),
                    Map.entry(
                            "delegation.token.master.key",
                            "set delegation.token.secret.key instead"),
                    Map.entry(
                            "leader.imbalance.per.broker.percentage",
                            "set auto.leader.rebalance.enable instead"));

    /** Names whose values are not shown, although nobody knows what they are. */
    private static final Pattern SECRET =
            Pattern.compile("pas|secret|jaas|credential|token|\\.key", Pattern.CASE_INSENSITIVE);

    private RefusedSettings() {}

    private static Map<String, Rule> rules() {
        Map<String, Rule> rules = new LinkedHashMap<>();
        refuse(
                rules,
                List.of(AuthorizationSettings.AUTHORIZER),
                value ->
                        notEmpty(value) && !value.equals(AuthorizationSettings.STANDARD_AUTHORIZER),
                "this node runs no authorizer but its own, which decides by ACLs and is called "
                        + AuthorizationSettings.STANDARD_AUTHORIZER
                        + "; use that name, or remove it, and the node is open to all who reach"
                        + " it");
        refuse(
                rules,
                List.of(NodeSettings.LOG_DIRS, NodeSettings.LOG_DIR),
                RefusedSettings::isNoListOfFolders,
                "name each data folder once, separated by commas");
        refuse(
                rules,
                List.of("remote.log.storage.system.enable"),
                Boolean.TRUE::equals,
                "this release has no remote storage; use false or remove it");
        refuse(
                rules,
                List.of("create.topic.policy.class.name", "alter.config.policy.class.name"),
                value -> true,
                "this release runs no policies, so nothing would be held back; remove it");
        refuse(
                rules,
                List.of("client.quota.callback.class"),
                value -> true,
                "this release runs no quota callbacks; remove it");
        refuse(
                rules,
                List.of("principal.builder.class"),
                value -> value != DefaultKafkaPrincipalBuilder.class,
                "principals are made as Kafka's default builder makes them; remove it");
        refuse(
                rules,
                List.of(
                        "sasl.server.callback.handler.class",
                        "sasl.oauthbearer.jwt.retriever.class",
                        "ssl.engine.factory.class",
                        "security.providers"),
                RefusedSettings::notEmpty,
                "no classes named in settings are loaded to protect listeners; remove it");
        refuse(
                rules,
                List.of("sasl.oauthbearer.jwt.validator.class"),
                value -> value != DefaultJwtValidator.class,
                "tokens are checked as Kafka's default validator does; remove it");
        refuse(
                rules,
                List.of("config.providers"),
                RefusedSettings::notEmpty,
                "this release resolves no ${provider:...} values; write the values themselves");
        return Map.copyOf(rules);
    }

    private static void refuse(
            Map<String, Rule> rules, List<String> keys, Predicate<Object> refused, String remedy) {
        keys.forEach(key -> rules.put(key, new Rule(refused, remedy)));
    }

    private static boolean isNoListOfFolders(Object value) {
        List<String> folders =
                ((List<?>) value).stream().map(folder -> folder.toString().strip()).toList();
        return folders.isEmpty()
                || folders.contains("")
                || folders.stream()
                                .map(folder -> Path.of(folder).toAbsolutePath().normalize())
                                .distinct()
                                .count()
                        < folders.size();
    }

    private static boolean notEmpty(Object value) {
        return value instanceof List<?> list ? !list.isEmpty() : !value.toString().isBlank();
    }

    /** Keys that are refused, whatever their value or for some values. */
    static Set<String> keys() {
        return RULES.keySet();
    }

    /** Why this value of a known setting is refused, or null when it is not. */
    static @Nullable String remedy(String key, Object value) {
        Rule rule = RULES.get(key);
        return rule != null && rule.refused().test(value) ? rule.remedy() : null;
    }

    /** What to say about a key that no definition has. */
    static Problem unknown(String key, String text) {
        String value = SECRET.matcher(key).find() ? "[hidden]" : text;
        if (key.startsWith("confluent.")) {
            return new Problem(
                    key, value, "belongs to Confluent Platform, not to Apache Kafka; remove it");
        }
        if (key.startsWith("zookeeper.")) {
            return new Problem(
                    key, value, "there is no ZooKeeper: metadata is kept by KRaft; remove it");
        }
        if (key.startsWith("password.encoder.")) {
            return new Problem(
                    key, value, "secrets are no longer encoded since Kafka 4; remove it");
        }
        String gone = GONE.get(key);
        if (gone != null) {
            return new Problem(key, value, "Kafka 4 knows it no longer: " + gone + "; remove it");
        }
        String nearest = NodeSettings.nearest(key);
        return new Problem(
                key,
                value,
                nearest == null
                        ? "there is no such setting; docs/configuration.md lists all"
                        : "there is no such setting; did you mean " + nearest + "?");
    }
}
