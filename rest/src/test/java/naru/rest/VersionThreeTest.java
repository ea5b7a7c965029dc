package naru.rest;

import static naru.rest.ProxyUnderTest.V3;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;

import naru.junit.Naru;
import naru.rest.ProxyUnderTest.Reply;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.ArrayList;
import java.util.List;

/** v3 over HTTP beside a node in this JVM. */
final class VersionThreeTest {
    private static Naru node;
    private static ProxyUnderTest proxy;
    private static String cluster = "";

    @BeforeAll
    static void serve() throws Exception {
        node = Naru.start();
        proxy = new ProxyUnderTest(node.bootstrapServers(), RestSettings.DEFAULT, null);
        cluster = "/v3/clusters/" + proxy.clusterId();
    }

    @AfterAll
    static void stop() {
        proxy.close();
        node.close();
    }

    @Test
    void linksLeadToResources() throws Exception {
        List<String> seen = new ArrayList<>();
        create("linked", 2);
        follow(proxy.base() + "/v3/clusters", seen, 0);
        assertThat(seen)
                .anyMatch(link -> link.endsWith("/topics/linked/partitions/1/replicas/1"))
                .anyMatch(link -> link.endsWith("/brokers/1/configs"))
                .hasSizeGreaterThan(10);
    }

    /** Every link but those that need an authorizer or a move under way. */
    private static void follow(String url, List<String> seen, int depth) throws Exception {
        if (seen.contains(url)
                || depth > 6
                || url.contains("/acls")
                || url.contains("__")
                || url.matches(".*/partitions/\\d+/reassignment")) {
            return;
        }
        seen.add(url);
        Reply reply = proxy.get(url.substring(proxy.base().length()));
        assertThat(reply.status()).as(url).isEqualTo(200);
        assertThat(reply.body().at("/metadata/self").asText()).isEqualTo(url);
        for (String link : reply.body().findValuesAsText("related")) {
            follow(link, seen, depth + 1);
        }
    }

    @Test
    void topicIsMadeGrownAndDeleted() throws Exception {
        JsonNode made = create("grown", 1);
        assertThat(made.path("kind").asText()).isEqualTo("KafkaTopic");
        assertThat(made.at("/metadata/resource_name").asText())
                .isEqualTo("crn:///kafka=" + made.path("cluster_id").asText() + "/topic=grown");
        assertThat(made.path("partitions_count").asInt()).isEqualTo(1);
        String topic = cluster + "/topics/grown";
        assertThat(
                        proxy.ask("PATCH", topic, V3, "{\"partitions_count\":3}")
                                .body()
                                .path("partitions_count")
                                .asInt())
                .isEqualTo(3);
        assertThat(proxy.ask("PATCH", topic, V3, "{\"partitions_count\":2}").code())
                .isEqualTo(40002);
        assertThat(proxy.ask("DELETE", topic, V3, "").status()).isEqualTo(204);
        assertThat(proxy.get(topic).code()).isEqualTo(40403);
    }

    @Test
    void dryRunMakesNothing() throws Exception {
        Reply dry =
                proxy.post(
                        cluster + "/topics", V3, "{\"topic_name\":\"dry\",\"validate_only\":true}");
        assertThat(dry.status()).isEqualTo(200);
        assertThat(proxy.get(cluster + "/topics/dry").code()).isEqualTo(40403);
    }

    @Test
    void settingsAreSetAndReset() throws Exception {
        create("set", 1);
        String configs = cluster + "/topics/set/configs";
        assertThat(
                        proxy.post(
                                        configs + ":alter",
                                        V3,
                                        "{\"data\":[{\"name\":\"retention.ms\",\"value\":\"5000\"},{\"name\":\"cleanup.policy\",\"value\":\"compact\"}]}")
                                .status())
                .isEqualTo(204);
        JsonNode retention = proxy.get(configs + "/retention.ms").body();
        assertThat(retention.path("value").asText()).isEqualTo("5000");
        assertThat(retention.path("source").asText()).isEqualTo("DYNAMIC_TOPIC_CONFIG");
        assertThat(retention.path("is_default").asBoolean()).isFalse();
        assertThat(retention.at("/synonyms/0/value").asText()).isEqualTo("5000");
        proxy.ask("PUT", configs + "/retention.ms", V3, "{\"value\":\"6000\"}");
        assertThat(proxy.get(configs + "/retention.ms").text()).contains("\"6000\"");
        proxy.ask("DELETE", configs + "/retention.ms", V3, "");
        assertThat(proxy.get(configs + "/retention.ms").body().path("is_default").asBoolean())
                .isTrue();
        assertThat(proxy.get(configs + "/nothing").status()).isEqualTo(404);
        assertThat(proxy.ask("PUT", configs + "/nothing", V3, "{\"value\":\"1\"}").code())
                .isEqualTo(40002);
        assertThat(
                        proxy.get(cluster + "/topics/set/default-configs")
                                .body()
                                .path("data")
                                .findValuesAsText("name"))
                .contains("retention.ms");
    }

