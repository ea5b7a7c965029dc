package naru.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Clients in other languages, alone and with one another. */
class ForeignClientsIT {
    private static final List<String> LINES =
            List.of("k1|plain", "|no key", "k2|", "k3|" + "long ".repeat(2_000), "열쇠|값");

    private final JavaClients clients = SharedBroker.clients();
    private final String topic = SharedBroker.unique("foreign");

    @ParameterizedTest
    @ValueSource(strings = {"none", "gzip", "snappy", "lz4", "zstd"})
    void everyClientReadsWhatEveryOtherWrote(String codec) {
        List<ForeignClient> able =
                Arrays.stream(ForeignClient.values())
                        .filter(client -> client.knows(codec))
                        .toList();
        able.forEach(ForeignClient::require);
        clients.createTopic(topic, 1);
        List<String> written = new ArrayList<>(writeWithJava(codec));
        for (ForeignClient client : able) {
            client.write(clients.bootstrap(), topic, codec, String.join("\n", LINES) + "\n");
            LINES.forEach(line -> written.add(line + "|" + client));
        }

        assertThat(readWithJava(written.size())).isEqualTo(written);
        for (ForeignClient client : able) {
            assertThat(client.read(clients.bootstrap(), topic, written.size()))
                    .as("read by " + client)
                    .isEqualTo(written);
        }
    }

    @ParameterizedTest
    @EnumSource(
            mode = EnumSource.Mode.EXCLUDE,
            names = {"KCAT", "SCHEMAREGISTRY"})
    void tutorialRuns(ForeignClient client) {
        client.require();
        assertThat(client.run("tutorial", clients.bootstrap(), topic).succeeded()).contains("done");
    }

    @Test
    void membersInPythonTakeOverFromOneAnother() {
        ForeignClient.KAFKA_PYTHON.require();
        clients.createTopic(topic, 2);
        assertThat(
                        ForeignClient.KAFKA_PYTHON
                                .run("takeover", clients.bootstrap(), topic)
                                .succeeded())
                .contains("done");
    }

    @Test
    void transactionsInPythonCopyExactlyOnce() {
        ForeignClient.CONFLUENT_PYTHON.require();
        clients.createTopic(topic, 1);
        clients.createTopic(topic + "-source", 1);
        assertThat(
                        ForeignClient.CONFLUENT_PYTHON
                                .run("transactions", clients.bootstrap(), topic)
                                .succeeded())
                .contains("done");
    }

    @Test
    void kcatListsConsumesInAGroupAndQueriesOffsets() {
        ForeignClient.KCAT.require();
        clients.createTopic(topic, 1);
        clients.sendNumbers(topic, 3);
        assertThat(kcat("-L", "-J")).contains("\"topic\":\"" + topic + "\"");
        assertThat(kcat("-C", "-e", "-q", "-t", topic, "-o", "-1")).isEqualTo("2\n");
        assertThat(kcat("-C", "-e", "-q", "-J", "-t", topic))
                .contains("\"offset\":2")
                .contains("\"key\":\"k2\"");
        assertThat(kcat("-Q", "-t", topic + ":0:-1")).contains("offset 3");
        assertThat(kcat("-G", topic, "-c", "3", "-q", "-X", "auto.offset.reset=earliest", topic))
                .isEqualTo("0\n1\n2\n");
    }

    private String kcat(String... arguments) {
        List<String> command = new ArrayList<>(List.of("kcat", "-b", clients.bootstrap()));
        command.addAll(List.of(arguments));
        return Program.run(command).succeeded();
    }

    private List<String> writeWithJava(String codec) {
        try (Producer<String, String> producer = clients.producer("compression.type", codec)) {
            for (String line : LINES) {
                int bar = line.indexOf('|');
                String key = bar == 0 ? null : line.substring(0, bar);
                String value = bar == line.length() - 1 ? null : line.substring(bar + 1);
                ProducerRecord<String, String> record = new ProducerRecord<>(topic, 0, key, value);
                record.headers().add("client", "JAVA".getBytes(StandardCharsets.UTF_8));
                producer.send(record);
            }
        }
        return LINES.stream().map(line -> line + "|JAVA").toList();
    }

    private List<String> readWithJava(int count) {
        return clients.read(new TopicPartition(topic, 0), count).stream()
                .map(ForeignClientsIT::line)
                .toList();
    }

    private static String line(ConsumerRecord<String, String> record) {
        String client =
                new String(record.headers().lastHeader("client").value(), StandardCharsets.UTF_8);
        String key = record.key() == null ? "" : record.key();
        String value = record.value() == null ? "" : record.value();
        return key + "|" + value + "|" + client;
    }
}
