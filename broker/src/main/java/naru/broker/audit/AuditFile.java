package naru.broker.audit;

import static java.nio.charset.StandardCharsets.UTF_8;

import naru.broker.transport.Request;

import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.resource.ResourceType;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Clock;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * An audit trail in a file.
 *
 * <p>Threads: any tells; one of its own writes. Whoever tells never waits: what the queue or the
 * rate has no room for is counted, and the count is written.
 *
 * <p>Failures: what cannot be written is counted as dropped and reported in the log, once for each
 * series of failures.
 */
public final class AuditFile implements AuditTrail, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger("naru.audit");
    private static final int MOST_WAITING = 10_000;
    private static final long LONGEST_REST_MILLIS = 500;
    private static final long CLOSE_WITHIN_MILLIS = 5_000;

    /**
     * @param file its folder must be there
     * @param maxBytes size above which it is put aside as FILE.1, FILE.2 and so on
     * @param keptFiles how many are kept beside the one that is written
     */
    public record Options(
            Path file, AuditLevel level, int maxPerSecond, long maxBytes, int keptFiles) {}

    private final Options options;
    private final Clock clock;
    private final RotatingFile file;
    private final RateBound rate;
    private final BlockingQueue<AuditEntry> waiting = new ArrayBlockingQueue<>(MOST_WAITING);
    private final AtomicLong dropped = new AtomicLong();
    private final Thread writer;
    private volatile boolean closed;
    private boolean failing;

    /**
     * @throws IOException when the file cannot be written
     */
    public static AuditFile open(Options options, Clock clock) throws IOException {
        return new AuditFile(
                options,
                clock,
                RotatingFile.open(options.file(), options.maxBytes(), options.keptFiles()));
    }

    private AuditFile(Options options, Clock clock, RotatingFile file) {
        this.options = options;
        this.clock = clock;
        this.file = file;
        this.rate = new RateBound(options.maxPerSecond());
        this.writer = Thread.ofPlatform().daemon().name("audit").start(this::run);
    }

    @Override
    public void onDecision(
            Request request,
            AclOperation operation,
            ResourceType type,
            String name,
            boolean allowed) {
        if (options.level().includes(operation, allowed) && mayAdd()) {
            add(
                    new AuditEntry.Decision(
                            clock.instant(),
                            AuditEntry.Asked.of(request),
                            operation,
                            type,
                            name,
                            allowed));
        }
    }

    @Override
    public void onChange(Request request, String what) {
        if (options.level().includesChanges() && mayAdd()) {
            add(new AuditEntry.Change(clock.instant(), AuditEntry.Asked.of(request), what));
        }
    }

    @Override
    public void onAuthenticationFailed(
            String listenerName,
            InetAddress client,
            String mechanism,
            @Nullable String claimedName,
            String reason) {
        if (mayAdd()) {
            add(
                    new AuditEntry.AuthenticationFailed(
                            clock.instant(), listenerName, client, mechanism, claimedName, reason));
        }
    }

    private boolean mayAdd() {
        boolean may = rate.admits(clock.millis());
        if (!may) {
            dropped.incrementAndGet();
        }
        return may;
    }

    private void add(AuditEntry entry) {
        if (closed || !waiting.offer(entry)) {
            dropped.incrementAndGet();
        }
    }

    private void run() {
        boolean last = false;
        while (!last) {
            last = closed;
            AuditEntry entry = next(last);
            while (entry != null) {
                write(entry);
                entry = waiting.poll();
            }
            tellDropped();
            flush();
        }
    }

    private @Nullable AuditEntry next(boolean atOnce) {
        try {
            return atOnce
                    ? waiting.poll()
                    : waiting.poll(LONGEST_REST_MILLIS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException nobodyInterrupts) {
            return null;
        }
    }

    private void tellDropped() {
        long count = dropped.getAndSet(0);
        if (count > 0) {
            write(new AuditEntry.Dropped(clock.instant(), count));
        }
    }

    private void write(AuditEntry entry) {
        long entries = entry instanceof AuditEntry.Dropped many ? many.count() : 1;
        if (entries == 0) {
            return;
        }
        try {
            file.append((entry.json() + "\n").getBytes(UTF_8));
            failing = false;
        } catch (IOException e) {
            onFault(e);
            dropped.addAndGet(entries);
        }
    }

    private void flush() {
        try {
            file.flush();
        } catch (IOException e) {
            onFault(e);
        }
    }

    private void onFault(IOException e) {
        if (!failing) {
            failing = true;
            LOG.error(
                    "the audit log {} cannot be written: {}. Requests go on; entries are lost"
                            + " until there is room or permission",
                    options.file(),
                    e.toString());
        }
    }

    /** Writes what waits. */
    @Override
    public void close() throws IOException {
        closed = true;
        var _ = waiting.offer(new AuditEntry.Dropped(clock.instant(), 0)); // wakes the writer
        try {
            writer.join(CLOSE_WITHIN_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        file.close();
    }
}
