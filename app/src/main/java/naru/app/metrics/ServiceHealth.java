package naru.app.metrics;

import naru.http.Condition;

/**
 * How a service is, as the health endpoint tells it.
 *
 * @param asked requests so far
 * @param failed those that it could not answer
 */
public record ServiceHealth(
        String service, String address, Condition condition, long asked, long failed) {
    boolean isDown() {
        return condition instanceof Condition.Down;
    }

    /** In one line: {@code NAME ADDRESS STATE requests=N failed=N}, and why it is down. */
    String line() {
        String counts = "requests=%d failed=%d".formatted(asked, failed);
        return switch (condition) {
            case Condition.Asleep() -> "%s %s asleep %s".formatted(service, address, counts);
            case Condition.Up() -> "%s %s up %s".formatted(service, address, counts);
            case Condition.Down(String why) ->
                    "%s %s down %s: %s"
                            .formatted(service, address, counts, why.replaceAll("\\s+", " "));
        };
    }
}
