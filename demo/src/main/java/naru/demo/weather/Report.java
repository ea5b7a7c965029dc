package naru.demo.weather;

/**
 * Extreme weather and a post of the same city and day.
 *
 * @param id CITY/DATE/KIND#NUMBER
 */
public record Report(
        String id,
        String extremeId,
        String city,
        String observedOn,
        String kind,
        double measured,
        String unit,
        String postedAt,
        String author,
        String text) {
    public static Report of(Extreme extreme, Post post) {
        return new Report(
                extreme.id() + "#" + post.number(),
                extreme.id(),
                extreme.city(),
                extreme.observedOn(),
                extreme.kind(),
                extreme.measured(),
                extreme.unit(),
                post.postedAt(),
                post.author(),
                post.text());
    }
}
