package naru.registry.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

import naru.http.Json;
import naru.registry.api.ServedRegistry.Reply;
import naru.registry.store.MemoryLog;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.Map;

/** The API over HTTP, on a log in memory. */
final class RegistryApiTest {
    private static final String STRING = "\"string\"";
    private static final String ONE_FIELD =
            "{\"type\":\"record\",\"name\":\"R\",\"fields\":[{\"name\":\"a\",\"type\":\"string\"}]}";
    private static final String DEFAULTED =
            "{\"type\":\"record\",\"name\":\"R\",\"fields\":[{\"name\":\"a\",\"type\":\"string\"},{\"name\":\"b\",\"type\":\"int\",\"default\":1}]}";
    private static final String REQUIRED =
            "{\"type\":\"record\",\"name\":\"R\",\"fields\":[{\"name\":\"a\",\"type\":\"string\"},{\"name\":\"b\",\"type\":\"int\"}]}";

    private final ServedRegistry registry = new ServedRegistry();

    @AfterEach
    void stop() {
        registry.close();
    }

    @Test
    void schemaIsRegisteredAndFoundByEveryWay() throws Exception {
        Reply registered = register("orders-value", STRING);
        assertThat(registered.body()).hasToString("{\"id\":1}");
        assertThat(get("/subjects").body()).hasToString("[\"orders-value\"]");
        assertThat(get("/subjects/orders-value/versions").body()).hasToString("[1]");
        assertThat(get("/subjects/orders-value/versions/latest").body())
                .hasToString(
                        "{\"subject\":\"orders-value\",\"version\":1,\"id\":1,\"schema\":\"\\\"string\\\"\"}");
        assertThat(get("/schemas/ids/1").body()).hasToString("{\"schema\":\"\\\"string\\\"\"}");
        assertThat(get("/schemas/ids/1/schema").body()).hasToString("\"string\"");
        assertThat(get("/schemas/ids/1/subjects").body()).hasToString("[\"orders-value\"]");
        assertThat(get("/schemas/ids/1/versions").body().get(0).get("version").asInt())
                .isEqualTo(1);
        assertThat(post("/subjects/orders-value", schema(STRING)).body().get("id").asInt())
                .isEqualTo(1);
    }

    @Test
    void sameSchemaElsewhereHasTheSameId() throws Exception {
        register("a", STRING);
        register("b", ONE_FIELD);
        assertThat(register("b", STRING).status()).isEqualTo(409);
        assertThat(register("c", STRING).body().get("id").asInt()).isEqualTo(1);
        assertThat(register("b", ONE_FIELD).body().get("id").asInt()).isEqualTo(2);
        assertThat(get("/subjects/b/versions").body()).hasToString("[1]");
    }

    @Test
    void incompatibleSchemaIsRefusedAndToldWhy() throws Exception {
        register("s", ONE_FIELD);
        Reply refused = register("s", REQUIRED);
        assertThat(refused.status()).isEqualTo(409);
        assertThat(refused.body().get("message").asText())
                .contains("READER_FIELD_MISSING_DEFAULT_VALUE", "/fields/1", "oldSchemaVersion: 1");
        assertThat(register("s", DEFAULTED).status()).isEqualTo(200);
    }

    @Test
    void compatibilityIsCheckedWithoutRegistering() throws Exception {
        register("s", ONE_FIELD);
        String path = "/compatibility/subjects/s/versions/latest";
        assertThat(post(path, schema(REQUIRED)).body()).hasToString("{\"is_compatible\":false}");
        assertThat(post(path + "?verbose=true", schema(REQUIRED)).body().get("messages"))
                .isNotEmpty();
        assertThat(post(path, schema(DEFAULTED)).body()).hasToString("{\"is_compatible\":true}");
        assertThat(post("/compatibility/subjects/none/versions/latest", schema(STRING)).body())
                .hasToString("{\"is_compatible\":true}");
        assertThat(post("/compatibility/subjects/none/versions/3", schema(STRING)).code())
                .isEqualTo(40401);
        assertThat(post("/compatibility/subjects/s/versions/3", schema(ONE_FIELD)).code())
                .isEqualTo(40402);
    }

