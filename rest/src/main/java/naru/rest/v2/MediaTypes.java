package naru.rest.v2;

import naru.http.Call;
import naru.http.Refusal;
import naru.rest.record.Embedded;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Content types of v2: what a body is, and what a client wants to be answered. */
final class MediaTypes {
    static final String PLAIN = "application/vnd.kafka.v2+json";

    private static final List<String> WITHOUT_RECORDS =
            List.of(PLAIN, "application/vnd.kafka+json", "application/json");
    private static final String PREFIX = "application/vnd.kafka.";
    private static final String SUFFIX = ".v2+json";

    /** A type that a client takes, and how gladly. */
    private record Wanted(String type, double weight) {}

    private MediaTypes() {}

    static String of(Embedded format) {
        return PREFIX + format.typeName() + SUFFIX;
    }

    /** What embedded format a type names, if it names one. */
    private static Optional<Embedded> embedded(String type) {
        if (type.startsWith(PREFIX) && type.endsWith(SUFFIX) && type.length() > PLAIN.length()) {
            return Embedded.ofTypeName(
                    type.substring(PREFIX.length(), type.length() - SUFFIX.length()));
        }
        return Optional.empty();
    }

    /**
     * The format of the records that a body holds.
     *
     * @throws Refusal 415 when the type of the body does not say it
     */
    static Embedded ofRecords(Call call) {
        String type = type(call.header("Content-Type"));
        if (type.equals(PLAIN) || type.equals("application/vnd.kafka+json")) {
            return Embedded.BINARY;
        }
        return embedded(type)
                .orElseThrow(() ->
                        new Refusal(
                                415,
                                "HTTP 415 Unsupported Media Type: '%s' does not say what the records are; Content-Type: application/vnd.kafka.json.v2+json does, or with binary, avro, protobuf or jsonschema in the place of json"
                                        .formatted(type)));
    }

    /**
     * @throws Refusal 415 when the body is of a type that v2 does not take
     */
    static void checkBody(Call call) {
        String type = type(call.header("Content-Type"));
        if (!type.isEmpty() && !WITHOUT_RECORDS.contains(type) && embedded(type).isEmpty()) {
            throw new Refusal(
                    415, "HTTP 415 Unsupported Media Type: '%s'; send %s".formatted(type, PLAIN));
        }
    }

    private static String type(@Nullable String header) {
        return header == null ? "" : header.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
    }

    /**
     * The type of an answer without records.
     *
     * @throws Refusal 406 when the client takes none that there is
     */
    static String answer(Call.Headers headers) {
        List<Wanted> wanted = wanted(headers.first("Accept"));
        for (Wanted each : wanted) {
            if (WITHOUT_RECORDS.contains(each.type)) {
                return each.type;
            }
            if (isAny(each.type) || embedded(each.type).isPresent()) {
                return PLAIN;
            }
        }
        throw new Refusal(406, "HTTP 406 Not Acceptable");
    }

    /** As {@link #answer}, for a refusal, which is told in any case. */
    static String ofRefusal(Call.Headers headers) {
        for (Wanted each : wanted(headers.first("Accept"))) {
            if (WITHOUT_RECORDS.contains(each.type)) {
                return each.type;
            }
            if (embedded(each.type).isPresent()) {
                return PLAIN;
            }
        }
        return "application/json";
    }

    /**
     * The type of an answer that holds records of a format.
     *
     * @throws Refusal 40601 when the client wants another one
     */
    static String answer(Call call, Embedded format) {
        for (Wanted each : wanted(call.header("Accept"))) {
            if (each.type.equals(of(format))
                    || isAny(each.type)
                    || WITHOUT_RECORDS.contains(each.type)) {
                return of(format);
            }
        }
        throw new Refusal(
                406,
                40601,
                "The requested embedded data format does not match the deserializer for this"
                        + " consumer instance");
    }

    private static boolean isAny(String type) {
        return type.equals("*/*") || type.equals("application/*");
    }

    /** The best liked first; those that are equally liked as the client has them. */
    private static List<Wanted> wanted(@Nullable String accept) {
        if (accept == null || accept.isBlank()) {
            return List.of(new Wanted("*/*", 1));
        }
        List<Wanted> all = new ArrayList<>();
        for (String each : accept.split(",", -1)) {
            double weight = weight(each);
            if (weight > 0) {
                all.add(new Wanted(type(each), weight));
            }
        }
        all.sort(Comparator.comparingDouble(Wanted::weight).reversed());
        return all;
    }

    private static double weight(String range) {
        for (String parameter : range.split(";", -1)) {
            String text = parameter.strip().toLowerCase(Locale.ROOT);
            if (text.startsWith("q=")) {
                try {
                    return Double.parseDouble(text.substring(2));
                } catch (NumberFormatException malformed) {
                    return 0;
                }
            }
        }
        return 1;
    }
}
