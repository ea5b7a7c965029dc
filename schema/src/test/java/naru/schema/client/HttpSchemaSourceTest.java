package naru.schema.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import naru.schema.SchemaFormat;
import naru.schema.SchemaReference;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;

class HttpSchemaSourceTest {
    private static final SchemaDefinition TEXT =
            SchemaDefinition.of(SchemaFormat.AVRO, "\"string\"");
    private static final String NOT_FOUND = "{\"error_code\":40401,\"message\":\"none\"}";

    private final AtomicLong nanoTime = new AtomicLong(42);
    private FakeRegistry registry;
    private SchemaSource source;

    @BeforeEach
    void start() throws IOException {
        registry = new FakeRegistry();
        source = source(RegistryAddress.of(registry.address().toString()));
    }

    @AfterEach
    void stop() {
        source.close();
        registry.close();
    }

    private SchemaSource source(RegistryAddress address) {
        return new HttpSchemaSource(address, HttpSchemaSource.Lives.USUAL, nanoTime::get);
    }

    @Test
    void idIsAskedOnce() throws Exception {
        registry.on("GET /schemas/ids/7", 200, "{\"schema\":\"\\\"string\\\"\"}");

        RegisteredSchema found = source.byId(7);
        nanoTime.addAndGet(Duration.ofDays(30).toNanos());

        assertThat(found.id()).isEqualTo(7);
        assertThat(found.schema().canonical()).isEqualTo("\"string\"");
        assertThat(source.byId(7)).isSameAs(found);
        assertThat(registry.asked()).hasSize(1);
    }

    @Test
    void idOfAnotherContextIsAnotherSchema() throws Exception {
        registry.on("GET /schemas/ids/7", 200, "{\"schema\":\"\\\"string\\\"\"}");
        registry.on(
                "GET /schemas/ids/7?subject=%3A.lab%3At-value",
                200, "{\"schema\":\"\\\"int\\\"\"}");

        assertThat(source.byId(7).schema().canonical()).isEqualTo("\"string\"");
        assertThat(source.byId(7, ":.lab:t-value").schema().canonical()).isEqualTo("\"int\"");
    }

    @Test
    void whatIsNotThereIsAskedAgainAfterAMoment() throws Exception {
        assertRefused(() -> source.byId(9), 404, 40403);
        assertRefused(() -> source.byId(9), 404, 40403);
        assertThat(registry.asked()).hasSize(1);

        registry.on("GET /schemas/ids/9", 200, "{\"schema\":\"\\\"int\\\"\"}");
        nanoTime.addAndGet(Duration.ofSeconds(3).toNanos());

        assertThat(source.byId(9).schema().canonical()).isEqualTo("\"int\"");
    }

    @Test
    void latestVersionIsAskedAgainAfterAWhile() throws Exception {
        String request = "GET /subjects/t-value/versions/latest";
        registry.on(request, 200, version(1, 7, "string"));
        assertThat(source.latest("t-value").version()).isEqualTo(1);
        registry.on(request, 200, version(2, 8, "int"));
        assertThat(source.latest("t-value").version()).isEqualTo(1);

        nanoTime.addAndGet(Duration.ofMinutes(1).toNanos());

        SubjectVersion latest = source.latest("t-value");
        assertThat(latest.version()).isEqualTo(2);
        assertThat(latest.registered().id()).isEqualTo(8);
    }

    @Test
    void registrationIsSeenByTheNextCall() throws Exception {
        String latest = "GET /subjects/t-value/versions/latest";
        registry.on(latest, 404, NOT_FOUND);
        assertRefused(() -> source.latest("t-value"), 404, 40401);
        registry.on("POST /subjects/t-value/versions?normalize=true", 200, "{\"id\":7}");
        registry.on(latest, 200, version(1, 7, "string"));

        assertThat(source.register("t-value", TEXT, true)).isEqualTo(7);
        assertThat(source.register("t-value", TEXT, true)).isEqualTo(7);

        assertThat(source.latest("t-value").registered().id()).isEqualTo(7);
        assertThat(registry.asked().stream().filter(each -> each.startsWith("POST"))).hasSize(1);
        assertThat(registry.bodies()).contains("{\"schema\":\"\\\"string\\\"\"}");
    }

