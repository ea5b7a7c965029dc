package naru.testkit;

import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The connectors that a document shows, as who reads it puts them into files. */
public final class DocumentedConnectors {
    private static final Pattern BLOCK = Pattern.compile("```properties\n(.*?)```", Pattern.DOTALL);

    private DocumentedConnectors() {}

    /** One of them, as a map that may be changed. */
    public static Map<String, String> named(
            String name, String document, UnaryOperator<String> edit) {
        return Objects.requireNonNull(of(document, edit).get(name), name);
    }

    /**
     * By name.
     *
     * @param edit what differs where they are used: addresses, folders
     */
    public static Map<String, Map<String, String>> of(String document, UnaryOperator<String> edit) {
        Map<String, Map<String, String>> connectors = new LinkedHashMap<>();
        try {
            String text = Files.readString(RepositoryRoot.find().resolve(document));
            Matcher block = BLOCK.matcher(text);
            while (block.find()) {
                Properties properties = new Properties();
                properties.load(new StringReader(edit.apply(block.group(1))));
                Map<String, String> connector = new TreeMap<>();
                properties.forEach((key, value) -> connector.put("" + key, "" + value));
                String name = connector.get("name");
                if (name == null || connectors.put(name, connector) != null) {
                    throw new IllegalStateException(document + ": a name is missing or twice");
                }
            }
            return connectors;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
