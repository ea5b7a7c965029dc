package naru.broker.telemetry;

import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.PrometheusNaming;

import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * One line of a client's metrics as Prometheus can take it, whatever the client called it.
 *
 * @param name without the suffix of counters
 */
public record Series(String name, boolean counter, Labels labels) {
    private static final String PREFIX = "naru_client_";
    private static final String OF_KAFKA = "org.apache.kafka.";
    private static final int LONGEST = 200;
    private static final int MOST_LABELS = 8;

    static Series of(OtlpPoint point, ClientTraits client) {
        String name = point.name();
        if (name.startsWith(OF_KAFKA)) {
            name = name.substring(OF_KAFKA.length());
        }
        Map<String, String> labels = new TreeMap<>();
        for (Map.Entry<String, String> each : point.attributes().entrySet()) {
            String label = plain(each.getKey());
            if (labels.size() < MOST_LABELS && isFree(label)) {
                labels.putIfAbsent(label, value(each.getValue()));
            }
        }
        labels.put("client_id", value(client.clientId()));
        labels.put("client_instance_id", client.instanceId());
        return new Series(
                PrometheusNaming.sanitizeMetricName(PREFIX + plain(name)),
                point.monotonic(),
                Labels.of(
                        labels.keySet().toArray(String[]::new),
                        labels.values().toArray(String[]::new)));
    }

    private static boolean isFree(String label) {
        return !label.isEmpty()
                && !label.startsWith("__")
                && !label.equals("le")
                && !label.equals("quantile")
                && !Character.isDigit(label.charAt(0));
    }

    /** Lower-case letters, digits and single underscores. */
    private static String plain(String text) {
        String cut = text.length() <= LONGEST ? text : text.substring(0, LONGEST);
        return cut.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "_").replaceAll("^_+|_+$", "");
    }

    private static String value(String text) {
        String cut = text.length() <= LONGEST ? text : text.substring(0, LONGEST);
        return cut.replaceAll("[\\p{Cntrl}\\p{Cs}\\p{Cn}]", "?");
    }
}
