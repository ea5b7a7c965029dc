package naru.registry.api;

import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What a client accepts: ranges of media types, each maybe with a weight. */
final class MediaRanges {
    private MediaRanges() {}

    /**
     * The type of the greatest weight, and of those the first.
     *
     * @param served the preferred one first
     * @return empty when none of them is accepted
     */
    static Optional<String> best(String accept, List<String> served) {
        Optional<String> best = Optional.empty();
        double greatest = 0;
        for (String type : served) {
            double weight = weight(accept, type);
            if (weight > greatest) {
                greatest = weight;
                best = Optional.of(type);
            }
        }
        return best;
    }

    /** Of the ranges that contain the type the narrowest says the weight. */
    private static double weight(String accept, String type) {
        double weight = 0;
        int narrowest = -1;
        for (String each : accept.split(",", -1)) {
            String[] parts = each.split(";", -1);
            int narrow = narrowness(parts[0].strip().toLowerCase(Locale.ROOT), type);
            if (narrow > narrowest) {
                narrowest = narrow;
                weight = weight(parts);
            }
        }
        return weight;
    }

    private static int narrowness(String range, String type) {
        if (range.equals(type)) {
            return 2;
        }
        boolean ofItsKind = range.equals(type.substring(0, type.indexOf('/')) + "/*");
        return ofItsKind ? 1 : range.equals("*") || range.startsWith("*/") ? 0 : -1;
    }

    private static double weight(String[] parts) {
        for (int i = 1; i < parts.length; i++) {
            String parameter = parts[i].strip();
            if (parameter.startsWith("q=")) {
                try {
                    return Double.parseDouble(parameter.substring(2));
                } catch (NumberFormatException malformed) {
                    return 0;
                }
            }
        }
        return 1;
    }
}
