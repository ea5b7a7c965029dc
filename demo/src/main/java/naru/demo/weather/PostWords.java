package naru.demo.weather;

import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;

/**
 * Writes posts about an observation. The same observation gives the same posts, in every run and on
 * every machine.
 */
public final class PostWords {
    /** All posts of a day are nearer to its noon than to that of another day. */
    static final int EARLIEST_HOUR = 7;

    static final int LATEST_HOUR = 21;

    private static final int MOST_POSTS = 4;

    private static final List<String> AUTHORS =
            List.of(
                    "@ferry_deck",
                    "@rooftop_ida",
                    "@bike_to_work",
                    "@umbrella_shop",
                    "@night_bus",
                    "@corner_cafe",
                    "@kite_and_co",
                    "@dogwalker7",
                    "@marathon_mo",
                    "@window_seat");

    private static final Map<String, List<String>> SKY =
            Map.of(
                    "sun",
                    List.of(
                            "Not a cloud over %s. Lunch is outside today.",
                            "Sun in %s & nowhere to be. Perfect.",
                            "%s, you are showing off again ☀"),
                    "rain",
                    List.of(
                            "It rains in %s. The gutters sing.",
                            "Forgot the umbrella. %s did not forget me.",
                            "Rain > small talk. Quiet trains in %s today."),
                    "drizzle",
                    List.of(
                            "That fine %s drizzle that is not rain, they say.",
                            "Too wet for no hood, too dry for an umbrella: %s."),
                    "fog",
                    List.of(
                            "Cannot see the other side of the street in %s.",
                            "%s is a rumour this morning. Fog everywhere."),
                    "snow",
                    List.of(
                            "I <3 snow, and %s is full of it ❄",
                            "Snow in %s: one lane, no hurry."));

    private static final Map<String, List<String>> EXTREME =
            Map.of(
                    "heat",
                    List.of(
                            "%.1f °C in %s. The asphalt is soft.",
                            "%.1f °C. All fans in %s are sold out."),
                    "frost",
                    List.of(
                            "%.1f °C in %s this morning. My bicycle lock is a block of ice.",
                            "%.1f °C. %s walks very, very carefully."),
                    "downpour",
                    List.of(
                            "%.1f mm in one day! Basements of %s, good luck.",
                            "%.1f mm. The streets of %s are rivers."),
                    "gale",
                    List.of(
                            "%.1f m/s on average. Hats of %s, farewell.",
                            "%.1f m/s and no ferry leaves %s."));

    private PostWords() {}

    /** One at least, in the order of their times. */
    public static List<Post> about(Observation day) {
        Random chance = new Random(day.id().hashCode());
        int count = 1 + chance.nextInt(MOST_POSTS);
        List<LocalTime> times = new ArrayList<>();
        for (int number = 0; number < count; number++) {
            int hour = EARLIEST_HOUR + chance.nextInt(LATEST_HOUR - EARLIEST_HOUR);
            times.add(LocalTime.of(hour, chance.nextInt(60)));
        }
        times.sort(null);
        List<Post> posts = new ArrayList<>();
        for (int number = 0; number < count; number++) {
            Instant time = day.date().atTime(times.get(number)).toInstant(ZoneOffset.UTC);
            posts.add(
                    new Post(
                            day.id() + "#" + (number + 1),
                            day.city(),
                            time.toString(),
                            AUTHORS.get(chance.nextInt(AUTHORS.size())),
                            text(day, chance)));
        }
        return posts;
    }

    private static String text(Observation day, Random chance) {
        List<Extreme> extremes = Extreme.in(day);
        if (extremes.isEmpty()) {
            List<String> lines = SKY.getOrDefault(day.sky(), List.of("Weather in %s, again."));
            return String.format(Locale.ROOT, lines.get(chance.nextInt(lines.size())), day.city());
        }
        Extreme extreme = extremes.get(chance.nextInt(extremes.size()));
        List<String> lines = EXTREME.getOrDefault(extreme.kind(), List.of("%.1f in %s."));
        return String.format(
                Locale.ROOT,
                lines.get(chance.nextInt(lines.size())),
                extreme.measured(),
                day.city());
    }
}