    @Test
    void formatAndReferencesAreSent() throws Exception {
        registry.on("POST /subjects/a%2Fb%20c/versions", 200, "{\"id\":3}");
        SchemaDefinition definition =
                new SchemaDefinition(
                        SchemaFormat.PROTOBUF,
                        "syntax = \"proto3\";",
                        List.of(new SchemaReference("x.proto", "x", 2)));

        source.register("a/b c", definition, false);

        assertThat(registry.bodies().getLast())
                .contains("\"schemaType\":\"PROTOBUF\"")
                .contains("[{\"name\":\"x.proto\",\"subject\":\"x\",\"version\":2}]");
    }

    @Test
    void refusalOfARegistrationHasTheRegistrysCodeAndWords() {
        registry.on(
                "POST /subjects/t-value/versions",
                409,
                "{\"error_code\":409,\"message\":\"incompatible: x\"}");

        assertThatThrownBy(() -> source.register("t-value", TEXT, false))
                .isInstanceOfSatisfying(
                        RegistryRefusedException.class,
                        refused -> {
                            assertThat(refused.sentence()).isEqualTo("incompatible: x");
                            assertThat(refused.retriable()).isFalse();
                        });
    }

    @Test
    void referencesAreResolvedThroughOthers() throws Exception {
        registry.on(
                "GET /schemas/ids/1",
                200,
                "{\"schema\":\"{\\\"type\\\":\\\"array\\\",\\\"items\\\":\\\"b\\\"}\","
                        + "\"references\":[{\"name\":\"b\",\"subject\":\"sb\",\"version\":2}]}");
        registry.on(
                "GET /subjects/sb/versions/2?deleted=true",
                200,
                "{\"schema\":\"{\\\"type\\\":\\\"record\\\",\\\"name\\\":\\\"b\\\",\\\"fields\\\":"
                        + "[{\\\"name\\\":\\\"c\\\",\\\"type\\\":\\\"c\\\"}]}\","
                        + "\"references\":[{\"name\":\"c\",\"subject\":\"sc\",\"version\":-1}]}");
        registry.on(
                "GET /subjects/sc/versions/latest?deleted=true",
                200,
                "{\"schema\":\"{\\\"type\\\":\\\"fixed\\\",\\\"name\\\":\\\"c\\\",\\\"size\\\":2}\"}");

        assertThat(source.byId(1).schema().formatted("resolved")).contains("fixed");
    }

    @Test
    void referencesWithoutEndAreRefused() {
        for (int i = 0; i < 60; i++) {
            registry.on(
                    i == 0
                            ? "GET /schemas/ids/1"
                            : "GET /subjects/s%d/versions/1?deleted=true".formatted(i),
                    200,
                    "{\"schema\":\"\\\"int\\\"\",\"references\":[{\"name\":\"n%d\",\"subject\":\"s%d\",\"version\":1}]}"
                            .formatted(i + 1, i + 1));
        }
        assertThatThrownBy(() -> source.byId(1))
                .isInstanceOf(UnusableSchemaException.class)
                .hasMessageContaining("deeper than 50");
    }

    @Test
    void schemaOfAGuidAndSubjectsOfAnId() throws Exception {
        UUID guid = new UUID(1, 2);
        registry.on("GET /schemas/guids/" + guid, 200, "{\"schema\":\"\\\"int\\\"\"}");
        registry.on("GET /schemas/ids/5/subjects", 200, "[\"a\",\"b\"]");

        registry.on(
                "GET /schemas/guids/" + guid + "/ids",
                200,
                "[{\"context\":\".lab\",\"id\":9},{\"context\":\".\",\"id\":5}]");

        assertThat(source.byGuid(guid).schema().canonical()).isEqualTo("\"int\"");
        assertThat(source.byGuid(guid).id()).isEqualTo(5);
        assertThat(source.subjectsOf(5, "")).containsExactlyInAnyOrder("a", "b");
    }

    @Test
    void nextAddressIsAskedWhenOneIsDown() throws Exception {
        registry.on("GET /schemas/ids/7", 200, "{\"schema\":\"\\\"string\\\"\"}");
        registry.on("GET /schemas/ids/8", 200, "{\"schema\":\"\\\"int\\\"\"}");
        try (SchemaSource two = source(RegistryAddress.of(deaf() + "," + registry.address()))) {
            assertThat(two.byId(7).id()).isEqualTo(7);
            assertThat(two.byId(8).id()).isEqualTo(8);
        }
    }

    @Test
    void addressThatFailsIsPassedBy() throws Exception {
        registry.on("GET /schemas/ids/7", 200, "{\"schema\":\"\\\"string\\\"\"}");
        try (FakeRegistry failing = new FakeRegistry();
                SchemaSource two =
                        source(RegistryAddress.of(failing.address() + "," + registry.address()))) {
            failing.on("GET /schemas/ids/7", 500, "{\"error_code\":50001,\"message\":\"store\"}");

            assertThat(two.byId(7).id()).isEqualTo(7);
        }
    }

