package naru.broker.telemetry;

import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.utils.BufferSupplier;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * Client instances that push metrics, and what they pushed last.
 *
 * <p>Threads: any. Bounded: when there are too many instances the one that was silent longest goes;
 * series beyond the bounds are left out and counted.
 */
public final class ClientTelemetry {
    /** Client instances that are remembered. */
    static final int MOST_INSTANCES = 1000;

    /** Series of all of them together. */
    static final int MOST_SERIES = 20_000;

    private static final long IDLE_MILLIS = 60_000;
    private static final long SWEEP_MILLIS = 1000;

    private final int maxBytes;
    private final int mostInstances;
    private final LongSupplier clockMillis;
    private final Map<Uuid, ClientInstance> instances = new LinkedHashMap<>(16, 0.75f, true);
    private final AtomicLong pushes = new AtomicLong();
    private final AtomicLong leftOut = new AtomicLong();
    private long sweptMillis;
    private volatile List<Subscription> subscriptions = List.of();

    /**
     * @param maxBytes of a push, packed and unpacked ({@code telemetry.max.bytes})
     * @param clockMillis that never goes back
     */
    public ClientTelemetry(int maxBytes, LongSupplier clockMillis) {
        this(maxBytes, clockMillis, MOST_INSTANCES);
    }

    ClientTelemetry(int maxBytes, LongSupplier clockMillis, int mostInstances) {
        this.maxBytes = maxBytes;
        this.clockMillis = clockMillis;
        this.mostInstances = mostInstances;
        this.sweptMillis = clockMillis.getAsLong();
    }

    public int maxBytes() {
        return maxBytes;
    }

    /**
     * What is wanted from now on.
     *
     * @param resources the settings of each client metrics resource
     */
    public void set(Collection<Map<String, String>> resources) {
        subscriptions = resources.stream().map(Subscription::of).toList();
    }

    /**
     * What a client is asked for.
     *
     * @param error THROTTLING_QUOTA_EXCEEDED when it asks too early; the rest is then empty
     */
    public record Asked(
            Errors error, int subscriptionId, List<String> metrics, int pushIntervalMillis) {}

    public Asked ask(Uuid instanceId, ClientTraits client) {
        long now = clockMillis.getAsLong();
        ClientInstance instance = instance(instanceId, now);
        if (!instance.mayAsk(now)) {
            return new Asked(Errors.THROTTLING_QUOTA_EXCEEDED, 0, List.of(), 0);
        }
        Wish wish = Wish.of(instanceId, client, subscriptions);
        instance.asked(wish);
        return new Asked(Errors.NONE, wish.id(), wish.metrics(), wish.intervalMillis());
    }

    /** Whether a push may be read; NONE when it may. */
    public Errors admit(
            Uuid instanceId,
            ClientTraits client,
            int subscriptionId,
            boolean terminating,
            int compressionType,
            int sizeBytes) {
        if (instanceId.equals(Uuid.ZERO_UUID)) {
            return Errors.INVALID_REQUEST;
        }
        long now = clockMillis.getAsLong();
        ClientInstance instance = instance(instanceId, now);
        if (instance.endsAgain(terminating)) {
            return Errors.INVALID_REQUEST;
        }
        if (!instance.mayPush(now, terminating)) {
            return Errors.THROTTLING_QUOTA_EXCEEDED;
        }
        if (Wish.of(instanceId, client, subscriptions).id() != subscriptionId) {
            instance.letAskAgain();
            return Errors.UNKNOWN_SUBSCRIPTION_ID;
        }
        if (compressionType < 0 || compressionType > CompressionType.ZSTD.id) {
            instance.letAskAgain();
            return Errors.UNSUPPORTED_COMPRESSION_TYPE;
        }
        return sizeBytes > maxBytes ? Errors.TELEMETRY_TOO_LARGE : Errors.NONE;
    }

    /** Reads a push that was admitted. Takes as long as unpacking does. */
    public Errors take(Uuid instanceId, ClientTraits client, int compressionType, byte[] packed) {
        List<OtlpPoint> points;
        try {
            byte[] bytes = unpacked(CompressionType.forId(compressionType), packed);
            if (bytes == null) {
                return Errors.TELEMETRY_TOO_LARGE;
            }
            points = OtlpReader.read(bytes, ClientInstance.MOST_SERIES);
        } catch (IOException | RuntimeException notReadable) {
            return Errors.INVALID_RECORD;
        }
        pushes.incrementAndGet();
        ClientInstance instance = instance(instanceId, clockMillis.getAsLong());
        boolean mayGrow = seriesCount() + points.size() <= MOST_SERIES;
        for (OtlpPoint point : points) {
            Series series = Series.of(point, client);
            if (!instance.put(series, point.value(), point.delta(), mayGrow) && !mayGrow) {
                leftOut.incrementAndGet();
            }
        }
        return Errors.NONE;
    }

    private byte @Nullable [] unpacked(CompressionType type, byte[] packed) throws IOException {
        if (type == CompressionType.NONE) {
            return packed;
        }
        try (InputStream in =
                Compression.of(type)
                        .build()
                        .wrapForInput(
                                ByteBuffer.wrap(packed),
                                RecordBatch.CURRENT_MAGIC_VALUE,
                                BufferSupplier.NO_CACHING)) {
            byte[] bytes = in.readNBytes(maxBytes + 1);
            return bytes.length > maxBytes ? null : bytes;
        }
    }

    private synchronized ClientInstance instance(Uuid id, long nowMillis) {
        ClientInstance known = instances.get(id);
        if (known != null) {
            return known;
        }
        sweep(nowMillis);
        if (instances.size() >= mostInstances) {
            Iterator<Uuid> oldest = instances.keySet().iterator();
            oldest.next();
            oldest.remove();
        }
        ClientInstance fresh = new ClientInstance();
        instances.put(id, fresh);
        return fresh;
    }

    private void sweep(long nowMillis) {
        if (nowMillis - sweptMillis >= SWEEP_MILLIS) {
            sweptMillis = nowMillis;
            instances.values().removeIf(each -> each.isIdle(nowMillis, IDLE_MILLIS));
        }
    }

    private synchronized int seriesCount() {
        int count = 0;
        for (ClientInstance instance : instances.values()) {
            count += instance.size();
        }
        return count;
    }

    /** Instances that are remembered now. */
    public synchronized int instanceCount() {
        sweep(clockMillis.getAsLong());
        return instances.size();
    }

    public long pushes() {
        return pushes.get();
    }

    /** Series that were left out because there were too many. */
    public long leftOut() {
        return leftOut.get();
    }

    /** The last numbers of every instance. */
    public List<Map<Series, Double>> values() {
        List<ClientInstance> all;
        synchronized (this) {
            sweep(clockMillis.getAsLong());
            all = new ArrayList<>(instances.values());
        }
        return all.stream().map(ClientInstance::values).toList();
    }
}
