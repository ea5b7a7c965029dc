package naru.rest.v3;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import naru.http.Answer;
import naru.http.Refusal;
import naru.rest.cluster.Answers;

import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.AlterConfigsOptions;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.CreateTopicsOptions;
import org.apache.kafka.clients.admin.CreateTopicsResult;
import org.apache.kafka.clients.admin.DescribeConfigsOptions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.config.ConfigResource;
import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** Settings of topics, of brokers, and of all brokers together. */
final class ConfigsApi {
    private static final int CHANGES_MOST = 1_000;

    /** Whose settings they are, and how they are shown. */
    private enum Owner {
        CLUSTER("KafkaClusterConfig", "broker-configs", "broker-config"),
        BROKER("KafkaBrokerConfig", "configs", "config"),
        TOPIC("KafkaTopicConfig", "configs", "config");

        private final String kind;
        private final String path;
        private final String name;

        Owner(String kind, String path, String name) {
            this.kind = kind;
            this.path = path;
            this.name = name;
        }
    }

    /** The owner of a request's settings, as the API and as Kafka call it. */
    private record Owned(Owner owner, Resource resource, ConfigResource kafka) {}

    private static Owned cluster(Scope scope) {
        return new Owned(
                Owner.CLUSTER, scope.cluster(), new ConfigResource(ConfigResource.Type.BROKER, ""));
    }

    private static Owned broker(Scope scope, int id) {
        return new Owned(
                Owner.BROKER,
                ClustersApi.resource(scope, id),
                new ConfigResource(ConfigResource.Type.BROKER, Integer.toString(id)));
    }

    private static Owned topic(Scope scope, String name) {
        return new Owned(
                Owner.TOPIC,
                TopicsApi.resource(scope, name),
                new ConfigResource(ConfigResource.Type.TOPIC, name));
    }

    /** The one that the path names. */
    private static Owned ofPath(Scope scope) throws InterruptedException {
        if (scope.call().hasVariable("topic")) {
            return topic(scope, scope.variable("topic"));
        }
        if (scope.call().hasVariable("broker")) {
            return broker(scope, ClustersApi.node(scope).id());
        }
        return cluster(scope);
    }

    Answer list(Scope scope) throws InterruptedException {
        Owned owned = ofPath(scope);
        return owned.resource
                .at(owned.owner.path)
                .list(owned.owner.kind + "List", trees(scope, List.of(owned)));
    }

    Answer ofAllTopics(Scope scope) throws InterruptedException {
        List<Owned> all = new ArrayList<>();
        for (TopicDescription each : TopicsApi.all(scope)) {
            all.add(topic(scope, each.name()));
        }
        return scope.cluster()
                .at("topics/-/configs")
                .list("KafkaTopicConfigList", trees(scope, all));
    }

    Answer ofAllBrokers(Scope scope) throws InterruptedException {
        List<Owned> all = new ArrayList<>();
        for (Node each : ClustersApi.nodes(scope)) {
            all.add(broker(scope, each.id()));
        }
        return scope.cluster()
                .at("brokers/-/configs")
                .list("KafkaBrokerConfigList", trees(scope, all));
    }

    /** What a topic would have that were made now without settings of its own. */
    Answer defaults(Scope scope) throws InterruptedException {
        Owned owned = topic(scope, scope.variable("topic"));
        // A name that nobody has: that of the path may be a topic already.
        String name = "defaults-" + UUID.randomUUID();
        CreateTopicsResult result =
                scope.admin()
                        .createTopics(
                                List.of(new NewTopic(name, Optional.of(1), Optional.empty())),
                                new CreateTopicsOptions().validateOnly(true));
        List<ObjectNode> all = new ArrayList<>();
        for (ConfigEntry each : sorted(Answers.of(result.config(name)))) {
            all.add(tree(scope, owned, each));
        }
        return owned.resource.at("default-configs").list("KafkaTopicConfigList", all);
    }

    private static List<ObjectNode> trees(Scope scope, List<Owned> owners)
            throws InterruptedException {
        List<ObjectNode> trees = new ArrayList<>();
        Map<Owned, Config> all = describe(scope, owners);
        for (Map.Entry<Owned, Config> each : all.entrySet()) {
            for (ConfigEntry entry : sorted(each.getValue())) {
                if (isShown(each.getKey(), entry)) {
                    trees.add(tree(scope, each.getKey(), entry));
                }
            }
        }
        return trees;
    }

