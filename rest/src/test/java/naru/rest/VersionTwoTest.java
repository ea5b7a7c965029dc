package naru.rest;

import static naru.rest.ProxyUnderTest.V2;
import static naru.rest.ProxyUnderTest.V2_JSON;

import static org.assertj.core.api.Assertions.assertThat;

import naru.junit.Naru;
import naru.rest.ProxyUnderTest.Reply;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.time.Duration;

/** v2 over HTTP beside a node in this JVM. */
final class VersionTwoTest {
    private static Naru node;
    private static ProxyUnderTest proxy;

    @BeforeAll
    static void serve() throws Exception {
        node = Naru.start();
        proxy =
                new ProxyUnderTest(
                        node.bootstrapServers(),
                        new RestSettings(4, 3, Duration.ofSeconds(60)),
                        null);
    }

    @AfterAll
    static void stop() {
        proxy.close();
        node.close();
    }

    @Test
    void whatWasProducedIsConsumedWithKeysAndOffsets() throws Exception {
        Reply produced =
                proxy.post(
                        "/topics/orders",
                        V2_JSON,
                        "{\"records\":[{\"key\":\"a\",\"value\":{\"n\":1}},{\"value\":[2],\"partition\":0}]}");
        assertThat(produced.text())
                .isEqualTo(
                        "{\"offsets\":[{\"partition\":0,\"offset\":0,\"error_code\":null,\"error\":null},{\"partition\":0,\"offset\":1,\"error_code\":null,\"error\":null}],\"key_schema_id\":null,\"value_schema_id\":null}");
        assertThat(produced.type()).isEqualTo(V2);
        String instance = instance("json", "orders");
        assertThat(read(instance))
                .isEqualTo(
                        "[{\"topic\":\"orders\",\"key\":\"a\",\"value\":{\"n\":1},\"partition\":0,\"offset\":0},{\"topic\":\"orders\",\"key\":null,\"value\":[2],\"partition\":0,\"offset\":1}]");
        assertThat(proxy.get(instance + "/subscription").text())
                .isEqualTo("{\"topics\":[\"orders\"]}");
        delete(instance);
    }

    @Test
    void commitIsOfWhatWasDeliveredAndNotOfWhatWasFetched() throws Exception {
        proxy.post(
                "/topics/few",
                V2_JSON,
                "{\"records\":[{\"value\":1},{\"value\":2},{\"value\":3}]}");
        String instance = instance("json", "few");
        assertThat(readFrom(instance + "/records?max_bytes=1&timeout=20000"))
                .contains("\"offset\":0}]");
        assertThat(proxy.ask("POST", instance + "/offsets", V2, "").status()).isEqualTo(200);
        String asked = "{\"partitions\":[{\"topic\":\"few\",\"partition\":0}]}";
        assertThat(proxy.ask("GET", instance + "/offsets", V2, asked).text())
                .isEqualTo(
                        "{\"offsets\":[{\"topic\":\"few\",\"partition\":0,\"offset\":1,\"metadata\":\"\"}]}");
        assertThat(read(instance)).contains("\"offset\":1}", "\"offset\":2}");
        delete(instance);
    }

    @Test
    void positionsAreMoved() throws Exception {
        proxy.post("/topics/moved", V2_JSON, "{\"records\":[{\"value\":1},{\"value\":2}]}");
        String instance = create("json");
        String partition = "{\"partitions\":[{\"topic\":\"moved\",\"partition\":0}]}";
        assertThat(proxy.post(instance + "/assignments", V2, partition).status()).isEqualTo(204);
        assertThat(proxy.get(instance + "/assignments").text()).isEqualTo(partition);
        assertThat(proxy.post(instance + "/subscription", V2, "{\"topics\":[\"moved\"]}").code())
                .isEqualTo(40903);
        String second = "{\"offsets\":[{\"topic\":\"moved\",\"partition\":0,\"offset\":1}]}";
        assertThat(proxy.post(instance + "/positions", V2, second).status()).isEqualTo(204);
        assertThat(read(instance)).startsWith("[{").contains("\"value\":2");
        assertThat(proxy.post(instance + "/positions/beginning", V2, partition).status())
                .isEqualTo(204);
        assertThat(read(instance)).contains("\"value\":1", "\"value\":2");
        assertThat(proxy.post(instance + "/positions/end", V2, partition).status()).isEqualTo(204);
        assertThat(proxy.get(instance + "/records?timeout=1").text()).isEqualTo("[]");
        delete(instance);
    }

