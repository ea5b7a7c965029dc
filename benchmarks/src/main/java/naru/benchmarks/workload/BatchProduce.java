package naru.benchmarks.workload;

import naru.benchmarks.load.ProtocolLoad.Outcome;
import naru.benchmarks.load.RecordBatches;
import naru.benchmarks.report.Metric;

import org.apache.kafka.common.record.internal.MemoryRecords;

import java.io.IOException;
import java.time.Duration;
import java.util.Map;

/** Batches of 64 KB, one a request, over four connections. */
public record BatchProduce(String name, short acks) implements Workload {
    static final int RECORDS_PER_BATCH = 64;
    static final int VALUE_BYTES = 1_000;
    private static final int CONNECTIONS = 4;
    private static final Duration BOUND = Duration.ofSeconds(30);

    @Override
    public Map<Metric, Double> run(Target target, Scale scale) throws IOException {
        return target.onTopic(
                CONNECTIONS,
                target.product().topicConfigs(),
                topic -> {
                    MemoryRecords batch = RecordBatches.of(RECORDS_PER_BATCH, VALUE_BYTES);
                    int requests = scale.batchMegabytes() * 1_000_000 / batch.sizeInBytes();
                    double before = target.broker().cpuSeconds();
                    Outcome outcome =
                            target.load().produce(topic, batch, acks, CONNECTIONS, requests, BOUND);
                    return Figures.perByte(outcome, target.broker().cpuSeconds() - before);
                });
    }
}
