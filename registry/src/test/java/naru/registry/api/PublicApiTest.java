package naru.registry.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

import naru.http.Json;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.List;
import java.util.Map;

/** The public OpenAPI document, path by path, and its media types. */
final class PublicApiTest {
    private static final String SCHEMA = "{\"schema\":\"\\\"string\\\"\"}";
    private static final String PREFERRED = "application/vnd.schemaregistry.v1+json";

    /** A row of the table. */
    private record Operation(String method, String document, String path, int status, int code) {
        static Operation of(String row) {
            String[] cells = row.split(" +", -1);
            return new Operation(
                    cells[0],
                    cells[1],
                    cells[2],
                    Integer.parseInt(cells[3]),
                    cells.length > 4 ? Integer.parseInt(cells[4]) : 0);
        }
    }

    @Test
    void everyPathOfTheDocumentIsServedOrRefusedInWords() throws Exception {
        List<Operation> operations =
                ApiCasesTest.lines("/naru/registry/public-api.txt").stream()
                        .filter(line -> !line.startsWith("#"))
                        .map(Operation::of)
                        .toList();
        assertThat(operations).hasSizeGreaterThan(50);
        for (Operation operation : operations) {
            call(operation);
        }
    }

    private static void call(Operation operation) throws Exception {
        try (ServedRegistry registry = new ServedRegistry()) {
            Map<String, String> more =
                    Map.of(
                            "Content-Type",
                            PREFERRED,
                            "Confluent-Accept-Unknown-Properties",
                            "true");
            String guid =
                    registry.send("POST", "/subjects/s/versions", SCHEMA, more)
                            .body()
                            .get("guid")
                            .asText();
            ServedRegistry.Reply reply =
                    registry.send(
                            operation.method(),
                            operation.path().replace("G", guid),
                            body(operation));
            String told =
                    operation.method() + " " + operation.document() + ": " + reply.answer().body();
            assertThat(reply.status()).as(told).isEqualTo(operation.status());
            assertThat(reply.code()).as(told).isEqualTo(operation.code());
            if (operation.status() >= 400) {
                assertThat(reply.body().path("message").asText()).as(told).isNotEmpty();
            }
        }
    }

    private static ObjectNode body(Operation operation) throws Exception {
        ObjectNode empty = JsonNodeFactory.instance.objectNode();
        return switch (operation.method()) {
            case "PUT" ->
                    operation.document().startsWith("/mode")
                            ? empty.put("mode", "READWRITE")
                            : empty.put("compatibility", "NONE");
            case "POST" ->
                    operation.document().contains("subjects")
                            ? (ObjectNode) Json.MAPPER.readTree(SCHEMA)
                            : empty;
            default -> empty;
        };
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            nullValues = "none",
            value = {
                "none | application/vnd.schemaregistry.v1+json",
                "*/* | application/vnd.schemaregistry.v1+json",
                "application/json | application/json",
                "application/vnd.schemaregistry+json | application/vnd.schemaregistry+json",
                "text/html, application/json;q=0.5 | application/json",
                "application/vnd.schemaregistry.v1+json, application/vnd.schemaregistry+json,"
                        + " application/json | application/vnd.schemaregistry.v1+json",
                "text/html, */*;q=0.2 | application/vnd.schemaregistry.v1+json",
                "application/* | application/vnd.schemaregistry.v1+json",
                "application/json;q=0.1, application/vnd.schemaregistry+json;q=0.9 |"
                        + " application/vnd.schemaregistry+json",
                "application/vnd.schemaregistry.v1+json;q=0, */* |"
                        + " application/vnd.schemaregistry+json",
            })
    void answerIsOfTheTypeThatIsAskedFor(String accept, String type) throws Exception {
        try (ServedRegistry registry = new ServedRegistry()) {
            for (String path : List.of("/subjects", "/subjects/none/versions", "/nowhere")) {
                ServedRegistry.Reply reply =
                        registry.send(
                                "GET",
                                path,
                                null,
                                accept == null ? Map.of() : Map.of("Accept", accept));
                assertThat(reply.answer().headers().firstValue("Content-Type").orElse(""))
                        .as(path)
                        .startsWith(type);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"text/html", "text/*", "application/octet-stream", "application/json;q=x"})
    void whoTakesNoTypeOfTheApiIsToldWhichThereAre(String accept) throws Exception {
        try (ServedRegistry registry = new ServedRegistry()) {
            ServedRegistry.Reply reply =
                    registry.send("GET", "/subjects", null, Map.of("Accept", accept));
            assertThat(reply.status()).isEqualTo(406);
            assertThat(reply.code()).isEqualTo(406);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "application/vnd.schemaregistry.v1+json | 200",
                "application/vnd.schemaregistry+json | 200",
                "application/json; charset=utf-8 | 200",
                "application/octet-stream | 200",
                "application/xml | 415",
                "text/plain | 415",
            })
    void bodyIsOfATypeOfTheApi(String type, int status) throws Exception {
        try (ServedRegistry registry = new ServedRegistry()) {
            assertThat(
                            registry.send(
                                            "POST",
                                            "/subjects/s/versions",
                                            SCHEMA,
                                            Map.of("Content-Type", type))
                                    .status())
                    .isEqualTo(status);
        }
    }

    /** Header for header what the Java client sends. */
    @Test
    void headersOfTheJavaClientAreTaken() throws Exception {
        Map<String, String> headers =
                Map.of(
                        "Content-Type",
                        PREFERRED,
                        "Accept",
                        PREFERRED + ", application/vnd.schemaregistry+json, application/json",
                        "Confluent-Accept-Unknown-Properties",
                        "true",
                        "Confluent-Client-Version",
                        "java/8.1.0",
                        "X-Forward",
                        "true",
                        "target-sr-cluster",
                        "lsrc-1");
        try (ServedRegistry registry = new ServedRegistry()) {
            String body =
                    "{\"version\":null,\"id\":null,\"schemaType\":\"AVRO\",\"references\":[],\"metadata\":null,\"ruleSet\":null,\"schema\":\"\\\"string\\\"\",\"schemaTagsToAdd\":null,\"futureField\":1}";
            ServedRegistry.Reply registered =
                    registry.send("POST", "/subjects/s/versions?normalize=false", body, headers);
            assertThat(registered.status()).isEqualTo(200);
            assertThat(registered.body().get("version").asInt()).isEqualTo(1);
            ServedRegistry.Reply byId =
                    registry.send(
                            "GET", "/schemas/ids/1?fetchMaxId=false&subject=s", null, headers);
            assertThat(byId.body().get("subject").asText()).isEqualTo("s");
            assertThat(byId.body().get("version").asInt()).isEqualTo(1);
            assertThat(byId.body().has("maxId")).isFalse();
            ServedRegistry.Reply found =
                    registry.send(
                            "POST", "/subjects/s?normalize=false&deleted=true", body, headers);
            assertThat(found.body().get("id").asInt()).isEqualTo(1);
            assertThat(
                            registry.send(
                                            "GET",
                                            "/subjects/s/versions/latest?deleted=false",
                                            null,
                                            headers)
                                    .body()
                                    .get("guid")
                                    .asText())
                    .isEqualTo(byId.body().get("guid").asText());
        }
    }
}
