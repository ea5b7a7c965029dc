package naru.log.compaction;

/**
 * What a node's cleaner has to be told, in the meaning of Kafka's {@code log.cleaner.} settings.
 *
 * @param enabled whether anything is ever compacted
 * @param threads how many logs are cleaned at the same time
 * @param dedupeBufferBytes memory for keys, of all threads together
 * @param loadFactor how full the table of keys may be, 0 to 1
 * @param ioBufferBytes memory for reading and writing, of all threads together
 * @param maxBytesPerSecond most bytes read and written, of all threads together
 * @param backoffMillis how long to wait when no log is worth cleaning
 */
public record CompactionSettings(
        boolean enabled,
        int threads,
        long dedupeBufferBytes,
        double loadFactor,
        int ioBufferBytes,
        double maxBytesPerSecond,
        long backoffMillis) {

    /** Kafka's defaults. */
    public static final CompactionSettings DEFAULTS =
            new CompactionSettings(true, 1, 128L << 20, 0.9, 512 << 10, Double.MAX_VALUE, 15_000);
}
