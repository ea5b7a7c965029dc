package naru.connectors.jdbc;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A table's name with what the database puts before it. */
record TableId(@Nullable String catalog, @Nullable String schema, String name) {
    private static final String SEPARATOR = "\u001f";

    /** As people write it: schema and table, or the table alone where there are no schemas. */
    String qualified() {
        return schema == null ? name : schema + "." + name;
    }

    /** Every way to name it, the longest first. */
    List<String> names() {
        List<String> names = new ArrayList<>();
        if (catalog != null) {
            names.add(catalog + "." + qualified());
        }
        if (schema != null) {
            names.add(qualified());
        }
        names.add(name);
        return names;
    }

    Map<String, Object> partition() {
        return Map.of("protocol", "1", "table", qualified());
    }

    /** Under which offsets may have been kept: by this connector, or by others before it. */
    List<Map<String, Object>> partitions() {
        List<Map<String, Object>> partitions = new ArrayList<>(List.of(partition()));
        for (String known : names()) {
            partitions.add(Map.of("protocol", "1", "table", known));
        }
        partitions.add(Map.of("table", name));
        return partitions;
    }

    String quoted(String quote) {
        StringBuilder text = new StringBuilder();
        if (schema != null) {
            text.append(quote(schema, quote)).append('.');
        } else if (catalog != null) {
            text.append(quote(catalog, quote)).append('.');
        }
        return text.append(quote(name, quote)).toString();
    }

    static String quote(String name, String quote) {
        return quote.isBlank() ? name : quote + name.replace(quote, quote + quote) + quote;
    }

    /** For a task's properties. */
    String encoded() {
        return (catalog == null ? "" : catalog)
                + SEPARATOR
                + (schema == null ? "" : schema)
                + SEPARATOR
                + name;
    }

    static TableId decoded(String text) {
        String[] parts = text.split(SEPARATOR, 3);
        return new TableId(
                parts[0].isEmpty() ? null : parts[0],
                parts[1].isEmpty() ? null : parts[1],
                parts[2]);
    }
}
