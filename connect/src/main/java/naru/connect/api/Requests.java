package naru.connect.api;

import com.fasterxml.jackson.databind.JsonNode;

import naru.http.Call;
import naru.http.Json;
import naru.http.Refusal;

import org.jspecify.annotations.Nullable;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** What clients send, read and checked. */
final class Requests {
    private Requests() {}

    /**
     * @throws Refusal 415 when it says that it is no JSON
     */
    static byte[] body(Call call) {
        String type = call.header("Content-Type");
        byte[] body = call.body();
        if (body.length > 0
                && type != null
                && !type.toLowerCase(Locale.ROOT).startsWith(WorkerErrors.JSON)) {
            throw new Refusal(
                    415,
                    "HTTP 415 Unsupported Media Type: send -H 'Content-Type: application/json'");
        }
        return body;
    }

    static Map<String, @Nullable String> texts(byte[] body) {
        return texts(Json.parse(body), "the body");
    }

    /** An object whose values are plain: numbers and booleans are taken as they are written. */
    static Map<String, @Nullable String> texts(JsonNode tree, String what) {
        if (!tree.isObject()) {
            throw new Refusal(400, what + " is no JSON object of properties");
        }
        Map<String, @Nullable String> texts = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> each : tree.properties()) {
            if (each.getValue().isContainerNode()) {
                throw new Refusal(
                        400,
                        "the property %s is a JSON object or array; write its value as text"
                                .formatted(each.getKey()));
            }
            texts.put(each.getKey(), each.getValue().isNull() ? null : each.getValue().asText());
        }
        return texts;
    }

    /** Puts the name of the path into the configuration, where it has to be. */
    static void putName(String name, Map<String, @Nullable String> config) {
        String included = config.putIfAbsent("name", name);
        if (included != null && !included.equals(name)) {
            throw new Refusal(
                    400,
                    "Connector name configuration (%s) doesn't match connector name in the URL (%s)"
                            .formatted(included, name));
        }
    }

    static int task(Call call) {
        try {
            return Integer.parseInt(call.variable("task"));
        } catch (NumberFormatException notNumber) {
            throw new Refusal(404, "HTTP 404 Not Found");
        }
    }
}