    private static boolean isShown(Owned owned, ConfigEntry entry) {
        return owned.owner != Owner.CLUSTER
                || entry.source() == ConfigEntry.ConfigSource.DYNAMIC_DEFAULT_BROKER_CONFIG;
    }

    private static List<ConfigEntry> sorted(Config config) {
        return config.entries().stream().sorted(Comparator.comparing(ConfigEntry::name)).toList();
    }

    private static Map<Owned, Config> describe(Scope scope, List<Owned> owners)
            throws InterruptedException {
        var asked =
                scope.admin()
                        .describeConfigs(
                                owners.stream().map(Owned::kafka).toList(),
                                new DescribeConfigsOptions().includeSynonyms(true))
                        .values();
        Map<Owned, Config> all = new LinkedHashMap<>();
        for (Owned each : owners) {
            all.put(each, Answers.of(asked.get(each.kafka)));
        }
        return all;
    }

    Answer get(Scope scope) throws InterruptedException {
        Owned owned = ofPath(scope);
        String wanted = scope.variable("name");
        Config config = describe(scope, List.of(owned)).get(owned);
        ConfigEntry entry = config == null ? null : config.get(wanted);
        if (entry == null || !isShown(owned, entry)) {
            throw Scope.notFound();
        }
        return Resource.ok(tree(scope, owned, entry));
    }

    private static ObjectNode tree(Scope scope, Owned owned, ConfigEntry entry) {
        Owner owner = owned.owner;
        Resource config = owned.resource.at(owner.path, owner.name, entry.name());
        ObjectNode tree = scope.with(config.of(owner.kind));
        switch (owner) {
            case CLUSTER -> tree.put("config_type", "BROKER");
            case BROKER -> tree.put("broker_id", Integer.parseInt(owned.kafka.name()));
            case TOPIC -> tree.put("topic_name", owned.kafka.name());
        }
        tree.put("name", entry.name());
        tree.put("value", entry.value());
        tree.put("is_default", entry.isDefault());
        tree.put("is_read_only", entry.isReadOnly());
        tree.put("is_sensitive", entry.isSensitive());
        tree.put("source", entry.source().name());
        ArrayNode synonyms = tree.putArray("synonyms");
        for (ConfigEntry.ConfigSynonym each : entry.synonyms()) {
            synonyms.addObject()
                    .put("name", each.name())
                    .put("value", each.value())
                    .put("source", each.source().name());
        }
        return tree;
    }

    Answer set(Scope scope) throws InterruptedException {
        Owned owned = ofPath(scope);
        String value = Scope.text(scope.body("value"), "value");
        return alter(
                scope,
                owned,
                List.of(
                        new AlterConfigOp(
                                new ConfigEntry(scope.variable("name"), value),
                                AlterConfigOp.OpType.SET)),
                false);
    }

    Answer reset(Scope scope) throws InterruptedException {
        return alter(
                scope,
                ofPath(scope),
                List.of(
                        new AlterConfigOp(
                                new ConfigEntry(scope.variable("name"), null),
                                AlterConfigOp.OpType.DELETE)),
                false);
    }

    Answer alterMany(Scope scope) throws InterruptedException {
        Owned owned = ofPath(scope);
        ObjectNode body = scope.body("data", "validate_only");
        JsonNode data = body.path("data");
        if (!data.isArray() || data.size() > CHANGES_MOST) {
            throw new Refusal(
                    400, "data is an array of changes, at most " + CHANGES_MOST + " of them");
        }
        List<AlterConfigOp> changes = new ArrayList<>();
        for (JsonNode each : data) {
            changes.add(
                    new AlterConfigOp(
                            new ConfigEntry(Scope.needed(each, "name"), Scope.text(each, "value")),
                            operation(Scope.text(each, "operation"))));
        }
        return alter(scope, owned, changes, Scope.flag(body, "validate_only"));
    }

    private static AlterConfigOp.OpType operation(@Nullable String name) {
        String given = name == null ? "SET" : name.toUpperCase(Locale.ROOT);
        return switch (given) {
            case "SET" -> AlterConfigOp.OpType.SET;
            case "DELETE" -> AlterConfigOp.OpType.DELETE;
            default -> throw new Refusal(400, "operation is SET or DELETE, not " + name);
        };
    }

    private static Answer alter(
            Scope scope, Owned owned, Collection<AlterConfigOp> changes, boolean dry)
            throws InterruptedException {
        Answers.of(
                scope.admin()
                        .incrementalAlterConfigs(
                                Map.of(owned.kafka, changes),
                                new AlterConfigsOptions().validateOnly(dry))
                        .all());
        return Answer.empty(204);
    }
}
