package naru.connect.worker;

import naru.connect.ConnectSettings;

import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.KafkaException;

import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** What Kafka's worker is configured with: what was set, and what follows from where it runs. */
final class WorkerProperties {
    private static final int REPLICAS_WANTED = 3;
    private static final int ANSWER_SECONDS_MOST = 30;
    private static final String REBALANCE_DELAY_MILLIS = "30000";
    private static final List<String> CLIENT_KINDS =
            List.of("", "producer.", "consumer.", "admin.");
    private static final List<String> TOPICS = List.of("config", "offset", "status");

    /** What begins so belongs to plug-ins, clients and topics, whose names nobody here knows. */
    private static final List<String> OPEN =
            List.of(
                    "producer.",
                    "consumer.",
                    "admin.",
                    "key.converter.",
                    "value.converter.",
                    "header.converter.",
                    "config.providers.",
                    "config.storage.",
                    "offset.storage.",
                    "status.storage.",
                    "metrics.",
                    "connector.client.config.",
                    "rest.advertised.");

    private WorkerProperties() {}

    static Map<String, String> of(ConnectSettings settings) {
        Map<String, String> properties = new HashMap<>();
        properties.put("key.converter", "org.apache.kafka.connect.json.JsonConverter");
        properties.put("value.converter", "org.apache.kafka.connect.json.JsonConverter");
        properties.put("group.id", "connect-cluster");
        TOPICS.forEach(kind -> properties.put(kind + ".storage.topic", "connect-" + kind + "s"));
        properties.put("status.storage.topic", "connect-status");
        // A node comes back within seconds; Kafka lets the work of one that is gone wait 5 minutes.
        properties.put("scheduled.rebalance.max.delay.ms", REBALANCE_DELAY_MILLIS);
        if (settings.isStandalone()) {
            properties.put("offset.storage.file.filename", settings.offsets().toString());
        }
        if (settings.worker().getOrDefault("plugin.path", "").isBlank()) {
            // All that comes along has manifests: nothing has to be searched class by class.
            properties.put("plugin.discovery", "service_load");
        }
        properties.put("config.providers", "file,dir,env");
        String provider = "org.apache.kafka.common.config.provider.";
        properties.put("config.providers.file.class", provider + "FileConfigProvider");
        properties.put("config.providers.dir.class", provider + "DirectoryConfigProvider");
        properties.put("config.providers.env.class", provider + "EnvVarConfigProvider");
        for (String kind : CLIENT_KINDS) {
            settings.clients()
                    .forEach((name, value) -> properties.put(kind + name, String.valueOf(value)));
        }
        properties.putAll(settings.worker());
        if (settings.delivered() != null) {
            String ours = settings.delivered().toString();
            String own = properties.getOrDefault("plugin.path", "");
            properties.put("plugin.path", own.isBlank() ? ours : own + "," + ours);
        }
        return properties;
    }

    /** Adds how many replicas the worker's topics get, where nobody said it. */
    static void addReplicas(Map<String, String> properties) {
        int nodes = -1;
        for (String kind : TOPICS) {
            String key = kind + ".storage.replication.factor";
            if (!properties.containsKey(key)) {
                nodes = nodes < 0 ? nodes(properties) : nodes;
                properties.put(key, String.valueOf(Math.min(REPLICAS_WANTED, nodes)));
            }
        }
    }

    private static int nodes(Map<String, String> properties) {
        Map<String, Object> client = new HashMap<>();
        properties.forEach((name, value) -> {
            if (AdminClientConfig.configNames().contains(name)) {
                client.put(name, value);
            }
        });
        try (Admin admin = Admin.create(client)) {
            return Math.max(
                    1,
                    admin.describeCluster()
                            .nodes()
                            .get(ANSWER_SECONDS_MOST, TimeUnit.SECONDS)
                            .size());
        } catch (ExecutionException | TimeoutException unreachable) {
            throw new KafkaException("the cluster does not say how many nodes it has", unreachable);
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
            throw new KafkaException("interrupted", stopping);
        }
    }

    /** Where other workers reach this one. */
    static URI advertised(Map<String, String> properties, URI address) {
        String host = properties.getOrDefault("rest.advertised.host.name", reachable(address));
        String port =
                properties.getOrDefault("rest.advertised.port", String.valueOf(address.getPort()));
        String scheme = properties.getOrDefault("rest.advertised.listener", address.getScheme());
        return URI.create("%s://%s:%s/".formatted(scheme, host, port));
    }

    private static String reachable(URI address) {
        String host = address.getHost();
        if (host != null && !host.equals("0.0.0.0") && !host.equals("[::]")) {
            return host;
        }
        try {
            return InetAddress.getLocalHost().getCanonicalHostName();
        } catch (UnknownHostException nameless) {
            return "127.0.0.1";
        }
    }

    /** Names that were given and mean nothing to the worker. */
    static Set<String> meaningless(Set<String> given, Set<String> known) {
        Set<String> unknown = new TreeSet<>(given);
        unknown.removeAll(known);
        unknown.removeAll(AdminClientConfig.configNames());
        unknown.removeAll(ProducerConfig.configNames());
        unknown.removeAll(ConsumerConfig.configNames());
        unknown.removeIf(name -> OPEN.stream().anyMatch(name::startsWith));
        return unknown;
    }
}
