package naru.broker.quota;

import org.apache.kafka.common.quota.ClientQuotaEntity;

import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * What users and clients may use, and what they do use. A node has one.
 *
 * <p>Threads: any. Rules are a snapshot behind one field; meters have locks of their own. Where no
 * rule holds, {@link #isActive()} is all that a request costs.
 */
public final class ClientQuotas {
    /** Entities that are measured, of each kind. */
    static final int MOST_ENTITIES = 10_000;

    private final Windows windows;
    private final LongSupplier clockMillis;
    private final Map<QuotaKind, Meters<SampledRate>> rates = new EnumMap<>(QuotaKind.class);
    private final Meters<TokenBucket> buckets;
    private final QuotaCounts counts = new QuotaCounts();
    private final ConnectionRates connectionRates;
    private volatile Snapshot rules = Snapshot.of(Map.of());

    private record Snapshot(
            QuotaRules produce,
            QuotaRules fetch,
            QuotaRules requestTime,
            QuotaRules mutation,
            boolean active) {
        static Snapshot of(Map<ClientQuotaEntity, Map<String, Double>> quotas) {
            QuotaRules produce = new QuotaRules(quotas, QuotaKind.PRODUCE);
            QuotaRules fetch = new QuotaRules(quotas, QuotaKind.FETCH);
            QuotaRules time = new QuotaRules(quotas, QuotaKind.REQUEST_TIME);
            return new Snapshot(
                    produce,
                    fetch,
                    time,
                    new QuotaRules(quotas, QuotaKind.CONTROLLER_MUTATION),
                    !produce.isEmpty() || !fetch.isEmpty() || !time.isEmpty());
        }

        QuotaRules of(QuotaKind kind) {
            return switch (kind) {
                case PRODUCE -> produce;
                case FETCH -> fetch;
                case REQUEST_TIME -> requestTime;
                case CONTROLLER_MUTATION -> mutation;
            };
        }
    }

    /**
     * @param windows of rates
     * @param mutationWindows of the tokens of controller mutations
     * @param clockMillis that never goes back
     */
    public ClientQuotas(Windows windows, Windows mutationWindows, LongSupplier clockMillis) {
        this(windows, mutationWindows, clockMillis, MOST_ENTITIES);
    }

    ClientQuotas(
            Windows windows, Windows mutationWindows, LongSupplier clockMillis, int mostEntities) {
        this.windows = windows;
        this.clockMillis = clockMillis;
        for (QuotaKind kind : QuotaKind.values()) {
            rates.put(kind, new Meters<>(mostEntities, () -> new SampledRate(windows)));
        }
        this.buckets = new Meters<>(mostEntities, () -> new TokenBucket(mutationWindows));
        this.connectionRates = new ConnectionRates(windows, clockMillis, counts);
    }

    /** Without any rule. */
    public static ClientQuotas none() {
        Windows windows = Windows.ofSeconds(11, 1);
        return new ClientQuotas(
                windows, windows, () -> TimeUnit.NANOSECONDS.toMillis(System.nanoTime()));
    }

    /** Has these rules hold from now on. What has been measured stays. */
    public void set(Map<ClientQuotaEntity, Map<String, Double>> quotas) {
        rules = Snapshot.of(quotas);
    }

    /** Whether requests have to be charged. */
    public boolean isActive() {
        return rules.active();
    }

    /** Whether the time that requests take has to be measured. */
    public boolean countsTime() {
        return !rules.requestTime().isEmpty();
    }

    /** A produce request; for how many milliseconds its client is to be silent. */
    public int produced(String user, String clientId, long bytes) {
        return charge(QuotaKind.PRODUCE, user, clientId, bytes);
    }

    /**
     * What becomes of a fetch.
     *
     * @param throttleMillis for how long its client is to be silent
     * @param empty whether it gets no records now
     */
    public record FetchVerdict(int throttleMillis, boolean empty) {
        static final FetchVerdict FREE = new FetchVerdict(0, false);
    }

    /**
     * An answer to a fetch that is about to leave. When it is above the quota it is not counted,
     * and an empty one is to be sent instead; but for the first one after a time without any, since
     * a batch that is larger than the quota would never leave.
     */
    public FetchVerdict fetched(String user, String clientId, long bytes) {
        QuotaRules.Rule rule = rules.fetch().find(user, clientId);
        if (rule == null) {
            return FetchVerdict.FREE;
        }
        long now = clockMillis.getAsLong();
        SampledRate meter = meter(QuotaKind.FETCH, rule, user, clientId, now);
        boolean first = meter.isIdle(now);
        int millis = Quantities.millis(meter.add(bytes, rule.bound(), now));
        if (millis == 0) {
            return FetchVerdict.FREE;
        }
        if (!first) {
            meter.put(-bytes, now);
        }
        counts.throttled(QuotaKind.FETCH, millis);
        return new FetchVerdict(millis, !first);
    }

    /** Records that leave whatever the quota says, since others wait for what becomes of them. */
    public int delivered(String user, String clientId, long bytes) {
        return charge(QuotaKind.FETCH, user, clientId, bytes);
    }

    /** Most that one fetch may be given: what the quota gives in all samples but one. */
    public int mostFetchBytes(String user, String clientId) {
        QuotaRules.Rule rule = rules.fetch().find(user, clientId);
        if (rule == null) {
            return Integer.MAX_VALUE;
        }
        long seconds = (windows.samples() - 1) * windows.sampleMillis() / 1000;
        return (int) Math.min(Integer.MAX_VALUE, rule.bound() * Math.max(1, seconds));
    }

    /** Time that a request took; throttled for one sample at most. */
    public int worked(String user, String clientId, long nanos) {
        return charge(QuotaKind.REQUEST_TIME, user, clientId, nanos * 100 / 1e9);
    }

    private int charge(QuotaKind kind, String user, String clientId, double amount) {
        QuotaRules.Rule rule = rules.of(kind).find(user, clientId);
        if (rule == null) {
            return 0;
        }
        long now = clockMillis.getAsLong();
        SampledRate meter = meter(kind, rule, user, clientId, now);
        long millis = meter.add(amount, rule.bound(), now);
        if (kind == QuotaKind.REQUEST_TIME) {
            millis = Math.min(millis, windows.sampleMillis());
        }
        return counts.throttled(kind, Quantities.millis(millis));
    }

    private SampledRate meter(
            QuotaKind kind, QuotaRules.Rule rule, String user, String clientId, long nowMillis) {
        return Objects.requireNonNull(rates.get(kind)).of(rule.scope(), user, clientId, nowMillis);
    }

    /**
     * What one request may create and delete.
     *
     * @param strict whether its client understands THROTTLING_QUOTA_EXCEEDED
     */
    public Mutations mutations(String user, String clientId, boolean strict) {
        QuotaRules.Rule rule = rules.mutation().find(user, clientId);
        if (rule == null) {
            return Mutations.UNBOUNDED;
        }
        TokenBucket bucket = buckets.of(rule.scope(), user, clientId, clockMillis.getAsLong());
        return new Mutations(bucket, rule.bound(), strict, clockMillis, counts);
    }

    public ConnectionRates connectionRates() {
        return connectionRates;
    }

    public QuotaCounts counts() {
        return counts;
    }

    /** Entities that are measured now. */
    public int tracked(QuotaKind kind) {
        return kind == QuotaKind.CONTROLLER_MUTATION
                ? buckets.size()
                : Objects.requireNonNull(rates.get(kind)).size();
    }
}
