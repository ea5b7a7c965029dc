package naru.app.cli;

import static naru.app.cli.ClusterCommand.await;
import static naru.app.cli.ClusterCommand.awaitOrNull;

import naru.app.explain.FewerReplicas;
import naru.app.explain.FewerReplicas.Reduced;
import naru.app.explain.Finding;
import naru.broker.balance.Move;
import naru.broker.balance.Plan;

import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.DescribeClusterOptions;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.config.ConfigResource;
import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Asks what a node's leaving means for the topics that will have fewer replicas. */
final class ReductionInquiry {
    private final Admin admin;
    private final int leaving;

    ReductionInquiry(Admin admin, int leaving) {
        this.admin = admin;
        this.leaving = leaving;
    }

    List<Finding> ask(Plan plan) {
        Map<String, Move.Drop> largest = new TreeMap<>();
        for (Move move : plan.moves()) {
            if (move instanceof Move.Drop drop) {
                largest.merge(
                        drop.partition().topic(),
                        drop,
                        (one, other) -> other.before().size() > one.before().size() ? other : one);
            }
        }
        List<Node> staying =
                await(
                                admin.describeCluster(
                                                new DescribeClusterOptions()
                                                        .includeFencedBrokers(true))
                                        .nodes())
                        .stream()
                        .filter(node -> node.id() != leaving)
                        .toList();
        return FewerReplicas.explain(
                largest.entrySet().stream()
                        .map(entry -> reduced(entry.getKey(), entry.getValue()))
                        .toList(),
                staying.size(),
                defaultReplicas(staying));
    }

    private Reduced reduced(String topic, Move.Drop drop) {
        return new Reduced(
                topic,
                drop.before().size(),
                drop.after().size(),
                number(
                        new ConfigResource(ConfigResource.Type.TOPIC, topic),
                        "min.insync.replicas"));
    }

    private @Nullable Integer defaultReplicas(List<Node> nodes) {
        return nodes.stream()
                .filter(node -> !node.isFenced())
                .findFirst()
                .map(node -> new ConfigResource(ConfigResource.Type.BROKER, node.idString()))
                .map(node -> number(node, "default.replication.factor"))
                .orElse(null);
    }

    private @Nullable Integer number(ConfigResource resource, String key) {
        @Nullable Config config =
                awaitOrNull(admin.describeConfigs(List.of(resource)).values().get(resource));
        @Nullable ConfigEntry entry = config == null ? null : config.get(key);
        @Nullable String value = entry == null ? null : entry.value();
        return value == null ? null : Integer.valueOf(value);
    }
}
