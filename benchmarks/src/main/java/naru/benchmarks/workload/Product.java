package naru.benchmarks.workload;

import naru.benchmarks.report.Samples;
import naru.testkit.BrokerCluster;
import naru.testkit.BrokerProcess;
import naru.testkit.KafkaProcess;
import naru.testkit.NaruProcess;

import java.util.LinkedHashMap;
import java.util.Map;

/** What is compared, and the few things in which its settings differ. */
public enum Product {
    NARU(Samples.Side.NARU, "Naru"),
    KAFKA(Samples.Side.KAFKA, "Apache Kafka");

    /** The broker alone, as in Apache Kafka. */
    static final Map<String, String> NARU_SETTINGS = Map.of("naru.services", "broker");

    /** How many brokers a cluster has, and replicas a partition there. */
    static final int CLUSTER_SIZE = 3;

    private final Samples.Side side;
    private final String title;

    Product(Samples.Side side, String title) {
        this.side = side;
        this.title = title;
    }

    public Samples.Side side() {
        return side;
    }

    public String title() {
        return title;
    }

    /** A broker on a new folder, not launched yet; Kafka's storage is formatted, Naru's is not. */
    public BrokerProcess prepare() {
        return switch (this) {
            case NARU -> NaruProcess.prepare(NARU_SETTINGS);
            case KAFKA -> KafkaProcess.prepare(Map.of());
        };
    }

    /** The same, and it also listens for TLS. */
    public BrokerProcess prepare(EncryptedListener encrypted) {
        return switch (this) {
            case NARU -> {
                Map<String, String> settings = new LinkedHashMap<>(NARU_SETTINGS);
                settings.putAll(encrypted.serverSettings());
                yield NaruProcess.prepare(settings, encrypted.listener());
            }
            case KAFKA -> KafkaProcess.prepare(encrypted.serverSettings(), encrypted.listener());
        };
    }

    /** Three brokers on new folders, not launched yet, each of them a voter. */
    public BrokerCluster prepareCluster(Map<String, String> more) {
        Map<String, String> settings = new LinkedHashMap<>(more);
        return switch (this) {
            case NARU -> {
                settings.putAll(NARU_SETTINGS);
                yield BrokerCluster.ofNaru(CLUSTER_SIZE, settings);
            }
            case KAFKA -> BrokerCluster.ofKafka(CLUSTER_SIZE, settings);
        };
    }

    /** What every measured topic has: files go soon after the topic, to make room for the next. */
    Map<String, String> topicConfigs() {
        return Map.of("file.delete.delay.ms", "100");
    }

    /** A topic whose records are acknowledged only once an fdatasync has returned. */
    Map<String, String> durableTopicConfigs() {
        Map<String, String> configs = new LinkedHashMap<>(topicConfigs());
        switch (this) {
            case NARU -> configs.put("naru.ack", "fsync");
            case KAFKA -> configs.put("flush.messages", "1");
        }
        return configs;
    }
}
