package naru.broker.balance;

/**
 * What the configuration says of balance, at one moment.
 *
 * @param threshold how far a node may be from the mean, as a part of it
 * @param leaders {@code auto.leader.rebalance.enable}
 */
public record BalanceSettings(
        boolean enabled,
        long intervalMillis,
        double threshold,
        long bytesPerSecond,
        boolean leaders) {}
