package naru.broker.transport;

import org.apache.kafka.common.protocol.ApiKeys;

import java.util.concurrent.atomic.AtomicLongArray;

/**
 * What one loop has done. Written by the loop's thread alone with ordered stores, read by whoever
 * asks for metrics; a reader may see one request's counters half updated.
 */
public final class TransportStats {
    /** Upper bounds of the latency buckets, in nanoseconds; above the last there is one more. */
    private static final long[] BUCKET_NANOS = {
        50_000,
        100_000,
        250_000,
        500_000,
        1_000_000,
        2_500_000,
        5_000_000,
        10_000_000,
        25_000_000,
        50_000_000,
        100_000_000,
        250_000_000,
        500_000_000,
        1_000_000_000,
        5_000_000_000L,
        30_000_000_000L
    };

    /** Ids of the APIs stay below this. */
    public static final int APIS = 1 + highestApiId();

    private final AtomicLongArray requests = new AtomicLongArray(APIS);
    private final AtomicLongArray failures = new AtomicLongArray(APIS);
    private final AtomicLongArray nanos = new AtomicLongArray(APIS);
    private final AtomicLongArray buckets = new AtomicLongArray(APIS * (BUCKET_NANOS.length + 1));
    private final AtomicLongArray totals = new AtomicLongArray(Total.values().length);

    /** Counters that belong to no API. */
    public enum Total {
        BYTES_RECEIVED(0),
        BYTES_SENT(1),
        CONNECTIONS_ACCEPTED(2),
        CONNECTIONS_CLOSED(3),
        CONNECTIONS_REFUSED(4),
        FRAMES_REFUSED(5),
        HANDSHAKES(6),
        HANDSHAKES_FAILED(7),
        LOGINS(8),
        LOGINS_FAILED(9);

        private final int index;

        Total(int index) {
            this.index = index;
        }
    }

    private static int highestApiId() {
        int highest = 0;
        for (ApiKeys api : ApiKeys.values()) {
            highest = Math.max(highest, api.id);
        }
        return highest;
    }

    void answered(short apiId, long tookNanos) {
        increment(requests, apiId, 1);
        increment(nanos, apiId, tookNanos);
        increment(buckets, apiId * (BUCKET_NANOS.length + 1) + bucketOf(tookNanos), 1);
    }

    void failed(short apiId) {
        increment(failures, apiId, 1);
    }

    void add(Total total, long amount) {
        increment(totals, total.index, amount);
    }

    private static void increment(AtomicLongArray array, int index, long amount) {
        array.lazySet(index, array.getPlain(index) + amount);
    }

    private static int bucketOf(long tookNanos) {
        int bucket = 0;
        while (bucket < BUCKET_NANOS.length && tookNanos > BUCKET_NANOS[bucket]) {
            bucket++;
        }
        return bucket;
    }

    public static double[] bucketSeconds() {
        double[] seconds = new double[BUCKET_NANOS.length];
        for (int i = 0; i < seconds.length; i++) {
            seconds[i] = BUCKET_NANOS[i] / 1e9;
        }
        return seconds;
    }

    public long requests(int apiId) {
        return requests.get(apiId);
    }

    /** Requests answered with an error for the request as a whole. */
    public long failures(int apiId) {
        return failures.get(apiId);
    }

    public double seconds(int apiId) {
        return nanos.get(apiId) / 1e9;
    }

    /** Requests in a latency bucket; the index after the last bound counts those above it. */
    public long bucket(int apiId, int bucket) {
        return buckets.get(apiId * (BUCKET_NANOS.length + 1) + bucket);
    }

    public long total(Total total) {
        return totals.get(total.index);
    }
}
