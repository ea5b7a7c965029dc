package naru.app.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;

/** A connector as a file says it: properties, or JSON as Connect's REST API takes it. */
record ConnectorFile(String name, Map<String, String> config) {

    /**
     * @throws CommandFailure when it cannot be read or names no connector
     */
    static ConnectorFile read(Path file) {
        Map<String, String> config = new TreeMap<>();
        try {
            String text = Files.readString(file);
            if (text.stripLeading().startsWith("{")) {
                JsonNode tree = new ObjectMapper().readTree(text);
                JsonNode inner = tree.path("config").isObject() ? tree.get("config") : tree;
                inner.properties()
                        .forEach(each -> config.put(each.getKey(), each.getValue().asText()));
                if (tree.path("name").isTextual()) {
                    config.putIfAbsent("name", tree.get("name").asText());
                }
            } else {
                Properties properties = new Properties();
                properties.load(new StringReader(text));
                properties
                        .stringPropertyNames()
                        .forEach(key -> config.put(key, properties.getProperty(key)));
            }
        } catch (NoSuchFileException missing) {
            throw new CommandFailure("there is no file " + file, missing);
        } catch (JsonProcessingException malformed) {
            throw new CommandFailure(
                    file + " is no JSON: " + malformed.getOriginalMessage(), malformed);
        } catch (IOException | IllegalArgumentException unreadable) {
            throw new CommandFailure(
                    "cannot read " + file + ": " + unreadable.getMessage(), unreadable);
        }
        for (String key : new String[] {"name", "connector.class"}) {
            if (!config.containsKey(key)) {
                throw new CommandFailure(
                        "%s has no %s; a connector file has lines such as name=orders and connector.class=..."
                                .formatted(file, key));
            }
        }
        return new ConnectorFile(String.valueOf(config.get("name")), config);
    }

    String type() {
        return String.valueOf(config.get("connector.class"));
    }
}
