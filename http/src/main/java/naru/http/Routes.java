package naru.http;

import org.jspecify.annotations.Nullable;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * A table of methods and path templates. A template is made of fixed segments and of variables in
 * braces, each of which stands for one segment; {@code {name...}} at the end stands for all that
 * follow. Where two templates fit, the one with a fixed segment further left is taken.
 */
public final class Routes {
    private final List<Entry> entries;

    /** Answers one kind of request. */
    @FunctionalInterface
    public interface Route {
        /**
         * @throws Refusal when the request is not done
         */
        Answer answer(Call call) throws Exception;
    }

    private record Entry(String method, String text, List<String> template, Route route) {
        boolean takesRest() {
            return !template.isEmpty() && template.getLast().endsWith("...}");
        }

        int weight() {
            int weight = 0;
            for (int at = 0; at < 16; at++) {
                boolean fixed = at < template.size() && !template.get(at).startsWith("{");
                weight = weight << 1 | (fixed ? 1 : 0);
            }
            return weight;
        }
    }

    /** What fits a request. */
    record Match(String method, String template, Route route, Map<String, String> variables) {}

    private Routes(List<Entry> entries) {
        this.entries = entries;
    }

    public static Builder builder() {
        return new Builder();
    }

    /** Collects routes. */
    public static final class Builder {
        private final List<Entry> entries = new ArrayList<>();

        private Builder() {}

        public Builder get(String template, Route route) {
            return on("GET", template, route);
        }

        public Builder post(String template, Route route) {
            return on("POST", template, route);
        }

        public Builder put(String template, Route route) {
            return on("PUT", template, route);
        }

        public Builder delete(String template, Route route) {
            return on("DELETE", template, route);
        }

        public Builder on(String method, String template, Route route) {
            entries.add(new Entry(method, template, segments(template), route));
            return this;
        }

        public Routes build() {
            List<Entry> sorted = new ArrayList<>(entries);
            sorted.sort(Comparator.comparingInt(Entry::weight).reversed());
            return new Routes(List.copyOf(sorted));
        }
    }

    /**
     * @throws Refusal 404 when no template fits the path, 405 when none does with this method
     */
    Match find(String method, String rawPath) {
        List<String> segments = segments(rawPath);
        Set<String> others = new TreeSet<>();
        for (Entry entry : entries) {
            Map<String, String> variables = match(entry, segments);
            if (variables == null) {
                continue;
            }
            if (entry.method.equals(method)
                    || (method.equals("HEAD") && entry.method.equals("GET"))) {
                return new Match(entry.method, entry.text, entry.route, variables);
            }
            others.add(entry.method);
        }
        if (!others.isEmpty()) {
            throw new Refusal(405, "HTTP 405 Method Not Allowed");
        }
        throw new Refusal(404, "HTTP 404 Not Found");
    }

    private static @Nullable Map<String, String> match(Entry entry, List<String> segments) {
        int fixed = entry.takesRest() ? entry.template.size() - 1 : entry.template.size();
        if (segments.size() < fixed || (segments.size() > fixed && !entry.takesRest())) {
            return null;
        }
        Map<String, String> variables = new HashMap<>();
        for (int at = 0; at < fixed; at++) {
            String wanted = entry.template.get(at);
            String found = segments.get(at);
            if (wanted.startsWith("{")) {
                variables.put(wanted.substring(1, wanted.length() - 1), decoded(found));
            } else if (!wanted.equals(found)) {
                return null;
            }
        }
        if (entry.takesRest()) {
            String name = entry.template.getLast();
            variables.put(
                    name.substring(1, name.length() - "...}".length()),
                    decoded(String.join("/", segments.subList(fixed, segments.size()))));
        }
        return variables;
    }

    private static String decoded(String segment) {
        try {
            // URLDecoder is for forms, in which a plus sign is a space; in a path it is itself.
            return URLDecoder.decode(segment.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException malformed) {
            throw new Refusal(400, "the path has a percent sign that encodes nothing");
        }
    }

    private static List<String> segments(String path) {
        String inner = path.startsWith("/") ? path.substring(1) : path;
        if (inner.endsWith("/")) {
            inner = inner.substring(0, inner.length() - 1);
        }
        return inner.isEmpty() ? List.of() : List.of(inner.split("/", -1));
    }
}