    @Test
    void recordThatIsNoJsonIsToldAndCanBeSteppedOver() throws Exception {
        String binary = "application/vnd.kafka.binary.v2+json";
        proxy.post(
                "/topics/mixed",
                binary,
                "{\"records\":[{\"value\":\"MQ==\"},{\"value\":\"/w==\"},{\"value\":\"Mg==\"}]}");
        String instance = instance("json", "mixed");
        assertThat(read(instance)).contains("\"offset\":0}]");
        Reply poison = proxy.get(instance + "/records");
        assertThat(poison.code()).isEqualTo(50002);
        assertThat(poison.text()).contains("offset 1 of mixed-0", "offset 2 goes on");
        proxy.post(
                instance + "/positions",
                V2,
                "{\"offsets\":[{\"topic\":\"mixed\",\"partition\":0,\"offset\":2}]}");
        assertThat(read(instance)).contains("\"value\":2");
        delete(instance);
    }

    @Test
    void patternFindsTopics() throws Exception {
        proxy.post("/topics/pattern-1", V2_JSON, "{\"records\":[{\"value\":1}]}");
        String instance = create("json");
        assertThat(
                        proxy.post(
                                        instance + "/subscription",
                                        V2,
                                        "{\"topic_pattern\":\"pattern-.*\"}")
                                .status())
                .isEqualTo(204);
        assertThat(read(instance)).contains("pattern-1");
        delete(instance);
        String other = create("json");
        assertThat(proxy.post(other + "/subscription", V2, "{\"topic_pattern\":\"(\"}").status())
                .isEqualTo(422);
        delete(other);
    }

