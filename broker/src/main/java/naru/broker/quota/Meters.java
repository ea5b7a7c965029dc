package naru.broker.quota;

import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * The meters of one kind of quota, by entity. Bounded: when it is full the idle ones go, and while
 * none is idle newcomers share one meter for each scope.
 *
 * <p>Threads: any.
 */
final class Meters<M extends Meter> {
    private static final long SWEEP_MILLIS = 1000;

    private final int most;
    private final Supplier<M> fresh;
    private final Map<Entity, M> byEntity = new ConcurrentHashMap<>();
    private final Map<QuotaRules.Scope, M> shared = new EnumMap<>(QuotaRules.Scope.class);
    private long sweptMillis = Long.MIN_VALUE / 2;

    Meters(int most, Supplier<M> fresh) {
        this.most = most;
        this.fresh = fresh;
        for (QuotaRules.Scope scope : QuotaRules.Scope.values()) {
            shared.put(scope, fresh.get());
        }
    }

    M of(QuotaRules.Scope scope, String user, String clientId, long nowMillis) {
        Entity entity = Entity.of(scope, user, clientId);
        M meter = byEntity.get(entity);
        return meter == null ? add(scope, entity, nowMillis) : meter;
    }

    /** One at a time, so that the bound holds. */
    private synchronized M add(QuotaRules.Scope scope, Entity entity, long nowMillis) {
        M there = byEntity.get(entity);
        if (there != null) {
            return there;
        }
        if (byEntity.size() >= most && nowMillis - sweptMillis >= SWEEP_MILLIS) {
            sweptMillis = nowMillis;
            byEntity.values().removeIf(meter -> meter.isIdle(nowMillis));
        }
        if (byEntity.size() >= most) {
            return Objects.requireNonNull(shared.get(scope));
        }
        M meter = fresh.get();
        byEntity.put(entity, meter);
        return meter;
    }

    int size() {
        return byEntity.size();
    }
}
