package naru.broker.replication;

import java.util.function.LongSupplier;

/**
 * How a follower fetches.
 *
 * @param brokerId of this broker
 * @param brokerEpoch of its present registration
 * @param maxWaitMillis {@code replica.fetch.wait.max.ms}
 * @param minBytes {@code replica.fetch.min.bytes}
 * @param maxBytes {@code replica.fetch.response.max.bytes}
 * @param partitionMaxBytes {@code replica.fetch.max.bytes}
 * @param backoffMillis {@code replica.fetch.backoff.ms}
 */
public record FetchTerms(
        int brokerId,
        LongSupplier brokerEpoch,
        int maxWaitMillis,
        int minBytes,
        int maxBytes,
        int partitionMaxBytes,
        int backoffMillis) {}
