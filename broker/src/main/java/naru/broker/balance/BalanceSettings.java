package naru.broker.balance;

import java.util.Map;

/**
 * What the configuration says of balance, at one moment.
 *
 * @param threshold how far a node may be from the mean, as a part of it
 * @param leaders {@code auto.leader.rebalance.enable}
 * @param replicas how many the partitions of these topics shall have, when there are so many nodes
 */
public record BalanceSettings(
        boolean enabled,
        long intervalMillis,
        double threshold,
        long bytesPerSecond,
        boolean leaders,
        Map<String, Integer> replicas) {}
