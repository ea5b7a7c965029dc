package naru.benchmarks.micro;

import naru.log.LogSlice;
import naru.log.ReadOutcome;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

import java.util.concurrent.TimeUnit;

/** Finding what may be sent to a reader, in a log of 64 MB; the bytes themselves stay put. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class LogReadBenchmark {
    private static final int BATCHES = 1_000;
    private static final int RECORDS_PER_BATCH = 64;

    private final LogOnDisk disk = new LogOnDisk();
    private long sequential;
    private long scattered;

    public LogReadBenchmark() {
        BatchBuffer batch = new BatchBuffer(RECORDS_PER_BATCH, 1_000);
        for (int i = 0; i < BATCHES; i++) {
            disk.append(batch.fresh());
        }
    }

    @TearDown
    public void close() {
        disk.close();
    }

    /** Up to 1 MB, each read beginning where the one before ended. */
    @Benchmark
    public LogSlice megabyteAfterMegabyte() {
        LogSlice slice = read(sequential, 1 << 20);
        sequential = slice.nextOffset() < disk.log().highWatermark() ? slice.nextOffset() : 0;
        return slice;
    }

    /** A small read at an offset within a batch, somewhere in the log. */
    @Benchmark
    public LogSlice somewhere() {
        scattered = (scattered + 48_271) % disk.log().highWatermark();
        return read(scattered, 1);
    }

    private LogSlice read(long offset, int maxBytes) {
        ReadOutcome outcome = disk.log().read(offset, disk.log().highWatermark(), maxBytes, true);
        return switch (outcome) {
            case ReadOutcome.Found found -> found.slice();
            case ReadOutcome.Nothing _ -> throw new IllegalStateException("nothing at " + offset);
            case ReadOutcome.OutOfRange _ -> throw new IllegalStateException("no " + offset);
        };
    }
}
