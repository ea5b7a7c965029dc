package naru.coordination.group.consumer;

/**
 * How soon a member is to be heard of again. Members that are heard of often learn soon that they
 * have to give something up; so that this costs little, a shard asks for a bounded number of
 * heartbeats a second and the interval grows with its members up to the configured one.
 */
public final class HeartbeatPace {
    /** Of a member that waits for what others give up. */
    private static final int WAITING_MILLIS = 50;

    /** Who has not given up by then is not quick, and asking often does not help. */
    private static final long WAITING_FOR_MILLIS = 10_000;

    /** What a shard asks for at most, as long as the configured interval allows it. */
    private static final int HEARTBEATS_PER_SECOND = 100;

    private HeartbeatPace() {}

    /**
     * @param configuredMillis never exceeded
     * @param attentiveMillis never less, but while waiting; 0 for always the configured
     * @param members of the shard
     * @param waitsSinceMillis when the member began to wait for others, or -1
     */
    public static int intervalMillis(
            int configuredMillis,
            int attentiveMillis,
            int members,
            long waitsSinceMillis,
            long nowMillis) {
        if (attentiveMillis == 0) {
            return configuredMillis;
        }
        long fair = members * 1_000L / HEARTBEATS_PER_SECOND;
        boolean waits = waitsSinceMillis >= 0 && nowMillis < waitsSinceMillis + WAITING_FOR_MILLIS;
        int least = waits ? Math.min(WAITING_MILLIS, attentiveMillis) : attentiveMillis;
        return (int) Math.min(configuredMillis, Math.max(least, fair));
    }
}
