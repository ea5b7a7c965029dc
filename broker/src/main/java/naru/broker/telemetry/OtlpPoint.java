package naru.broker.telemetry;

import java.util.Map;

/**
 * One number that a client measured.
 *
 * @param monotonic whether it only grows, so that Prometheus takes it for a counter
 * @param delta whether it is what came since the last push
 */
record OtlpPoint(
        String name,
        Map<String, String> attributes,
        double value,
        boolean monotonic,
        boolean delta) {}
