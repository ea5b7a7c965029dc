package naru.benchmarks.micro;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

import java.util.concurrent.TimeUnit;

/**
 * Append to a partition's log in the page cache, check included. An iteration appends a fixed
 * number of batches to an empty log, so that the volume stays bounded.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 15)
@Measurement(iterations = 15)
@Fork(1)
public class LogAppendBenchmark {
    private static final int SMALL_BATCHES = 20_000;
    private static final int LARGE_BATCHES = 1_500;

    private final BatchBuffer small = new BatchBuffer(1, 100);
    private final BatchBuffer large = new BatchBuffer(64, 1_000);
    private final LogOnDisk disk = new LogOnDisk();

    @Setup(Level.Iteration)
    public void empty() {
        disk.log().truncateFullyAndStartAt(0);
    }

    @TearDown
    public void close() {
        disk.close();
    }

    /** One record of 100 bytes. */
    @Benchmark
    @OperationsPerInvocation(SMALL_BATCHES)
    public long oneRecord() {
        return append(small, SMALL_BATCHES);
    }

    /** 64 KB in 64 records. */
    @Benchmark
    @OperationsPerInvocation(LARGE_BATCHES)
    public long batchOf64Kilobytes() {
        return append(large, LARGE_BATCHES);
    }

    private long append(BatchBuffer batch, int times) {
        long offset = 0;
        for (int i = 0; i < times; i++) {
            offset = disk.append(batch.fresh());
        }
        return offset;
    }
}
