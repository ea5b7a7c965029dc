package naru.broker.config;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.kafka.common.config.ConfigDef.ConfigKey;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;

/** Compares with what an Apache Kafka 4.3.1 broker knows. */
class NodeSettingsTest {
    /** Where our default is another one, and why it has to be. */
    private static final Map<String, String> OWN_DEFAULTS =
            Map.of(
                    "listeners", "[PLAINTEXT://127.0.0.1:9092]",
                    "log.dir", "[./naru-data]",
                    "node.id", "1",
                    "process.roles", "[broker, controller]",
                    "controller.listener.names", "[CONTROLLER]",
                    // A burst of clients finds 50 places taken and waits for seconds.
                    "socket.listen.backlog.size", "1024");

    /** Kafka has these settings since 4.4. */
    private static final String KIP_1191 = "errors.deadletterqueue.";

    /** Kafka's authorizer has these settings, its brokers have not. */
    private static final Set<String> OF_THE_AUTHORIZER =
            Set.of("super.users", "allow.everyone.if.no.acl.found");

    @Test
    void everySettingOfKafkaIsKnownWithItsTypeAndDefault() throws IOException {
        Map<String, String> expected = new TreeMap<>();
        for (String line : facts("kafka-4.3.1-node-settings.tsv")) {
            String[] columns = line.split("\t", -1);
            columns[3] = OWN_DEFAULTS.getOrDefault(columns[0], columns[3]);
            expected.put(columns[0], String.join(" ", columns));
        }

        Map<String, String> actual = new TreeMap<>();
        for (ConfigKey setting : NodeSettings.all().values()) {
            if (!setting.name.startsWith("naru.")
                    && !setting.name.startsWith(KIP_1191)
                    && !OF_THE_AUTHORIZER.contains(setting.name)) {
                actual.put(
                        setting.name,
                        String.join(
                                " ",
                                setting.name,
                                setting.type.name(),
                                setting.importance.name(),
                                String.valueOf(setting.defaultValue),
                                String.valueOf(setting.internalConfig)));
            }
        }

        assertThat(actual).isEqualTo(expected);
    }

    @Test
    void everySettingIsExplained() {
        assertThat(NodeSettings.all().values())
                .filteredOn(setting -> !setting.internalConfig)
                .allSatisfy(setting -> assertThat(setting.documentation).isNotBlank());
    }

    static List<String> facts(String name) throws IOException {
        try (InputStream file =
                Objects.requireNonNull(NodeSettingsTest.class.getResourceAsStream(name), name)) {
            return new String(file.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.startsWith("#"))
                    .toList();
        }
    }
}
