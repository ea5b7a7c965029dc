package naru.systemtests;

import naru.testkit.BrokerProcess;
import naru.testkit.KafkaProcess;
import naru.testkit.NaruProcess;

import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * The broker that the tests run against, chosen by {@code -Dnaru.target}. What passes on Apache
 * Kafka must pass on Naru, so every test that is not about Naru's own promises runs on both.
 */
enum Target {
    NARU,
    KAFKA;

    static Target chosen() {
        return valueOf(System.getProperty("naru.target", "naru").toUpperCase(Locale.ROOT));
    }

    /** A node of its own, for tests that stop, kill or damage it. Not launched yet. */
    static BrokerProcess prepare(Map<String, String> settings) {
        Map<String, String> all = new TreeMap<>(settings);
        all.putIfAbsent("group.initial.rebalance.delay.ms", "0");
        return switch (chosen()) {
            case NARU -> NaruProcess.prepare(all);
            case KAFKA -> KafkaProcess.prepare(all);
        };
    }

    static BrokerProcess start(Map<String, String> settings) {
        BrokerProcess broker = prepare(settings);
        try {
            broker.restart();
            return broker;
        } catch (RuntimeException e) {
            broker.close();
            throw e;
        }
    }

    static Path dataFolder(BrokerProcess broker) {
        return switch (broker) {
            case NaruProcess naru -> naru.dataFolder();
            case KafkaProcess kafka -> kafka.dataFolder();
            default -> throw new IllegalArgumentException("not a target: " + broker);
        };
    }
}
