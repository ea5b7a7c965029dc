package naru.connect.convert;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;

import naru.http.Json;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** As much of a registry as converters ask. */
final class FakeRegistry implements AutoCloseable {
    private final HttpServer server;
    private final List<JsonNode> schemas = new ArrayList<>();
    private final Map<String, Integer> latest = new LinkedHashMap<>();

    FakeRegistry() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::answer);
        server.start();
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    /** Subjects in the order of their first registration. */
    synchronized List<String> subjects() {
        return List.copyOf(latest.keySet());
    }

    synchronized String text(int id) {
        return schemas.get(id - 1).get("schema").asText();
    }

    private synchronized void answer(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getPath();
        String[] parts = path.split("/", -1);
        try (exchange) {
            if (exchange.getRequestMethod().equals("POST")) {
                JsonNode brought = Json.parse(exchange.getRequestBody().readAllBytes());
                int id = schemas.indexOf(brought) + 1;
                if (id == 0) {
                    schemas.add(brought);
                    id = schemas.size();
                }
                latest.put(parts[2], id);
                send(exchange, 200, Json.MAPPER.createObjectNode().put("id", id));
            } else if (path.startsWith("/schemas/ids/")) {
                send(exchange, 200, schemas.get(Integer.parseInt(parts[3]) - 1));
            } else if (latest.containsKey(parts[2])) {
                int id = latest.get(parts[2]);
                ObjectNode told = schemas.get(id - 1).deepCopy();
                send(exchange, 200, told.put("id", id).put("version", 1).put("subject", parts[2]));
            } else {
                send(
                        exchange,
                        404,
                        Json.MAPPER
                                .createObjectNode()
                                .put("error_code", 40401)
                                .put("message", "Subject '" + parts[2] + "' not found."));
            }
        }
    }

    private static void send(HttpExchange exchange, int status, JsonNode body) throws IOException {
        byte[] bytes = Json.bytes(body);
        exchange.getResponseHeaders().set("Content-Type", "application/vnd.schemaregistry.v1+json");
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
