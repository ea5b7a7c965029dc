package naru.benchmarks.workload;

import naru.benchmarks.load.ProtocolLoad.Outcome;
import naru.benchmarks.load.RecordBatches;
import naru.benchmarks.report.Metric;

import java.io.IOException;
import java.time.Duration;
import java.util.Map;

/** One record of 100 bytes a request, 32 connections with one request in flight each. */
public record SmallProduce(String name, short acks) implements Workload {
    private static final int CONNECTIONS = 32;
    private static final int PARTITIONS = 8;
    private static final Duration BOUND = Duration.ofSeconds(30);

    @Override
    public Map<Metric, Double> run(Target target, Scale scale) throws IOException {
        return target.onTopic(
                PARTITIONS,
                target.product().topicConfigs(),
                topic -> {
                    double before = target.broker().cpuSeconds();
                    Outcome outcome =
                            target.load()
                                    .produce(
                                            topic,
                                            RecordBatches.of(1, 100),
                                            acks,
                                            CONNECTIONS,
                                            scale.smallRequests(),
                                            BOUND);
                    return Figures.perRequest(outcome, target.broker().cpuSeconds() - before);
                });
    }
}
