package naru.broker.telemetry;

import org.apache.kafka.common.Uuid;

import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.List;
import java.util.TreeSet;
import java.util.zip.CRC32C;

/**
 * What is wanted of one client: all subscriptions that match it, together.
 *
 * @param id changes with the rest, so that a client learns that something else is wanted
 */
record Wish(int id, List<String> metrics, int intervalMillis) {
    static Wish of(Uuid instanceId, ClientTraits client, Collection<Subscription> subscriptions) {
        TreeSet<String> metrics = new TreeSet<>();
        int interval = Subscription.DEFAULT_INTERVAL_MILLIS;
        boolean first = true;
        for (Subscription subscription : subscriptions) {
            if (!subscription.metrics().isEmpty() && subscription.matches(client)) {
                metrics.addAll(subscription.metrics());
                interval =
                        first
                                ? subscription.intervalMillis()
                                : Math.min(interval, subscription.intervalMillis());
                first = false;
            }
        }
        List<String> wanted =
                metrics.contains(Subscription.ALL)
                        ? List.of(Subscription.ALL)
                        : List.copyOf(metrics);
        CRC32C sum = new CRC32C();
        sum.update((interval + "\n" + String.join("\n", wanted)).getBytes(StandardCharsets.UTF_8));
        return new Wish((int) sum.getValue() ^ instanceId.hashCode(), wanted, interval);
    }
}
