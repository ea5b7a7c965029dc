package naru.broker.quota;

import org.apache.kafka.common.errors.ThrottlingQuotaExceededException;

import java.util.function.IntConsumer;
import java.util.function.LongSupplier;

/**
 * Partitions that one request creates and deletes, taken from its client's tokens (KIP-599). The
 * controller calls it before it changes anything.
 *
 * <p>Threads: any.
 */
public final class Mutations implements IntConsumer {
    static final Mutations UNBOUNDED = new Mutations();

    private final TokenBucket bucket;
    private final double perSecond;
    private final boolean strict;
    private final LongSupplier clockMillis;
    private final QuotaCounts counts;

    private Mutations() {
        this(
                new TokenBucket(new Windows(1, 1)),
                Double.POSITIVE_INFINITY,
                false,
                () -> 0,
                new QuotaCounts());
    }

    /**
     * @param strict whether the client understands a refusal; others are only throttled
     */
    Mutations(
            TokenBucket bucket,
            double perSecond,
            boolean strict,
            LongSupplier clockMillis,
            QuotaCounts counts) {
        this.bucket = bucket;
        this.perSecond = perSecond;
        this.strict = strict;
        this.clockMillis = clockMillis;
        this.counts = counts;
    }

    /**
     * @throws ThrottlingQuotaExceededException when the client has no tokens left and understands
     *     it
     */
    @Override
    public void accept(int partitions) {
        if (perSecond == Double.POSITIVE_INFINITY) {
            return;
        }
        long now = clockMillis.getAsLong();
        if (!strict) {
            bucket.take(partitions, perSecond, now);
        } else if (!bucket.takeIfAny(partitions, perSecond, now)) {
            throw new ThrottlingQuotaExceededException(
                    Quantities.millis(bucket.waitMillis(perSecond, now)),
                    "The throttling quota has been exceeded: controller_mutation_rate is "
                            + perSecond
                            + " partitions a second.");
        }
    }

    /** For how long the client is to be silent now; asked once, when the request is answered. */
    public int throttleMillis() {
        return perSecond == Double.POSITIVE_INFINITY
                ? 0
                : counts.throttled(
                        QuotaKind.CONTROLLER_MUTATION,
                        Quantities.millis(bucket.waitMillis(perSecond, clockMillis.getAsLong())));
    }
}
