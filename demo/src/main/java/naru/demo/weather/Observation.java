package naru.demo.weather;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;

/**
 * The weather of one day in one city.
 *
 * @param id CITY/DATE
 * @param observedOn ISO date
 * @param sky drizzle, fog, rain, snow or sun
 */
public record Observation(
        String id,
        String city,
        String observedOn,
        double precipitationMm,
        double temperatureMaxC,
        double temperatureMinC,
        double windMs,
        String sky) {
    private static final int NOON = 12;

    public LocalDate date() {
        return LocalDate.parse(observedOn);
    }

    /** When it happened, as records and joins count time: noon of the day. */
    public Instant time() {
        return date().atTime(NOON, 0).toInstant(ZoneOffset.UTC);
    }
}
