package naru.broker.config;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.ConfigKey;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * Holds docs/configuration.md to the code. With the system property {@code naru.write.docs} the
 * file is written instead.
 */
class ConfigurationDocumentTest {
    private static final Path DOCUMENT = Path.of("..", "docs", "configuration.md");

    private static final String INTRODUCTION =
            """
            # Configuration

            A node reads a file in the form of Kafka's `server.properties` (`--config FILE`) and
            single settings from the command line (`--set KEY=VALUE`, stronger). Every name that a
            broker of Apache Kafka 4.3.1 knows is known, with Kafka's type and default unless it is
            said below; names that begin with `naru.` are Naru's own. What is wrong stops the start,
            and every problem is listed with the key, the value, and what would be right.

            Without any setting a node listens on `127.0.0.1` only and keeps its data in
            `./naru-data`. A listener on another address on which nobody has to authenticate needs
            `naru.insecure.listeners=true`; one that names no host, as in the file that comes with
            Kafka, is on `127.0.0.1` without it. A data folder that has a `node.id` need not be told it.

            Of several places the nearest one counts: a topic's own setting, the dynamic setting of
            this broker, the dynamic setting of all brokers, the file and command line, the default.
            Settings marked *dynamic* can be altered while the node runs, with
            `naru configs` or `kafka-configs.sh`. What each of Kafka's settings means stands in Kafka's
            documentation.

            `socket.listen.backlog.size` is 1024 where Kafka has 50, which a burst of connections fills.

            Where Kafka gives a number of replicas for its internal topics
            (`offsets.topic.replication.factor` and others) and it was not set, a topic gets at most
            as many as there are brokers.

            """;

    @Test
    void documentListsEverySettingInItsGroup() throws IOException {
        String expected = document();
        if (System.getProperty("naru.write.docs") != null) {
            Files.writeString(DOCUMENT, expected);
        }

        assertThat(Files.readString(DOCUMENT))
                .as("run this test with -Dnaru.write.docs to write the document anew")
                .isEqualTo(expected);
    }

    private static String document() {
        StringBuilder text = new StringBuilder(INTRODUCTION);
        table(
                text,
                "Naru's own",
                "Known to Naru alone.",
                key -> key.startsWith(NaruSettings.PREFIX));
        table(
                text,
                "Served",
                "Kafka's settings that this release acts on. Those in the group *refused* too are"
                        + " refused for some values.",
                key -> ServedSettings.served(key) && !key.startsWith(NaruSettings.PREFIX));
        table(
                text,
                "Refused",
                "Known to Kafka, and refused when they ask for what this release does not do,"
                        + " because going on would be unsafe. GSSAPI is refused as well, and so are"
                        + " names of ZooKeeper's time and of Confluent Platform.",
                RefusedSettings.keys()::contains);
        table(
                text,
                "Accepted without effect",
                "Known to Kafka and harmless here; the start names those that were given.",
                key -> !ServedSettings.served(key) && !RefusedSettings.keys().contains(key));
        topics(text);
        return text.toString();
    }

    private static void table(
            StringBuilder text, String title, String words, Predicate<String> group) {
        text.append("## ").append(title).append("\n\n").append(words).append("\n\n");
        text.append("| Setting | Type | Default | |\n|---|---|---|---|\n");
        for (ConfigKey setting : new TreeMap<>(NodeSettings.all()).values()) {
            if (group.test(setting.name) && !setting.internalConfig) {
                row(text, setting, remark(setting));
            }
        }
        text.append('\n');
    }

    /** The meaning of Naru's own settings; that of Kafka's stands in Kafka's documentation. */
    private static String remark(ConfigKey setting) {
        String dynamic = DynamicSettings.isDynamic(setting.name) ? "dynamic" : "";
        if (!setting.name.startsWith(NaruSettings.PREFIX)) {
            return dynamic;
        }
        return dynamic.isEmpty()
                ? setting.documentation
                : setting.documentation + " (" + dynamic + ")";
    }

    private static void topics(StringBuilder text) {
        text.append("## Of a topic\n\n");
        text.append(
                        "Set with `naru topics create`, `naru configs` or Kafka's tools. The"
                                + " default is")
                .append(" the node's setting that is named last, where there is one.\n\n");
        text.append("| Setting | Type | Default | From the node's |\n|---|---|---|---|\n");
        for (Map.Entry<String, ConfigKey> topic : new TreeMap<>(TopicSettings.all()).entrySet()) {
            if (!topic.getValue().internalConfig) {
                String synonyms =
                        String.join(
                                ", ",
                                TopicSettings.synonyms(topic.getKey()).stream()
                                        .map(synonym -> "`" + synonym.name() + "`")
                                        .toList());
                row(text, topic.getValue(), synonyms);
            }
        }
    }

    private static void row(StringBuilder text, ConfigKey setting, String last) {
        String value =
                setting.hasDefault()
                        ? ConfigDef.convertToString(setting.defaultValue, setting.type)
                        : null;
        text.append("| `")
                .append(setting.name)
                .append("` | ")
                .append(setting.type.name().toLowerCase(java.util.Locale.ROOT))
                .append(" | ")
                .append(value == null || value.isEmpty() ? "" : "`" + value + "`")
                .append(" | ")
                .append(last)
                .append(" |\n");
    }
}
