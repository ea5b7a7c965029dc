package naru.benchmarks.workload;

import naru.benchmarks.load.ProtocolLoad.Outcome;
import naru.benchmarks.load.RecordBatches;
import naru.benchmarks.report.Metric;

import java.io.IOException;
import java.util.Map;

/**
 * Small records that are acknowledged only when they are on disk: {@code naru.ack=fsync}, and for
 * Apache Kafka {@code flush.messages=1}, which promises the same.
 */
public record DurableProduce(String name) implements Workload {
    private static final int CONNECTIONS = 64;
    private static final int PARTITIONS = 8;
    private static final int MOST_REQUESTS = 1_000_000;

    @Override
    public Map<Metric, Double> run(Target target, Scale scale) throws IOException {
        return target.onTopic(
                PARTITIONS,
                target.product().durableTopicConfigs(),
                topic -> {
                    double before = target.broker().cpuSeconds();
                    Outcome outcome =
                            target.load()
                                    .produce(
                                            topic,
                                            RecordBatches.of(1, 100),
                                            (short) -1,
                                            CONNECTIONS,
                                            MOST_REQUESTS,
                                            scale.durable());
                    return Figures.perRequest(outcome, target.broker().cpuSeconds() - before);
                });
    }
}
