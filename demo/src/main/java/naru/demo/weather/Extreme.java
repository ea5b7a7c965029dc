package naru.demo.weather;

import java.util.ArrayList;
import java.util.List;

/**
 * That a day's weather passed a threshold.
 *
 * @param id CITY/DATE/KIND
 * @param observedOn ISO date
 */
public record Extreme(
        String id,
        String city,
        String observedOn,
        String kind,
        double measured,
        double threshold,
        String unit) {
    /** From this maximum on, in degrees Celsius. */
    static final double HEAT = 33;

    /** Down from this minimum, in degrees Celsius. */
    static final double FROST = -8;

    /** From this much rain or snow on, in mm a day. */
    static final double DOWNPOUR = 30;

    /** From this mean wind on, in m/s. */
    static final double GALE = 9;

    /** What is extreme in a day; mostly nothing, sometimes more than one thing. */
    public static List<Extreme> in(Observation day) {
        List<Extreme> found = new ArrayList<>();
        if (day.temperatureMaxC() >= HEAT) {
            found.add(of(day, "heat", day.temperatureMaxC(), HEAT, "°C"));
        }
        if (day.temperatureMinC() <= FROST) {
            found.add(of(day, "frost", day.temperatureMinC(), FROST, "°C"));
        }
        if (day.precipitationMm() >= DOWNPOUR) {
            found.add(of(day, "downpour", day.precipitationMm(), DOWNPOUR, "mm"));
        }
        if (day.windMs() >= GALE) {
            found.add(of(day, "gale", day.windMs(), GALE, "m/s"));
        }
        return found;
    }

    private static Extreme of(
            Observation day, String kind, double measured, double threshold, String unit) {
        return new Extreme(
                day.id() + "/" + kind,
                day.city(),
                day.observedOn(),
                kind,
                measured,
                threshold,
                unit);
    }
}
