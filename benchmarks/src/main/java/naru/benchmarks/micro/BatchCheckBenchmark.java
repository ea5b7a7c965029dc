package naru.benchmarks.micro;

import naru.wire.BatchCheck;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

import java.util.concurrent.TimeUnit;

/** What a produce request's batch costs before it may enter a log: framing, CRC, records. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class BatchCheckBenchmark {
    private final BatchCheck.Limits limits =
            new BatchCheck.Limits(
                    BatchCheck.Source.CLIENT,
                    1_048_588,
                    true,
                    true,
                    false,
                    Long.MAX_VALUE,
                    Long.MAX_VALUE,
                    System.currentTimeMillis(),
                    false);

    private final BatchBuffer small = new BatchBuffer(1, 100);
    private final BatchBuffer large = new BatchBuffer(64, 1_000);

    /** One record of 100 bytes. */
    @Benchmark
    public BatchCheck.Outcome oneRecord() {
        return sound(BatchCheck.check(small.fresh(), limits));
    }

    /** 64 KB in 64 records. */
    @Benchmark
    public BatchCheck.Outcome batchOf64Kilobytes() {
        return sound(BatchCheck.check(large.fresh(), limits));
    }

    private static BatchCheck.Outcome sound(BatchCheck.Outcome outcome) {
        return switch (outcome) {
            case BatchCheck.Sound sound -> sound;
            case BatchCheck.Broken broken -> throw new IllegalStateException(broken.message());
        };
    }
}
