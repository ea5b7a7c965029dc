package naru.app.terminal;

import java.util.Locale;

/** Numbers as people read them. */
public final class Amounts {
    private static final String[] BYTE_UNITS = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};

    private Amounts() {}

    /** Bytes with a binary unit and about three significant digits: {@code 1.4 MiB}. */
    public static String bytes(long sizeBytes) {
        double value = sizeBytes;
        int unit = 0;
        while (value >= 1024 && unit < BYTE_UNITS.length - 1) {
            value /= 1024;
            unit++;
        }
        String digits =
                unit == 0 || value >= 100
                        ? String.format(Locale.ROOT, "%.0f", value)
                        : String.format(Locale.ROOT, "%.1f", value);
        return digits + " " + BYTE_UNITS[unit];
    }

    /** With thin grouping that can still be copied as a number when small: {@code 1,234,567}. */
    public static String count(long number) {
        return String.format(Locale.ROOT, "%,d", number);
    }

    /** {@code 1 topic}, {@code 2 topics}. */
    public static String plural(long number, String singular) {
        return count(number) + " " + singular + (number == 1 ? "" : "s");
    }
}
