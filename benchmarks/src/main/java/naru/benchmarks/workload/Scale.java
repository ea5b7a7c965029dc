package naru.benchmarks.workload;

import java.time.Duration;

/**
 * How much of everything is done, all of it bounded.
 *
 * @param rounds measured rounds of the rows that load a running broker, after one that warms
 * @param lifecycleRounds rounds of the rows that start a broker of their own
 * @param smallRequests requests of the rows that send one record each
 * @param batchMegabytes volume of the row of 64 KB batches
 * @param producerMegabytes volume of each row of the Java producer, before compression
 * @param fetchMegabytes volume that stands in the topic which is fetched
 * @param fetchPasses how often it is fetched
 * @param endToEnd how long records flow at a steady rate
 * @param durable how long records are produced that must be on disk before they are acknowledged
 * @param transactions how long transactions are committed
 * @param joins how often a second member joins a group
 * @param settle pause before a broker counts as idle
 * @param idle how long idleness is measured
 * @param partitions how many are created at once
 * @param pageCacheMegabytes memory that is touched beforehand, so that no row pays for it
 */
public record Scale(
        int rounds,
        int lifecycleRounds,
        int smallRequests,
        int batchMegabytes,
        int producerMegabytes,
        int fetchMegabytes,
        int fetchPasses,
        Duration endToEnd,
        Duration durable,
        Duration transactions,
        int joins,
        Duration settle,
        Duration idle,
        int partitions,
        int pageCacheMegabytes) {

    /** About a quarter of an hour. */
    public static final Scale FULL =
            new Scale(
                    5,
                    3,
                    200_000,
                    512,
                    384,
                    384,
                    10,
                    Duration.ofSeconds(12),
                    Duration.ofSeconds(4),
                    Duration.ofSeconds(6),
                    4,
                    Duration.ofSeconds(8),
                    Duration.ofSeconds(25),
                    1_000,
                    1_536);

    /** About three minutes. */
    public static final Scale QUICK =
            new Scale(
                    2,
                    1,
                    60_000,
                    192,
                    96,
                    128,
                    8,
                    Duration.ofSeconds(5),
                    Duration.ofSeconds(2),
                    Duration.ofSeconds(4),
                    2,
                    Duration.ofSeconds(5),
                    Duration.ofSeconds(10),
                    1_000,
                    768);
}