    @Test
    void streamIsAnsweredRecordByRecordInOrder() throws Exception {
        StringBuilder records = new StringBuilder();
        for (int number = 0; number < 3_000; number++) {
            records.append("{\"value\":{\"type\":\"JSON\",\"data\":").append(number).append("}}");
            if (number % 1_000 == 7) {
                records.append("\n{\"value\":{\"type\":\"BINARY\",\"data\":7}}");
            }
        }
        Reply reply = proxy.post(cluster + "/topics/streamed/records", V3, records.toString());
        assertThat(reply.status()).isEqualTo(200);
        List<String> lines = reply.text().lines().toList();
        assertThat(lines).hasSize(3_003);
        assertThat(lines.get(8)).contains("\"error_code\":422", "42203");
        List<String> stored =
                lines.stream().filter(line -> line.contains("\"error_code\":200")).toList();
        assertThat(stored).hasSize(3_000);
        for (int number = 0; number < 3_000; number++) {
            assertThat(stored.get(number)).contains("\"offset\":" + number + ",");
        }
    }

    @Test
    void receiptTellsWhatWasStored() throws Exception {
        Reply reply =
                proxy.post(
                        cluster + "/topics/told/records",
                        V3,
                        "{\"key\":{\"type\":\"STRING\",\"data\":\"k\"},\"value\":{\"type\":\"BINARY\",\"data\":\"Zm9v\"},\"headers\":[{\"name\":\"h\",\"value\":\"Zm9v\"}],\"timestamp\":\"2021-02-05T19:14:42Z\"}");
        assertThat(reply.text().strip())
                .isEqualTo(
                        "{\"error_code\":200,\"cluster_id\":\"%s\",\"topic_name\":\"told\",\"partition_id\":0,\"offset\":0,\"timestamp\":\"2021-02-05T19:14:42Z\",\"key\":{\"type\":\"STRING\",\"size\":1},\"value\":{\"type\":\"BINARY\",\"size\":3}}"
                                .formatted(proxy.clusterId()));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "nonsense|400|400",
                "'{\"value\":'|400|400",
                "'{\"records\":[]}'|200|400",
                "[1]|200|400",
                "'{\"value\":1}'|200|400",
                "'{\"value\":{\"type\":\"XML\",\"data\":1}}'|200|400",
                "'{\"value\":{\"type\":\"JSON\",\"schema_id\":1,\"data\":1}}'|200|400",
                "'{\"value\":{\"type\":\"JSON\",\"data\":1},\"timestamp\":\"yesterday\"}'|200|400",
                "'{\"value\":{\"type\":\"JSON\",\"data\":1},\"headers\":[{\"value\":\"eA==\"}]}'|200|400",
                "'{\"value\":{\"type\":\"JSON\",\"data\":1},\"partition_id\":77}'|200|40402",
                "'{\"value\":{\"data\":1}}'|200|422"
            })
    void badRecordIsToldInItsPlace(String body, int status, int code) throws Exception {
        Reply reply = proxy.post(cluster + "/topics/bad-records/records", V3, body);
        assertThat(reply.status()).as(reply.text()).isEqualTo(status);
        assertThat(reply.code()).as(reply.text()).isEqualTo(code);
    }

    @Test
    void batchTellsWhichEntriesWereStored() throws Exception {
        Reply reply =
                proxy.post(
                        cluster + "/topics/entries/records:batch",
                        V3,
                        "{\"entries\":[{\"id\":\"a\",\"value\":{\"type\":\"JSON\",\"data\":1}},{\"id\":\"b\",\"value\":{\"type\":\"BINARY\",\"data\":1}}]}");
        assertThat(reply.status()).isEqualTo(207);
        assertThat(reply.body().at("/successes/0/id").asText()).isEqualTo("a");
        assertThat(reply.body().at("/failures/0/id").asText()).isEqualTo("b");
    }

    @Test
    void otherClusterIsNotFound() throws Exception {
        assertThat(proxy.get("/v3/clusters/other").code()).isEqualTo(404);
        assertThat(proxy.post("/v3/clusters/other/topics/t/records", V3, "{}").status())
                .isEqualTo(404);
        assertThat(proxy.get(cluster + "/brokers/99").status()).isEqualTo(404);
        assertThat(proxy.get(cluster + "/consumer-groups/none").status()).isEqualTo(404);
    }

    @Test
    void badRequestsAreRefusedWithTheirCause() throws Exception {
        assertThat(proxy.post(cluster + "/topics", V3, "{}").text()).contains("topic_name");
        assertThat(proxy.post(cluster + "/topics", V3, "{\"name\":\"x\"}").text())
                .contains("Unrecognized field");
        assertThat(
                        proxy.post(
                                        cluster + "/topics",
                                        V3,
                                        "{\"topic_name\":\"x\",\"partitions_count\":\"all\"}")
                                .code())
                .isEqualTo(400);
        assertThat(proxy.post(cluster + "/topics", "text/plain", "x").status()).isEqualTo(415);
        assertThat(proxy.get(cluster + "/acls?operation=DANCE").text())
                .contains("operation is one");
        assertThat(proxy.ask("DELETE", cluster + "/acls", V3, "").text()).contains("missing");
        assertThat(proxy.get(cluster + "/acls").code()).isEqualTo(40002);
    }

    private static JsonNode create(String topic, int partitions) throws Exception {
        Reply created =
                proxy.post(
                        cluster + "/topics",
                        V3,
                        "{\"topic_name\":\"%s\",\"partitions_count\":%d}"
                                .formatted(topic, partitions));
        assertThat(created.status()).as(created.text()).isEqualTo(201);
        return created.body();
    }
}