    @Test
    void levelOfTheSubjectGoesBeforeTheGlobalOne() throws Exception {
        register("s", ONE_FIELD);
        assertThat(get("/config").body()).hasToString("{\"compatibilityLevel\":\"BACKWARD\"}");
        assertThat(get("/config/s").code()).isEqualTo(40408);
        assertThat(put("/config/s", "{\"compatibility\":\"NONE\"}").body())
                .hasToString("{\"compatibility\":\"NONE\"}");
        assertThat(get("/config/s").body()).hasToString("{\"compatibilityLevel\":\"NONE\"}");
        assertThat(register("s", REQUIRED).status()).isEqualTo(200);
        assertThat(delete("/config/s").body()).hasToString("{\"compatibilityLevel\":\"NONE\"}");
        assertThat(get("/config/s?defaultToGlobal=true").body())
                .hasToString("{\"compatibilityLevel\":\"BACKWARD\"}");
        assertThat(put("/config", "{\"compatibility\":\"SIDEWARD\"}").code()).isEqualTo(42203);
    }

    @Test
    void deletedVersionIsFoundByItsIdUntilItIsDeletedForGood() throws Exception {
        register("s", ONE_FIELD);
        register("s", DEFAULTED);
        assertThat(delete("/subjects/s/versions/1?permanent=true").code()).isEqualTo(40407);
        assertThat(delete("/subjects/s/versions/1").body()).hasToString("1");
        assertThat(delete("/subjects/s/versions/1").code()).isEqualTo(40406);
        assertThat(get("/subjects/s/versions/1").code()).isEqualTo(40402);
        assertThat(get("/subjects/s/versions/1?deleted=true").status()).isEqualTo(200);
        assertThat(get("/schemas/ids/1").status()).isEqualTo(200);
        assertThat(delete("/subjects/s/versions/1?permanent=true").body()).hasToString("1");
        assertThat(get("/schemas/ids/1").code()).isEqualTo(40403);
        assertThat(get("/subjects/s/versions").body()).hasToString("[2]");
    }

    @Test
    void deletedSubjectGoesOnWhereItStopped() throws Exception {
        register("s", ONE_FIELD);
        put("/config/s", "{\"compatibility\":\"FULL\"}");
        assertThat(delete("/subjects/s").body()).hasToString("[1]");
        assertThat(delete("/subjects/s").code()).isEqualTo(40404);
        assertThat(get("/subjects").body()).isEmpty();
        assertThat(get("/subjects?deleted=true").body()).hasToString("[\"s\"]");
        assertThat(get("/subjects?deletedOnly=true").body()).hasToString("[\"s\"]");
        assertThat(get("/config/s").code()).isEqualTo(40408);
        register("s", ONE_FIELD);
        assertThat(get("/subjects/s/versions").body()).hasToString("[2]");
        assertThat(get("/subjects/s/versions/2").body().get("id").asInt()).isEqualTo(1);
    }

    @Test
    void subjectDeletedForGoodBeginsAnewWithNewIds() throws Exception {
        register("s", ONE_FIELD);
        assertThat(delete("/subjects/s?permanent=true").code()).isEqualTo(40405);
        delete("/subjects/s");
        assertThat(delete("/subjects/s?permanent=true").body()).hasToString("[1]");
        assertThat(get("/subjects?deleted=true").body()).isEmpty();
        assertThat(register("s", ONE_FIELD).body().get("id").asInt()).isEqualTo(2);
        assertThat(get("/subjects/s/versions").body()).hasToString("[1]");
    }

    @Test
    void schemaThatOthersReferToIsKept() throws Exception {
        register("r", ONE_FIELD);
        ObjectNode user =
                schema(
                        "{\"type\":\"record\",\"name\":\"U\",\"fields\":[{\"name\":\"r\",\"type\":\"R\"}]}");
        user.putArray("references")
                .addObject()
                .put("name", "R")
                .put("subject", "r")
                .put("version", 1);
        assertThat(post("/subjects/u/versions", user).body().get("id").asInt()).isEqualTo(2);
        assertThat(get("/subjects/r/versions/1/referencedby").body()).hasToString("[2]");
        assertThat(delete("/subjects/r").code()).isEqualTo(42206);
        assertThat(
                        get("/subjects/u/versions/1")
                                .body()
                                .get("references")
                                .get(0)
                                .get("name")
                                .asText())
                .isEqualTo("R");
        delete("/subjects/u");
        assertThat(delete("/subjects/r").status()).isEqualTo(200);
    }

