package naru.benchmarks.workload;

import naru.benchmarks.load.ProtocolLoad.Outcome;
import naru.benchmarks.load.RecordBatches;
import naru.benchmarks.load.Topic;
import naru.benchmarks.report.Metric;

import org.apache.kafka.common.record.internal.MemoryRecords;

import java.io.IOException;
import java.time.Duration;
import java.util.Map;

/** Four readers of up to 1 MB a fetch, each on a partition of its own that is in the page cache. */
public record CachedFetch(String name) implements Workload {
    private static final int READERS = 4;
    private static final int FETCH_BYTES = 1 << 20;
    private static final Duration BOUND = Duration.ofSeconds(30);

    @Override
    public Map<Metric, Double> run(Target target, Scale scale) throws IOException {
        return target.onTopic(
                READERS,
                target.product().topicConfigs(),
                topic -> {
                    MemoryRecords batch =
                            RecordBatches.of(
                                    BatchProduce.RECORDS_PER_BATCH, BatchProduce.VALUE_BYTES);
                    long bytes = scale.fetchMegabytes() * 1_000_000L;
                    int batches = (int) (bytes / batch.sizeInBytes() / READERS);
                    fill(target, topic, batch, batches);
                    int requests = (int) (bytes * scale.fetchPasses() / FETCH_BYTES);
                    fetch(target, topic, batch, batches, requests / scale.fetchPasses());
                    double before = target.broker().cpuSeconds();
                    Outcome outcome = fetch(target, topic, batch, batches, requests);
                    return Figures.perByte(outcome, target.broker().cpuSeconds() - before);
                });
    }

    /**
     * One connection a partition and one request in flight: every partition gets the same share.
     */
    private static void fill(Target target, Topic topic, MemoryRecords batch, int batches)
            throws IOException {
        for (int partition = 0; partition < READERS; partition++) {
            target.load().produceTo(topic, partition, batch, batches, BOUND);
        }
    }

    private static Outcome fetch(
            Target target, Topic topic, MemoryRecords batch, int batches, int requests)
            throws IOException {
        return target.load()
                .fetch(topic, batch, BatchProduce.RECORDS_PER_BATCH, batches, requests, BOUND);
    }
}
