package naru.testkit;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Brokers 1 to N of one cluster, each a process that is broker and voter. Node 1 is the one that
 * clients are told.
 */
public final class BrokerCluster implements Brokers {
    private final List<BrokerProcess> nodes;

    private BrokerCluster(List<BrokerProcess> nodes) {
        this.nodes = List.copyOf(nodes);
    }

    /** Nodes of Naru on new folders, not launched yet. */
    public static BrokerCluster ofNaru(int size, Map<String, String> settings) {
        List<Integer> ports = FreePorts.find(size);
        List<BrokerProcess> nodes = new ArrayList<>();
        for (int id = 1; id <= size; id++) {
            Map<String, String> own = voter(id, ports, settings);
            own.put("naru.cluster.id", KafkaProcess.CLUSTER_ID);
            nodes.add(NaruProcess.prepare(own, "CONTROLLER://127.0.0.1:" + ports.get(id - 1)));
        }
        return new BrokerCluster(nodes);
    }

    /** Nodes of Apache Kafka on formatted folders, not launched yet. */
    public static BrokerCluster ofKafka(int size, Map<String, String> properties) {
        List<Integer> ports = FreePorts.find(size);
        List<BrokerProcess> nodes = new ArrayList<>();
        for (int id = 1; id <= size; id++) {
            nodes.add(KafkaProcess.prepareVoter(ports.get(id - 1), voter(id, ports, properties)));
        }
        return new BrokerCluster(nodes);
    }

    private static Map<String, String> voter(
            int id, List<Integer> controllers, Map<String, String> more) {
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put("node.id", Integer.toString(id));
        settings.put("process.roles", "broker,controller");
        settings.put("controller.quorum.bootstrap.servers", "");
        settings.put(
                "controller.quorum.voters",
                IntStream.rangeClosed(1, controllers.size())
                        .mapToObj(voter -> voter + "@127.0.0.1:" + controllers.get(voter - 1))
                        .collect(Collectors.joining(",")));
        settings.putAll(more);
        return settings;
    }

    /** The broker of this id, which begins with 1. */
    public BrokerProcess node(int id) {
        return nodes.get(id - 1);
    }

    public List<BrokerProcess> nodes() {
        return nodes;
    }

    @Override
    public void restart() {
        nodes.forEach(BrokerProcess::launch);
        nodes.forEach(BrokerProcess::awaitReady);
    }

    @Override
    public String bootstrap() {
        return node(1).bootstrap();
    }

    @Override
    public double cpuSeconds() {
        return sum(BrokerProcess::cpuSeconds);
    }

    @Override
    public long rssBytes() {
        return (long) sum(BrokerProcess::rssBytes);
    }

    @Override
    public int threads() {
        return (int) sum(BrokerProcess::threads);
    }

    private double sum(ToDoubleFunction<BrokerProcess> figure) {
        return nodes.stream().filter(BrokerProcess::isAlive).mapToDouble(figure).sum();
    }

    /** All at once, so that none waits for a majority that is gone. */
    @Override
    public void close() {
        nodes.forEach(node -> {
            if (node.isAlive()) {
                node.kill();
            }
        });
        nodes.forEach(BrokerProcess::close);
    }
}