    @Test
    void registryThatIsAwayIsToldSo() throws IOException {
        try (SchemaSource none = source(RegistryAddress.of(deaf().toString()))) {
            assertThatThrownBy(() -> none.byId(1))
                    .isInstanceOfSatisfying(
                            RegistryUnreachableException.class,
                            away -> assertThat(away.retriable()).isTrue())
                    .hasMessageContaining("cannot be reached");
        }
    }

    @Test
    void silentRegistryIsWaitedForATime() throws IOException {
        try (ServerSocket silent = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
                SchemaSource waiting =
                        source(
                                RegistryAddress.of("http://127.0.0.1:" + silent.getLocalPort())
                                        .withTimeout(Duration.ofMillis(200)))) {
            assertThatThrownBy(() -> waiting.byId(1))
                    .isInstanceOf(RegistryUnreachableException.class);
        }
    }

    @Test
    void whatIsNoRegistryIsToldSo() {
        registry.on("GET /schemas/ids/1", 200, "<html>");
        registry.on("GET /schemas/ids/2", 200, "{\"a\":1}");
        registry.on("GET /schemas/ids/3", 200, "{\"schema\":\"{\",\"schemaType\":\"AVRO\"}");
        registry.on("GET /schemas/ids/4", 200, "{\"schema\":\"\",\"schemaType\":\"XML\"}");
        registry.on("GET /schemas/ids/5", 502, "<html>gateway</html>");

        assertThatThrownBy(() -> source.byId(1)).isInstanceOf(RegistryUnreachableException.class);
        assertThatThrownBy(() -> source.byId(2)).isInstanceOf(UnusableSchemaException.class);
        assertThatThrownBy(() -> source.byId(3)).isInstanceOf(UnusableSchemaException.class);
        assertThatThrownBy(() -> source.byId(4)).hasMessageContaining("XML");
        assertRefused(() -> source.byId(5), 502, 502);
    }

    @Test
    void whoAsksIsSent() throws Exception {
        registry.on("GET /schemas/ids/7", 200, "{\"schema\":\"\\\"string\\\"\"}");
        URI address = registry.address();
        RegistryAddress plain = RegistryAddress.of(address.toString());
        RegistryAddress inside =
                RegistryAddress.of("http://u:p@127.0.0.1:%d/".formatted(address.getPort()));
        for (RegistryAddress each :
                List.of(plain, inside, plain.withBasic("a", "b"), plain.withBearer("t"))) {
            try (SchemaSource asking = source(each)) {
                asking.byId(7);
            }
        }
        assertThat(registry.authorizations())
                .containsExactly("", "Basic dTpw", "Basic YTpi", "Bearer t");
        assertThat(inside.toString()).doesNotContain("u:p");
    }

    @Test
    void addressesThatAreNoneAreRefused() {
        for (String text : List.of("", "localhost:8081", "ftp://x:1", "http://", "http://a b")) {
            assertThatThrownBy(() -> RegistryAddress.of(text))
                    .as(text)
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void cacheHoldsNoMoreThanItMay() {
        BoundedCache<Integer, String> cache = new BoundedCache<>(3, 10, nanoTime::get);
        for (int i = 0; i < 5; i++) {
            cache.put(i, "v", 1, Duration.ofDays(1));
        }
        assertThat(cache.get(1)).isNull();
        assertThat(cache.get(2)).isEqualTo("v");
        cache.put(9, "heavy", 9, Duration.ofDays(1));
        assertThat(cache.get(9)).isEqualTo("heavy");
        assertThat(cache.get(2)).isEqualTo("v");
        assertThat(cache.get(4)).isNull();
    }

    private static URI deaf() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return URI.create("http://127.0.0.1:" + taken.getLocalPort());
        }
    }

    private static String version(int version, int id, String type) {
        return "{\"subject\":\"t-value\",\"version\":%d,\"id\":%d,\"schema\":\"\\\"%s\\\"\"}"
                .formatted(version, id, type);
    }

    @FunctionalInterface
    private interface Ask {
        Object ask() throws SchemaSourceException;
    }

    private static void assertRefused(Ask ask, int status, int code) {
        assertThatThrownBy(ask::ask)
                .isInstanceOfSatisfying(
                        RegistryRefusedException.class,
                        refused -> {
                            assertThat(refused.status()).isEqualTo(status);
                            assertThat(refused.code()).isEqualTo(code);
                        });
    }
}