    @Test
    void missingReferenceIsToldByName() throws Exception {
        ObjectNode user = schema(ONE_FIELD);
        user.putArray("references")
                .addObject()
                .put("name", "X")
                .put("subject", "x")
                .put("version", 1);
        Reply refused = post("/subjects/u/versions", user);
        assertThat(refused.code()).isEqualTo(42201);
        assertThat(refused.body().get("message").asText()).contains("\"x\"");
    }

    @Test
    void importKeepsIdsAndVersions() throws Exception {
        ObjectNode imported = schema(STRING).put("id", 77).put("version", 5);
        assertThat(post("/subjects/s/versions", imported).code()).isEqualTo(42205);
        assertThat(put("/mode/s", "{\"mode\":\"IMPORT\"}").body())
                .hasToString("{\"mode\":\"IMPORT\"}");
        assertThat(post("/subjects/s/versions", imported).body()).hasToString("{\"id\":77}");
        assertThat(get("/subjects/s/versions").body()).hasToString("[5]");
        assertThat(post("/subjects/s/versions", schema(ONE_FIELD).put("id", 77)).code())
                .isEqualTo(42205);
        assertThat(delete("/mode/s").body()).hasToString("{\"mode\":\"IMPORT\"}");
        assertThat(register("t", ONE_FIELD).body().get("id").asInt()).isEqualTo(78);
    }

    @Test
    void importOverSchemasThatAreThereNeedsForce() throws Exception {
        register("s", STRING);
        assertThat(put("/mode", "{\"mode\":\"IMPORT\"}").code()).isEqualTo(42205);
        assertThat(put("/mode?force=true", "{\"mode\":\"IMPORT\"}").status()).isEqualTo(200);
    }

    @Test
    void readOnlySubjectIsNotWritten() throws Exception {
        register("s", STRING);
        put("/mode/s", "{\"mode\":\"READONLY\"}");
        assertThat(register("s", STRING).body().get("id").asInt()).isEqualTo(1);
        assertThat(register("s", ONE_FIELD).code()).isEqualTo(42205);
        assertThat(delete("/subjects/s").code()).isEqualTo(42205);
        assertThat(get("/mode/t").code()).isEqualTo(40409);
        assertThat(get("/mode/t?defaultToGlobal=true").body())
                .hasToString("{\"mode\":\"READWRITE\"}");
        assertThat(put("/mode/s", "{\"mode\":\"ASLEEP\"}").code()).isEqualTo(42204);
    }

    @Test
    void contextsHaveIdsOfTheirOwn() throws Exception {
        register("s", STRING);
        assertThat(register(":.test:s", ONE_FIELD).body().get("id").asInt()).isEqualTo(1);
        assertThat(get("/contexts").body()).hasToString("[\".\",\".test\"]");
        assertThat(get("/subjects").body()).hasToString("[\"s\",\":.test:s\"]");
        assertThat(get("/subjects?subjectPrefix=:.test:").body()).hasToString("[\":.test:s\"]");
        assertThat(get("/contexts/.test/subjects").body()).hasToString("[\":.test:s\"]");
        assertThat(get("/schemas/ids/1?subject=:.test:s").body().get("schema").asText())
                .isEqualTo(ONE_FIELD);
        assertThat(get("/contexts/:.test:/schemas/ids/1").body().get("schema").asText())
                .isEqualTo(ONE_FIELD);
        assertThat(get("/contexts/.test/subjects/s/versions/1").body().get("subject").asText())
                .isEqualTo(":.test:s");
        assertThat(delete("/contexts/.test").code()).isEqualTo(42211);
    }

    @Test
    void metadataMakesAnotherSchemaAndIsFoundAgain() throws Exception {
        ObjectNode first = schema(ONE_FIELD);
        first.putObject("metadata").putObject("properties").put("owner", "ann");
        ObjectNode second = schema(ONE_FIELD);
        second.putObject("metadata").putObject("properties").put("owner", "bob");
        post("/subjects/s/versions", first);
        post("/subjects/s/versions", second);
        assertThat(get("/subjects/s/metadata?key=owner&value=ann").body().get("version").asInt())
                .isEqualTo(1);
        assertThat(get("/subjects/s/metadata?key=owner&value=eve").code()).isEqualTo(40403);
        assertThat(get("/subjects/s/versions/2").body().at("/metadata/properties/owner").asText())
                .isEqualTo("bob");
    }

