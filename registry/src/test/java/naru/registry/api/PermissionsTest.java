package naru.registry.api;

import static org.assertj.core.api.Assertions.assertThat;

import naru.http.Identity;
import naru.http.Json;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import java.util.Map;

/** What a user may who has rights on one topic only. */
final class PermissionsTest {
    private static final Identity EVERYBODY = Identity.everybody(Map.of());

    private volatile Identity identity = EVERYBODY;
    private final ServedRegistry registry = new ServedRegistry((credentials, from) -> identity);

    /** Has all rights on the topic {@code mine}. */
    private static final class Ann implements Identity {
        @Override
        public String name() {
            return "ann";
        }

        @Override
        public String key() {
            return "ann";
        }

        @Override
        public Map<String, Object> clientProperties() {
            return Map.of();
        }

        @Override
        public boolean may(Right right, String topic) {
            return topic.equals("mine");
        }
    }

    @BeforeEach
    void register() throws Exception {
        send("POST", "/subjects/mine-value/versions", "{\"schema\":\"\\\"int\\\"\"}");
        send("POST", "/subjects/theirs-value/versions", "{\"schema\":\"\\\"long\\\"\"}");
        send("POST", "/subjects/:.c:theirs-value/versions", "{\"schema\":\"\\\"bytes\\\"\"}");
        identity = new Ann();
    }

    @AfterEach
    void stop() {
        registry.close();
    }

    private ServedRegistry.Reply send(String method, String path, String body) throws Exception {
        return registry.send(method, path, body.isEmpty() ? null : Json.MAPPER.readTree(body));
    }

    private int code(String method, String path, String body) throws Exception {
        ServedRegistry.Reply reply = send(method, path, body);
        return reply.status() == 200 ? 200 : reply.code();
    }

    @Test
    void ownSubjectsAreReadAndChanged() throws Exception {
        assertThat(code("GET", "/subjects/mine-value/versions/1", "")).isEqualTo(200);
        assertThat(code("GET", "/schemas/ids/1", "")).isEqualTo(200);
        assertThat(code("PUT", "/config/mine-value", "{\"compatibility\":\"NONE\"}"))
                .isEqualTo(200);
    }

    @Test
    void othersAreNot() throws Exception {
        assertThat(code("GET", "/subjects/theirs-value/versions/1", "")).isEqualTo(40301);
        assertThat(code("GET", "/schemas/ids/2", "")).isEqualTo(40301);
        assertThat(code("GET", "/subjects", "")).isEqualTo(40301);
        assertThat(code("PUT", "/config", "{\"compatibility\":\"NONE\"}")).isEqualTo(40301);
    }

    @Test
    void aliasOfAnotherSubjectOpensNothing() throws Exception {
        assertThat(code("PUT", "/config/mine-value", "{\"alias\":\"theirs-value\"}"))
                .isEqualTo(200);

        assertThat(code("GET", "/subjects/mine-value/versions/1", "")).isEqualTo(40301);
        assertThat(code("GET", "/subjects/mine-value/versions", "")).isEqualTo(40301);
        assertThat(code("DELETE", "/config/mine-value", "")).isEqualTo(200);
        assertThat(code("GET", "/subjects/mine-value/versions/1", "")).isEqualTo(200);
    }

    @Test
    void sameIdInAnotherContextIsAnotherSchema() throws Exception {
        assertThat(code("GET", "/schemas/ids/1?subject=:.c:", "")).isEqualTo(40301);
        assertThat(code("GET", "/schemas/ids/1?subject=:.c:theirs-value", "")).isEqualTo(40301);
        assertThat(code("GET", "/schemas/ids/1?subject=theirs-value", "")).isEqualTo(40301);
    }
}
