package naru.connectors.jdbc;

import java.util.Arrays;
import java.util.Locale;

/** How NUMERIC and DECIMAL columns are mapped. */
enum NumericMapping {
    /** Always Connect's Decimal. */
    NONE,
    /** Whole numbers of up to 18 digits become integers; all else is Decimal. */
    PRECISION_ONLY,
    /** As before, and up to 15 digits with a fraction become doubles. */
    BEST_FIT,
    /** As before, and every number with a fraction becomes a double. */
    BEST_FIT_EAGER_DOUBLE;

    static String[] words() {
        return Arrays.stream(values())
                .map(mapping -> mapping.name().toLowerCase(Locale.ROOT))
                .toArray(String[]::new);
    }
}