    @Test
    void otherNodeIsWriterInTurnAndNoIdIsGivenTwice() throws Exception {
        register("s", STRING);
        assertThat(registry.sendToOther("POST", "/subjects/t/versions", schema(ONE_FIELD)).body())
                .hasToString("{\"id\":2}");
        assertThat(register("u", DEFAULTED).body().get("id").asInt()).isEqualTo(3);
        assertThat(register("t", ONE_FIELD).body().get("id").asInt()).isEqualTo(2);
    }

    @Test
    void clientThatTakesMoreFieldsGetsThem() throws Exception {
        String body =
                registry.send(
                                "POST",
                                "/subjects/s/versions",
                                schema(STRING).toString(),
                                Map.of("Confluent-Accept-Unknown-Properties", "true"))
                        .answer()
                        .body();
        assertThat(body).contains("\"version\":1", "\"guid\":", "\"schemaType\":\"AVRO\"");
        String guid = Json.MAPPER.readTree(body).get("guid").asText();
        assertThat(get("/schemas/guids/" + guid).body().get("schema").asText()).isEqualTo(STRING);
        assertThat(get("/schemas/guids/" + guid + "/ids").body().get(0).get("id").asInt())
                .isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource({
        "GET, /subjects/none/versions, 404, 40401",
        "GET, /subjects/none/versions/1, 404, 40401",
        "DELETE, /subjects/none, 404, 40401",
        "GET, /schemas/ids/9, 404, 40403",
        "GET, /schemas/ids/x, 404, 404",
        "GET, /subjects/s/versions/0, 422, 42202",
        "GET, /subjects/s/versions/x, 422, 42202",
        "GET, /nowhere, 404, 404",
        "PUT, /subjects, 405, 405",
        "GET, /exporters, 501, 501",
    })
    void refusalHasItsCode(String method, String path, int status, int code) throws Exception {
        register("s", STRING);
        Reply reply = registry.send(method, path, null);
        assertThat(reply.status()).isEqualTo(status);
        assertThat(reply.code()).isEqualTo(code);
        assertThat(reply.body().get("message").asText()).isNotEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"schema\":\"{}\"} | 422 | 42201",
                "{\"schema\":\"\"} | 422 | 42201",
                "{} | 422 | 42201",
                "{\"schema\":\"\\\"string\\\"\",\"schemaType\":\"XML\"} | 422 | 42201",
                "{\"schema\":\"\\\"string\\\"\",\"colour\":1} | 422 | 422",
                "{\"schema\": | 400 | 400",
                "[] | 400 | 400",
            })
    void badBodyIsRefused(String body, int status, int code) throws Exception {
        Reply reply = registry.send("POST", "/subjects/s/versions", body, Map.of());
        assertThat(reply.status()).isEqualTo(status);
        assertThat(reply.code()).isEqualTo(code);
    }

    @Test
    void namesThatNoSubjectCanHaveAreRefused() throws Exception {
        assertThat(register("%07a", STRING).code()).isEqualTo(42208);
        assertThat(register("__GLOBAL", STRING).code()).isEqualTo(42208);
    }

    @Test
    void topicOfConfluentsRegistryIsTakenOver() throws Exception {
        registry.log().add("{\"keytype\":\"NOOP\",\"magic\":0}", null);
        registry.log()
                .add(
                        "{\"keytype\":\"CONFIG\",\"subject\":null,\"magic\":0}",
                        "{\"compatibilityLevel\":\"FULL\"}");
        registry.log()
                .add(
                        "{\"keytype\":\"SCHEMA\",\"subject\":\"s\",\"version\":1,\"magic\":1}",
                        "{\"subject\":\"s\",\"version\":1,\"id\":41,\"schema\":\"\\\"string\\\"\",\"deleted\":false}");
        registry.log()
                .add(
                        "{\"keytype\":\"SCHEMA\",\"subject\":\"s\",\"version\":2,\"magic\":1}",
                        "{\"subject\":\"s\",\"version\":2,\"id\":42,\"md5\":\"x\",\"schemaType\":\"AVRO\",\"schema\":\"\\\"bytes\\\"\",\"deleted\":false}");
        registry.log()
                .add(
                        "{\"keytype\":\"DELETE_SUBJECT\",\"subject\":\"s\",\"magic\":0}",
                        "{\"subject\":\"s\",\"version\":1}");
        assertThat(get("/config").body()).hasToString("{\"compatibilityLevel\":\"FULL\"}");
        assertThat(get("/subjects/s/versions").body()).hasToString("[2]");
        assertThat(get("/schemas/ids/41").status()).isEqualTo(200);
        assertThat(register("t", ONE_FIELD).body().get("id").asInt()).isEqualTo(43);
    }

