package naru.registry.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;

import naru.http.Json;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Walks through the cases of {@code api-cases.txt}: those that other registries' tests have too.
 */
final class ApiCasesTest {
    private static final Pattern NAME = Pattern.compile("@([A-Z]+)");
    private static final Map<String, String> MORE =
            Map.of(
                    "Content-Type",
                    "application/json",
                    "Confluent-Accept-Unknown-Properties",
                    "true");

    /** A question and what is answered. */
    record Step(
            Map<String, String> headers,
            String method,
            String path,
            @Nullable String body,
            int status,
            String expected) {}

    /** Steps that follow each other. */
    record Case(String name, List<Step> steps, Map<String, String> texts) {
        @Override
        public String toString() {
            return name;
        }
    }

    static List<Case> cases() throws IOException {
        List<Case> cases = new ArrayList<>();
        Map<String, String> texts = new HashMap<>();
        String question = "";
        for (String line : lines("/naru/registry/api-cases.txt")) {
            if (line.startsWith("@")) {
                texts.put(
                        line.substring(1, line.indexOf(' ')),
                        line.substring(line.indexOf('=') + 2));
            } else if (line.startsWith("== ")) {
                cases.add(new Case(line.substring(3), new ArrayList<>(), texts));
            } else if (line.startsWith("> ")) {
                question = line.substring(2);
            } else if (line.startsWith("< ")) {
                cases.getLast().steps().add(step(question, line.substring(2)));
            }
        }
        return cases;
    }

    static List<String> lines(String resource) throws IOException {
        try (InputStream stream =
                Objects.requireNonNull(ApiCasesTest.class.getResourceAsStream(resource))) {
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
        }
    }

    private static Step step(String question, String answer) {
        boolean more = question.startsWith("+ ");
        String[] asked = (more ? question.substring(2) : question).split(" ", 3);
        String[] answered = answer.split(" ", 2);
        return new Step(
                more ? MORE : ServedRegistry.USUAL,
                asked[0],
                asked[1],
                asked.length > 2 ? asked[2] : null,
                Integer.parseInt(answered[0]),
                answered.length > 1 ? answered[1] : "");
    }

    @ParameterizedTest
    @MethodSource("cases")
    void isAnsweredAsOtherRegistriesAnswer(Case each) throws Exception {
        try (ServedRegistry registry = new ServedRegistry()) {
            for (Step step : each.steps()) {
                String body = step.body();
                ServedRegistry.Reply reply =
                        registry.send(
                                step.method(),
                                step.path(),
                                body == null ? null : quoted(body, each.texts()),
                                step.headers());
                check(step, each.texts(), reply);
            }
        }
    }

    private static void check(Step step, Map<String, String> texts, ServedRegistry.Reply reply)
            throws IOException {
        String told = step.method() + " " + step.path() + ": " + reply.answer().body();
        assertThat(reply.status()).as(told).isEqualTo(step.status());
        String expected = step.expected();
        if (expected.isEmpty()) {
            return;
        }
        if (expected.startsWith("~ ")) {
            assertThat(reply.answer().body()).as(told).contains(expected.substring(2));
        } else if (step.status() >= 400) {
            assertThat(reply.code()).as(told).isEqualTo(Integer.parseInt(expected));
            assertThat(reply.body().path("message").asText()).as(told).isNotEmpty();
        } else {
            String json =
                    expected.startsWith("@")
                            ? Objects.requireNonNull(texts.get(expected.substring(1)))
                            : quoted(expected, texts);
            assertThat(reply.body()).as(told).isEqualTo(tree(json));
        }
    }

    private static JsonNode tree(String json) throws IOException {
        return Json.MAPPER.readTree(json);
    }

    /** With the texts of schemas as JSON strings. */
    private static String quoted(String body, Map<String, String> texts) {
        return NAME.matcher(body)
                .replaceAll(found ->
                        Matcher.quoteReplacement(
                                TextNode.valueOf(texts.getOrDefault(found.group(1), found.group()))
                                        .toString()));
    }
}
