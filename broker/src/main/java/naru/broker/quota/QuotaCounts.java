package naru.broker.quota;

import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/** How often and for how long clients were throttled, by kind. Any thread. */
public final class QuotaCounts {
    private final Map<QuotaKind, LongAdder> violations = new EnumMap<>(QuotaKind.class);
    private final Map<QuotaKind, LongAdder> millis = new EnumMap<>(QuotaKind.class);
    private final LongAdder connectionRests = new LongAdder();
    private final LongAdder connectionsHeld = new LongAdder();

    QuotaCounts() {
        for (QuotaKind kind : QuotaKind.values()) {
            violations.put(kind, new LongAdder());
            millis.put(kind, new LongAdder());
        }
    }

    int throttled(QuotaKind kind, int throttleMillis) {
        if (throttleMillis > 0) {
            adder(violations, kind).increment();
            adder(millis, kind).add(throttleMillis);
        }
        return throttleMillis;
    }

    void listenerRests() {
        connectionRests.increment();
    }

    void addressHeld() {
        connectionsHeld.increment();
    }

    private static LongAdder adder(Map<QuotaKind, LongAdder> adders, QuotaKind kind) {
        LongAdder adder = adders.get(kind);
        if (adder == null) {
            throw new IllegalStateException("no counter for " + kind);
        }
        return adder;
    }

    /** Requests that were above a quota. */
    public long violations(QuotaKind kind) {
        return adder(violations, kind).sum();
    }

    /** Throttle times told to clients, added up. */
    public double throttleSeconds(QuotaKind kind) {
        return adder(millis, kind).sum() / 1000.0;
    }

    /** Times that a listener rested because connections came too fast. */
    public long connectionRests() {
        return connectionRests.sum();
    }

    /** Connections that were held and closed because their address made them too fast. */
    public long connectionsHeld() {
        return connectionsHeld.sum();
    }
}
