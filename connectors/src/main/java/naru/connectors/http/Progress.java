package naru.connectors.http;

import org.jspecify.annotations.Nullable;

import java.util.HashMap;
import java.util.Map;

/**
 * How far an API was read.
 *
 * @param next what leads to the page that is to be asked: a URL, a cursor or a number; null for the
 *     first page
 * @param done records of that page that were handed on
 * @param offset with which the server is asked for later records; stays while pages follow
 * @param seen the offset field of the last record, in its text
 * @param etag of the last whole answer, to be asked for changes only
 * @param modified as before, a date
 */
record Progress(
        @Nullable String next,
        long done,
        @Nullable String offset,
        @Nullable String seen,
        @Nullable String etag,
        @Nullable String modified) {
    static final Progress START = new Progress(null, 0, null, null, null, null);

    static Progress of(@Nullable Map<String, ?> kept) {
        if (kept == null) {
            return START;
        }
        return new Progress(
                text(kept, "next"),
                kept.get("done") instanceof Number done ? done.longValue() : 0,
                text(kept, "offset"),
                text(kept, "seen"),
                text(kept, "etag"),
                text(kept, "modified"));
    }

    private static @Nullable String text(Map<String, ?> kept, String name) {
        Object value = kept.get(name);
        return value == null ? null : value.toString();
    }

    Map<String, Object> kept() {
        Map<String, Object> kept = new HashMap<>();
        kept.put("done", done);
        put(kept, "next", next);
        put(kept, "offset", offset);
        put(kept, "seen", seen);
        put(kept, "etag", etag);
        put(kept, "modified", modified);
        return kept;
    }

    private static void put(Map<String, Object> kept, String name, @Nullable String value) {
        if (value != null) {
            kept.put(name, value);
        }
    }
}
