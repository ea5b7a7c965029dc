package naru.app.cli;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeParseException;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Points in time as people write them on a command line. */
final class Moment {
    static final String FORMS =
            "2026-11-21T02:39:54Z, 2026-11-21T02:39 or 2026-11-21 (here), 15m, 2h or 3d (ago), or"
                    + " milliseconds since 1970";
    private static final Pattern AGO = Pattern.compile("-?(\\d{1,9})(ms|s|m|h|d)");
    private static final Pattern MILLIS = Pattern.compile("\\d{10,15}");

    private Moment() {}

    /** Milliseconds since 1970; a date or time without zone is one of the clock's zone. */
    static long parseMillis(String text, Clock clock) {
        String moment = text.strip();
        Matcher ago = AGO.matcher(moment.toLowerCase(Locale.ROOT));
        if (ago.matches()) {
            long amount = Long.parseLong(ago.group(1));
            return clock.millis() - unit(ago.group(2)).multipliedBy(amount).toMillis();
        }
        if (MILLIS.matcher(moment).matches()) {
            return Long.parseLong(moment);
        }
        try {
            return parseDate(moment, clock.getZone()).toEpochMilli();
        } catch (DateTimeParseException unreadable) {
            throw new CommandFailure("'" + text + "' is no time; use " + FORMS, unreadable);
        }
    }

    private static Instant parseDate(String text, ZoneId zone) {
        if (!text.contains("T")) {
            return LocalDate.parse(text).atStartOfDay(zone).toInstant();
        }
        boolean hasZone = text.endsWith("Z") || text.matches(".*[+-]\\d\\d:?\\d\\d");
        return hasZone
                ? OffsetDateTime.parse(text).toInstant()
                : LocalDateTime.parse(text).atZone(zone).toInstant();
    }

    private static Duration unit(String name) {
        return switch (name) {
            case "ms" -> Duration.ofMillis(1);
            case "s" -> Duration.ofSeconds(1);
            case "m" -> Duration.ofMinutes(1);
            case "h" -> Duration.ofHours(1);
            case "d" -> Duration.ofDays(1);
            default -> throw new IllegalArgumentException(name);
        };
    }
}