    /** Whatever stands in the topic, the rest is read. */
    @Test
    void strangeRecordsOfTheTopicAreLeftOut() throws Exception {
        MemoryLog topic = registry.log();
        String key = "{\"keytype\":\"SCHEMA\",\"subject\":\"s\",\"version\":%d,\"magic\":%d}";
        String value = "{\"subject\":\"s\",\"version\":%d,\"id\":%d,\"schema\":%s,\"deleted\":%b}";
        String string = "\"\\\"string\\\"\"";
        topic.add("no JSON", "{}");
        topic.add("\u0000\u0001", null);
        topic.add("[]", null);
        topic.add("{\"keytype\":\"ASSOCIATION\",\"magic\":0}", "{}");
        topic.add("{\"keytype\":\"NOOP\",\"magic\":0}", "words");
        topic.add(key.formatted(1, 0), value.formatted(1, 7, string, false));
        topic.add(key.formatted(2, 9), value.formatted(2, 8, "\"\\\"int\\\"\"", false));
        topic.add(key.formatted(3, 1), "{\"subject\":\"s\",\"version\":3}");
        topic.add(key.formatted(4, 1), "[1]");
        topic.add(key.formatted(5, 1), value.formatted(5, 9, "\"broken\"", false));
        topic.add(key.formatted(6, 1), value.formatted(6, 10, string, true));
        topic.add("{\"keytype\":\"MODE\",\"subject\":\"t\",\"magic\":0}", "{\"mode\":\"ASLEEP\"}");
        topic.add(
                "{\"keytype\":\"MODE\",\"subject\":\"u\",\"magic\":0}",
                "{\"subject\":\"u\",\"mode\":\"READONLY\"}");
        topic.add(
                "{\"keytype\":\"CONFIG\",\"subject\":\"u\",\"magic\":0}",
                "{\"subject\":\"u\",\"compatibilityLevel\":\"NONE\",\"later\":1}");
        topic.add(
                "{\"keytype\":\"CLEAR_SUBJECT\",\"subject\":\"s\",\"magic\":0}",
                "{\"subject\":\"s\"}");

        assertThat(get("/subjects/s/versions?deleted=true").body()).hasToString("[1,2,5]");
        assertThat(get("/schemas/ids/9").body()).hasToString("{\"schema\":\"broken\"}");
        assertThat(get("/schemas/ids/10").code()).isEqualTo(40403);
        assertThat(get("/mode/t").code()).isEqualTo(40409);
        assertThat(get("/mode/u").body()).hasToString("{\"mode\":\"READONLY\"}");
        assertThat(get("/config/u").body().path("compatibilityLevel").asText()).isEqualTo("NONE");
        assertThat(register("s", STRING).body().get("id").asInt()).isEqualTo(7);
        assertThat(register("t", ONE_FIELD).body().get("id").asInt()).isEqualTo(11);
    }

    private Reply register(String subject, String text) throws Exception {
        return post("/subjects/" + subject + "/versions", schema(text));
    }

    private static ObjectNode schema(String text) {
        return JsonNodeFactory.instance.objectNode().put("schema", text);
    }

    private Reply get(String path) throws Exception {
        return registry.send("GET", path, null);
    }

    private Reply delete(String path) throws Exception {
        return registry.send("DELETE", path, null);
    }

    private Reply post(String path, ObjectNode body) throws Exception {
        return registry.send("POST", path, body);
    }

    private Reply put(String path, String body) throws Exception {
        return registry.send("PUT", path, Json.MAPPER.readTree(body));
    }
}
