package naru.app.join;

import naru.broker.newcomer.Roster;

import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.DescribeClusterOptions;
import org.apache.kafka.clients.admin.QuorumInfo;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.config.ConfigResource;
import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;

/**
 * A cluster on which nobody has to show who they are, as a node sees it that wants to join.
 *
 * @param listenerName on which brokers reach one another
 */
record OpenCluster(Roster roster, String listenerName, String controllerName) {
    private static final String TIMEOUT_MILLIS = "15000";

    /**
     * @throws JoinFailure when it is not the one of the invitation, or cannot be joined so
     */
    static OpenCluster ask(Invitation invitation) {
        Map<String, Object> properties = new HashMap<>();
        properties.put("bootstrap.servers", String.join(",", invitation.addresses()));
        properties.put("client.id", "naru-join");
        properties.put("request.timeout.ms", TIMEOUT_MILLIS);
        properties.put("default.api.timeout.ms", TIMEOUT_MILLIS);
        properties.put("enable.metrics.push", "false");
        try (Admin admin = Admin.create(properties)) {
            return ask(admin, invitation);
        } catch (ExecutionException failed) {
            throw new JoinFailure(
                    "the cluster at %s did not answer: %s. Does a node run there, and can this machine reach it?"
                            .formatted(
                                    String.join(", ", invitation.addresses()),
                                    String.valueOf(failed.getCause()).replaceAll("^.*?: ", "")),
                    failed);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new JoinFailure("interrupted", interrupted);
        }
    }

    private static OpenCluster ask(Admin admin, Invitation invitation)
            throws ExecutionException, InterruptedException {
        var cluster =
                admin.describeCluster(new DescribeClusterOptions().includeFencedBrokers(true));
        String clusterId = get(cluster.clusterId());
        if (!invitation.clusterId().equals(clusterId)) {
            throw new JoinFailure(
                    "the cluster at %s is %s, and the token is of %s. Make a new token: naru cluster invite"
                            .formatted(
                                    String.join(", ", invitation.addresses()),
                                    clusterId,
                                    invitation.clusterId()));
        }
        QuorumInfo quorum = get(admin.describeMetadataQuorum().quorumInfo());
        Set<Integer> voters = new TreeSet<>();
        quorum.voters().forEach(voter -> voters.add(voter.replicaId()));
        Set<Integer> known = new HashSet<>(voters);
        quorum.observers().forEach(observer -> known.add(observer.replicaId()));
        List<Node> brokers = new ArrayList<>(get(cluster.nodes()));
        brokers.forEach(broker -> known.add(broker.id()));
        List<String> controllers = new ArrayList<>();
        quorum.nodes()
                .forEach((id, node) ->
                        node.endpoints().stream()
                                .limit(voters.contains(id) ? 1 : 0)
                                .forEach(each ->
                                        controllers.add(Addresses.text(each.host(), each.port()))));
        Config config = config(admin, brokers.getFirst().id());
        return new OpenCluster(
                new Roster(voters, known, controllers),
                interBrokerListener(config),
                first(value(config, "controller.listener.names")).toUpperCase(Locale.ROOT));
    }

    private static Config config(Admin admin, int broker)
            throws ExecutionException, InterruptedException {
        ConfigResource resource =
                new ConfigResource(ConfigResource.Type.BROKER, Integer.toString(broker));
        return get(admin.describeConfigs(List.of(resource)).values().get(resource));
    }

    /** It must be plain: whoever protects it by hand has to protect the new node by hand too. */
    private static String interBrokerListener(Config config) {
        String given = value(config, "inter.broker.listener.name");
        String first = first(value(config, "listeners"));
        int end = first.indexOf("://");
        String name = given.isBlank() && end > 0 ? first.substring(0, end) : given;
        String map = value(config, "listener.security.protocol.map");
        if (!List.of(map.toUpperCase(Locale.ROOT).split("[,\\s]+"))
                .contains(name.toUpperCase(Locale.ROOT) + ":PLAINTEXT")) {
            throw new JoinFailure(
                    "the cluster protects what its nodes say by settings of its own (listener %s)."
                                    .formatted(name)
                            + " Write them into a file for the new node, and start it with: naru"
                            + " start --config FILE. docs/cluster.md shows one");
        }
        return name.toUpperCase(Locale.ROOT);
    }

    private static String value(Config config, String key) {
        ConfigEntry entry = config.get(key);
        return entry == null || entry.value() == null ? "" : entry.value();
    }

    private static String first(String list) {
        return list.split(",", -1)[0].strip();
    }

    private static <T> T get(@Nullable KafkaFuture<T> future)
            throws ExecutionException, InterruptedException {
        if (future == null) {
            throw new IllegalStateException("the client has no answer for what it was asked");
        }
        return future.get();
    }
}