    @Test
    void metadataIsShown() throws Exception {
        node.createTopic("shown", 2);
        assertThat(proxy.get("/topics").text()).contains("\"shown\"");
        assertThat(proxy.get("/topics/shown/partitions/1").text())
                .isEqualTo(
                        "{\"partition\":1,\"leader\":1,\"replicas\":[{\"broker\":1,\"leader\":true,\"in_sync\":true}]}");
        assertThat(proxy.get("/topics/shown").body().at("/configs/cleanup.policy").asText())
                .isEqualTo("delete");
        assertThat(proxy.get("/topics/shown/partitions/0/offsets").text())
                .isEqualTo("{\"beginning_offset\":0,\"end_offset\":0}");
        assertThat(proxy.get("/brokers").text()).isEqualTo("{\"brokers\":[1]}");
        assertThat(proxy.get("/").text()).isEqualTo("{}");
        assertThat(proxy.get("/topics/nowhere").code()).isEqualTo(40401);
        assertThat(proxy.get("/topics/shown/partitions/2").code()).isEqualTo(40402);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "application/vnd.kafka.json.v2+json|{\"records\":[]}|422",
                "application/vnd.kafka.json.v2+json|{}|422",
                "application/vnd.kafka.json.v2+json|[]|422",
                "application/vnd.kafka.json.v2+json|{\"records\":[1]}|422",
                "application/vnd.kafka.json.v2+json|{\"records\":[{\"value\":1,\"partition\":-1}]}|422",
                "application/vnd.kafka.json.v2+json|{\"records\":[{\"values\":1}]}|422",
                "application/vnd.kafka.json.v2+json|{\"records\":[{\"value\":1}]}x|400",
                "application/vnd.kafka.json.v2+json|{\"records\":[{\"value\":|400",
                "application/vnd.kafka.binary.v2+json|{\"records\":[{\"value\":\"%\"}]}|42203",
                "application/vnd.kafka.binary.v2+json|{\"records\":[{\"value\":1}]}|42203",
                "application/vnd.kafka.avro.v2+json|{\"records\":[{\"value\":1}]}|42202",
                "application/vnd.kafka.avro.v2+json|{\"records\":[{\"key\":1}]}|42201",
                "application/vnd.kafka.avro.v2+json|{\"value_schema_id\":1,\"records\":[{\"value\":1}]}|42206",
                "application/vnd.kafka.avro.v2+json|{\"value_schema_id\":\"1\",\"records\":[{\"value\":1}]}|422",
                "application/json|{\"records\":[{\"value\":1}]}|415",
                "text/plain|x|415"
            })
    void badProduceRequestIsRefused(String type, String body, int code) throws Exception {
        Reply refused = proxy.post("/topics/bad", type, body);
        assertThat(refused.code()).as(refused.text()).isEqualTo(code);
        assertThat(refused.body().path("message").asText()).isNotEmpty();
    }

    @Test
    void partitionThatIsNotThereFailsItsRecordOnly() throws Exception {
        Reply produced =
                proxy.post(
                        "/topics/partly",
                        V2_JSON,
                        "{\"records\":[{\"value\":1},{\"value\":2,\"partition\":5}]}");
        assertThat(produced.status()).isEqualTo(200);
        assertThat(produced.body().at("/offsets/0/offset").asInt(-1)).isZero();
        assertThat(produced.body().at("/offsets/1/error_code").asInt()).isEqualTo(40402);
        assertThat(
                        proxy.post(
                                        "/topics/partly/partitions/5",
                                        V2_JSON,
                                        "{\"records\":[{\"value\":1}]}")
                                .code())
                .isEqualTo(40402);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"format\":\"xml\"}|42204",
                "{\"auto.offset.reset\":\"smallest\"}|42204",
                "{\"auto.commit.enable\":\"maybe\"}|42204",
                "{\"fetch.min.bytes\":\"many\"}|42204",
                "{\"consumer.request.timeout.ms\":-5}|42204",
                "{\"name\":\"a/b\"}|42204",
                "{\"names\":\"a\"}|422",
                "[]|422"
            })
    void badInstanceIsRefused(String body, int code) throws Exception {
        assertThat(proxy.post("/consumers/bad", V2, body).code()).isEqualTo(code);
    }

    @Test
    void instancesAreFewAndHaveNamesOfTheirOwn() throws Exception {
        String first = create("binary");
        String name = first.substring(first.lastIndexOf('/') + 1);
        assertThat(proxy.post("/consumers/group", V2, "{\"name\":\"" + name + "\"}").code())
                .isEqualTo(40902);
        String second = create("binary");
        String third = create("binary");
        assertThat(proxy.post("/consumers/group", V2, "{}").status()).isEqualTo(429);
        delete(first);
        delete(second);
        delete(third);
        assertThat(proxy.ask("DELETE", third, V2, "").code()).isEqualTo(40403);
    }

    @Test
    void instanceThatNobodyAsksForEnds() throws Exception {
        RestSettings shortLived = new RestSettings(4, 4, Duration.ofMillis(300));
        try (ProxyUnderTest other = new ProxyUnderTest(node.bootstrapServers(), shortLived, null)) {
            String name = "{\"name\":\"forgotten\"}";
            assertThat(other.post("/consumers/idle", V2, name).status()).isEqualTo(200);
            // Asking for it would keep it; another one can be called so once it has ended.
            Reply again = other.post("/consumers/idle", V2, name);
            while (again.code() == 40902) {
                again = other.post("/consumers/idle", V2, name);
            }
            assertThat(again.status()).isEqualTo(200);
        }
    }

    @Test
    void formatIsNegotiated() throws Exception {
        String instance = create("binary");
        String records = instance + "/records?timeout=1";
        assertThat(proxy.ask("GET", records, V2, "", V2_JSON).code()).isEqualTo(40601);
        assertThat(
                        proxy.ask(
                                        "GET",
                                        "/topics",
                                        V2,
                                        "",
                                        "application/json;q=0.5,"
                                                + " application/vnd.kafka.v2+json;q=0.9")
                                .type())
                .isEqualTo(V2);
        assertThat(proxy.ask("GET", "/topics", V2, "", "text/html").status()).isEqualTo(406);
        delete(instance);
    }

    private static String create(String format) throws Exception {
        Reply created =
                proxy.post(
                        "/consumers/group",
                        V2,
                        "{\"format\":\"%s\",\"auto.offset.reset\":\"earliest\",\"auto.commit.enable\":\"false\"}"
                                .formatted(format));
        assertThat(created.status()).as(created.text()).isEqualTo(200);
        String uri = created.body().path("base_uri").asText();
        assertThat(uri).startsWith(proxy.base());
        return uri.substring(proxy.base().length());
    }

    private static String instance(String format, String topic) throws Exception {
        Reply created =
                proxy.post(
                        "/consumers/group-of-" + topic,
                        V2,
                        "{\"format\":\"%s\",\"auto.offset.reset\":\"earliest\"}".formatted(format));
        String instance = created.body().path("base_uri").asText().substring(proxy.base().length());
        assertThat(
                        proxy.post(
                                        instance + "/subscription",
                                        V2,
                                        "{\"topics\":[\"%s\"]}".formatted(topic))
                                .status())
                .isEqualTo(204);
        return instance;
    }

    /** Until there is something. */
    private static String read(String instance) throws Exception {
        return readFrom(instance + "/records?timeout=20000");
    }

    private static String readFrom(String path) throws Exception {
        Reply found = proxy.ask("GET", path, V2, "", V2_JSON);
        for (int more = 0; more < 5 && found.text().equals("[]"); more++) {
            found = proxy.ask("GET", path, V2, "", V2_JSON);
        }
        assertThat(found.type()).as(found.text()).isEqualTo(V2_JSON);
        return found.text();
    }

    private static void delete(String instance) throws Exception {
        assertThat(proxy.ask("DELETE", instance, V2, "").status()).isEqualTo(204);
    }
}
