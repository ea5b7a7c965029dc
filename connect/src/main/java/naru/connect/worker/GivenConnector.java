package naru.connect.worker;

import com.fasterxml.jackson.databind.JsonNode;

import naru.http.Json;
import naru.http.Refusal;

import org.apache.kafka.connect.errors.ConnectException;
import org.apache.kafka.connect.runtime.Herder;
import org.apache.kafka.connect.runtime.rest.entities.ConnectorInfo;
import org.apache.kafka.connect.util.FutureCallback;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A connector of a file: properties, or JSON as {@code POST /connectors} takes it. */
record GivenConnector(Path file, String name, Map<String, String> config) {
    private static final int START_SECONDS_MOST = 60;

    /**
     * @throws ConnectException when the file cannot be read or names no connector
     */
    static GivenConnector read(Path file) {
        Map<String, String> config = new HashMap<>();
        try {
            if (file.toString().endsWith(".json")) {
                JsonNode tree = Json.parse(Files.readAllBytes(file));
                JsonNode inner = tree.has("config") ? tree.get("config") : tree;
                inner.properties()
                        .forEach(each -> config.put(each.getKey(), each.getValue().asText()));
                if (tree.has("config") && tree.has("name")) {
                    config.putIfAbsent("name", tree.get("name").asText());
                }
            } else {
                Properties properties = new Properties();
                try (Reader reader = Files.newBufferedReader(file)) {
                    properties.load(reader);
                }
                properties
                        .stringPropertyNames()
                        .forEach(key -> config.put(key, properties.getProperty(key)));
            }
        } catch (IOException | IllegalArgumentException | Refusal unreadable) {
            throw new ConnectException(
                    "naru.connect.standalone: cannot read " + file + ": " + unreadable.getMessage(),
                    unreadable);
        }
        String name = config.get("name");
        if (name == null) {
            throw new ConnectException(
                    "naru.connect.standalone: " + file + " has no 'name' for its connector");
        }
        return new GivenConnector(file, name, config);
    }

    void putInto(Herder herder) {
        FutureCallback<Herder.Created<ConnectorInfo>> done = new FutureCallback<>();
        // Replaced: an earlier try may have been answered too late.
        herder.putConnectorConfig(name, config, true, done);
        try {
            done.get(START_SECONDS_MOST, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException refused) {
            throw new ConnectException(
                    "naru.connect.standalone: the connector of "
                            + file
                            + " does not start: "
                            + refused.getMessage(),
                    refused);
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
            throw new ConnectException("interrupted", stopping);
        }
    }
}
