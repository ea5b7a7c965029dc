package naru.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

import naru.testkit.KafkaProcess;
import naru.testkit.RepositoryRoot;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;

/** The command line against an unmodified Apache Kafka. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class CommandLineOnKafkaIT {
    private static KafkaProcess kafka;

    @BeforeAll
    static void startKafka() {
        kafka = KafkaProcess.start(Map.of());
    }

    @AfterAll
    static void stopKafka() {
        kafka.close();
    }

    private static Program naru(String input, String... arguments) {
        List<String> command =
                new ArrayList<>(
                        List.of(
                                "env",
                                "JAVA_HOME=" + System.getProperty("java.home"),
                                "NARU_BOOTSTRAP=" + kafka.bootstrap(),
                                RepositoryRoot.find().resolve("naru").toString()));
        command.addAll(List.of(arguments));
        return Program.run(command, input);
    }

    private static JsonNode json(String... arguments) throws IOException {
        return new ObjectMapper().readTree(naru("", arguments).succeeded());
    }

    @Test
    @Order(1)
    void topicsAreCreatedChangedAndListed() throws IOException {
        assertThat(naru("", "topics", "create", "orders", "-p", "2").succeeded())
                .contains("created topic orders: 2 partitions");
        naru("", "configs", "set", "topic", "orders", "retention.ms=86400000").succeeded();
        naru("", "topics", "alter", "orders", "-p", "3").succeeded();

        JsonNode topic = json("topics", "describe", "orders", "-o", "json");
        assertThat(topic.toString()).contains("86400000");
        assertThat(naru("", "topics", "list").succeeded()).contains("orders");
        assertThat(json("configs", "describe", "topic", "orders", "-o", "json").toString())
                .contains("retention.ms");
    }

    @Test
    @Order(2)
    void recordsGoInAndComeOut() throws IOException {
        assertThat(naru("anna\ttea\nbernd\tcoffee\n", "produce", "orders", "-K", "\\t").succeeded())
                .contains("sent 2 records");
        String read =
                naru("", "consume", "orders", "--from-beginning", "--until-end", "-f", "key-value")
                        .succeeded();
        assertThat(read.lines()).containsExactlyInAnyOrder("anna\ttea", "bernd\tcoffee");
    }

    @Test
    @Order(3)
    void groupsAreDescribedAndReset() throws IOException {
        naru("", "consume", "orders", "-g", "billing", "--from-beginning", "-n", "2").succeeded();
        JsonNode group = json("groups", "describe", "billing", "-o", "json");
        assertThat(group.findValue("totalLag").asInt()).isZero();
        naru(
                        "",
                        "groups",
                        "reset-offsets",
                        "billing",
                        "--topic",
                        "orders",
                        "--to-earliest",
                        "--execute")
                .succeeded();
        assertThat(
                        json("groups", "describe", "billing", "-o", "json")
                                .findValue("totalLag")
                                .asInt())
                .isEqualTo(2);
        assertThat(naru("", "explain", "lag").succeeded()).contains("billing");
        assertThat(naru("", "explain", "topic", "orders").succeeded()).contains("orders");
        naru("", "groups", "delete", "billing", "--yes").succeeded();
    }

    @Test
    @Order(4)
    void clusterIsDescribed() throws IOException {
        assertThat(naru("", "cluster", "status").exitCode()).isZero();
        for (String what : List.of("describe", "features", "quorum", "log-dirs")) {
            JsonNode told = json("cluster", what, "-o", "json");
            assertThat(StreamSupport.stream(told.spliterator(), false)).as(what).isNotEmpty();
        }
        JsonNode status = json("cluster", "status", "-o", "json");
        assertThat(status.get("healthy").asBoolean()).isTrue();
        assertThat(naru("", "cluster", "elect").succeeded()).contains("preferred replica");
        assertThat(json("cluster", "balance", "--plan", "--watch", "0", "-o", "json").get("moves"))
                .isEmpty();
        String node = status.get("nodes").get(0).get("id").asText();
        assertThat(naru("", "cluster", "remove", node, "--plan").errors()).contains("only voter");
        assertThat(naru("", "transactions", "list").exitCode()).isZero();
    }

    @Test
    @Order(5)
    void whatIsNotThereIsSaidInOneLine() {
        Program unknown = naru("", "topics", "describe", "nowhere");
        assertThat(unknown.exitCode()).isOne();
        assertThat(unknown.errors()).contains("nowhere").doesNotContain("Exception");
        naru("", "topics", "delete", "orders", "--yes").succeeded();
    }
}
