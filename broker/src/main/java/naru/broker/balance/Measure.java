package naru.broker.balance;

import java.util.List;
import java.util.Locale;

/** What is to be even among nodes. Led is what has the node as its preferred leader. */
enum Measure {
    REPLICAS(0),
    BYTES(1),
    WRITES(2),
    LEADERS(3),
    LED_WRITES(4);

    static final List<Measure> ALL = List.of(values());

    private static final String[] UNITS = {"B", "KiB", "MiB", "GiB", "TiB", "PiB"};

    /** Where its amount stands in what a node bears. */
    private final int place;

    Measure(int place) {
        this.place = place;
    }

    double of(double[] borne) {
        return borne[place];
    }

    void set(double[] borne, double amount) {
        borne[place] = amount;
    }

    /** Amounts of nothing, one for each measure. */
    static double[] none() {
        return new double[ALL.size()];
    }

    /** Whether moving leadership alone changes it. */
    boolean isLed() {
        return this == LEADERS || this == LED_WRITES;
    }

    boolean isCount() {
        return this == REPLICAS || this == LEADERS;
    }

    /** Bytes and rates are what wears a node out; a count only stands for them. */
    double weight() {
        return isCount() ? 0.5 : 1;
    }

    /** Smallest mean that is reckoned with. */
    double floor(Terms terms) {
        return switch (this) {
            case REPLICAS, LEADERS -> 1;
            case BYTES -> terms.bytesFloor();
            case WRITES, LED_WRITES -> terms.rateFloor();
        };
    }

    /** What a node does that bears so much: "holds 5 replicas". */
    String does(double amount) {
        return switch (this) {
            case REPLICAS -> "holds " + plural(amount, "replica");
            case BYTES -> "holds " + bytes(amount);
            case WRITES -> "is written " + bytes(amount) + "/s";
            case LEADERS -> "leads " + plural(amount, "partition");
            case LED_WRITES -> "leads what is written at " + bytes(amount) + "/s";
        };
    }

    /** An amount alone: "5", "1.4 GiB". */
    String amount(double amount) {
        return switch (this) {
            case REPLICAS, LEADERS -> number(amount);
            case BYTES -> bytes(amount);
            case WRITES, LED_WRITES -> bytes(amount) + "/s";
        };
    }

    static String plural(double amount, String noun) {
        return number(amount) + " " + noun + (Math.round(amount * 10) == 10 ? "" : "s");
    }

    private static String number(double amount) {
        return amount == Math.rint(amount)
                ? Long.toString(Math.round(amount))
                : String.format(Locale.ROOT, "%.1f", amount);
    }

    private static String bytes(double amount) {
        double value = Math.max(0, amount);
        int unit = 0;
        while (value >= 1024 && unit < UNITS.length - 1) {
            value /= 1024;
            unit++;
        }
        return String.format(
                Locale.ROOT, unit == 0 || value >= 100 ? "%.0f %s" : "%.1f %s", value, UNITS[unit]);
    }
}
