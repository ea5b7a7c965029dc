package naru.benchmarks.load;

import org.apache.kafka.common.record.internal.MemoryRecords;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;

/** Loads over the bare protocol, against one broker. */
public final class ProtocolLoad {
    private static final int DISCARD_BYTES = 1 << 20;

    private final String bootstrap;

    public ProtocolLoad(String bootstrap) {
        this.bootstrap = bootstrap;
    }

    /** What a load did: requests answered, bytes of records moved, wall time, latencies. */
    public record Outcome(int requests, long recordBytes, double seconds, Latencies latencies) {}

    /** Connections spread over the partitions, each sending the same batch again and again. */
    public Outcome produce(
            Topic topic,
            MemoryRecords batch,
            short acks,
            int connections,
            int requests,
            Duration bound)
            throws IOException {
        List<ProduceConversation> conversations =
                IntStream.range(0, connections)
                        .mapToObj(i ->
                                new ProduceConversation(topic, i % topic.partitions(), batch, acks))
                        .toList();
        Latencies latencies = new Latencies(requests);
        try (ClosedLoop loop = new ClosedLoop(bootstrap, conversations)) {
            ClosedLoop.Run run = loop.run(requests, bound, latencies);
            long bytes = (long) run.requests() * batch.sizeInBytes();
            return new Outcome(run.requests(), bytes, run.seconds(), latencies);
        }
    }

    /** Fills one partition with so many times the same batch, over one connection. */
    public void produceTo(
            Topic topic, int partition, MemoryRecords batch, int requests, Duration bound)
            throws IOException {
        ProduceConversation conversation =
                new ProduceConversation(topic, partition, batch, (short) 1);
        try (ClosedLoop loop = new ClosedLoop(bootstrap, List.of(conversation))) {
            int answered = loop.run(requests, bound, new Latencies(requests)).requests();
            if (answered < requests) {
                throw new IOException(
                        "filled " + answered + " of " + requests + " batches in " + bound);
            }
        }
    }

    /**
     * One connection per partition reads it in rounds; every partition holds so many times the same
     * batch, from offset 0.
     */
    public Outcome fetch(
            Topic topic,
            MemoryRecords batch,
            int recordsPerBatch,
            int batchesPerPartition,
            int requests,
            Duration bound)
            throws IOException {
        FetchConversation.FetchPlan plan =
                new FetchConversation.FetchPlan(
                        batch.sizeInBytes(),
                        recordsPerBatch,
                        (long) recordsPerBatch * batchesPerPartition);
        ByteBuffer discard = ByteBuffer.allocateDirect(DISCARD_BYTES);
        List<FetchConversation> conversations =
                IntStream.range(0, topic.partitions())
                        .mapToObj(i -> new FetchConversation(topic, i, plan, 1 << 20, discard))
                        .toList();
        Latencies latencies = new Latencies(requests);
        try (ClosedLoop loop = new ClosedLoop(bootstrap, conversations)) {
            ClosedLoop.Run run = loop.run(requests, bound, latencies);
            long bytes = conversations.stream().mapToLong(FetchConversation::recordBytes).sum();
            return new Outcome(run.requests(), bytes, run.seconds(), latencies);
        }
    }
}
