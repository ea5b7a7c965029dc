package naru.log;

import naru.log.segment.Segment;
import naru.log.segment.SegmentContext;
import naru.log.segment.Segments;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What of a log is durable, and who waits for more to be.
 *
 * <p>Threads: {@link #run} syncs outside the log's lock, one at a time; the offset may be read by
 * any. A truncation while a sync runs makes that sync count for nothing.
 */
final class LogSync {
    private static final Logger LOG = LoggerFactory.getLogger(LogSync.class);

    private final PartitionLog log;
    private final SegmentContext context;
    private final Segments segments;
    private final WriteFault fault;
    private final Object syncing = new Object();
    private volatile long durableOffset;
    private volatile long syncedBytes;
    private volatile long unforcedCut = Long.MAX_VALUE;
    private long truncations;

    /** At first nobody knows whether whoever made the files also had their names forced. */
    private boolean namesDirty = true;

    private boolean folderDurable;
    private List<Runnable> waiting = new ArrayList<>();

    LogSync(
            PartitionLog log,
            SegmentContext context,
            Segments segments,
            WriteFault fault,
            long durableOffset) {
        this.log = log;
        this.context = context;
        this.segments = segments;
        this.fault = fault;
        this.durableOffset = durableOffset;
    }

    long durableOffset() {
        return durableOffset;
    }

    /**
     * About how many bytes stand behind the durable offset: those of the segments from there on.
     */
    long unsyncedBytes() {
        Segment[] all = segments.snapshot();
        long bytes = 0;
        for (int i = all.length - 1; i >= 0 && all[i].nextOffset() > durableOffset; i--) {
            bytes += all[i].sizeBytes();
        }
        return Math.max(0, bytes - syncedBytes);
    }

    void add(Runnable whenDurable) {
        synchronized (log.lock()) {
            waiting.add(whenDurable);
        }
    }

    /** A file was made or renamed in the folder. Called under the log's lock. */
    void namesChanged() {
        namesDirty = true;
    }

    /**
     * The least offset at which the log was cut and not synced since: a power cut may bring back
     * what stood there. The largest number when there is none.
     */
    long unforcedCut() {
        return unforcedCut;
    }

    /**
     * Called under the log's lock. Recovery reads the end of the file that was cut even if all that
     * stays is durable.
     */
    void truncated(long logEndOffset) {
        truncations++;
        namesDirty = true;
        durableOffset = Math.min(durableOffset, Math.max(0, logEndOffset - 1));
        unforcedCut = Math.min(unforcedCut, logEndOffset);
    }

    /** Syncs for those that wait, and tells them; when the sync fails, nobody is told. */
    void runRequested() {
        List<Runnable> told;
        synchronized (log.lock()) {
            told = waiting;
            waiting = new ArrayList<>();
        }
        try {
            run(log.logEndOffset());
        } catch (IOException failed) {
            return;
        }
        if (fault.lasting()) {
            return;
        }
        for (Runnable whenDurable : told) {
            try {
                whenDurable.run();
            } catch (RuntimeException bug) {
                LOG.error("{}: what waited for a sync failed", log.topicPartition(), bug);
            }
        }
    }

    /** Syncs what is appended now; at least up to the offset when it returns. */
    void run(long atLeast) throws IOException {
        synchronized (syncing) {
            while (durableOffset < Math.min(atLeast, log.logEndOffset())) {
                if (fault.lasting()) {
                    throw new IOException(fault.reason());
                }
                syncOnce();
            }
        }
    }

    private void syncOnce() throws IOException {
        Segment[] all;
        long target;
        long before;
        boolean names;
        synchronized (log.lock()) {
            all = segments.snapshot();
            target = log.logEndOffset();
            before = truncations;
            names = namesDirty;
            namesDirty = false;
        }
        try {
            synchronized (log.lock()) {
                log.writeEpochsOfRecords(true);
            }
            for (int i = Segments.floor(all, durableOffset); i < all.length; i++) {
                force(all[i]);
            }
            if (names) {
                forceNames();
            }
        } catch (IOException failed) {
            synchronized (log.lock()) {
                fault.syncFailed(context.folder(), failed);
            }
            log.onRefused();
            LOG.error("{}: {}", log.topicPartition(), fault.reason());
            throw failed;
        }
        synchronized (log.lock()) {
            if (truncations == before) {
                durableOffset = Math.max(durableOffset, target);
                unforcedCut = Long.MAX_VALUE;
                syncedBytes = all[all.length - 1].sizeBytes();
            }
        }
    }

    private static void force(Segment segment) throws IOException {
        try {
            segment.force();
            if (segment.isSealed()) {
                segment.forceIndexes();
            }
        } catch (IOException failed) {
            if (!segment.isDeleted()) {
                throw failed;
            }
        }
    }

    private void forceNames() throws IOException {
        context.disk().forceFolder(context.folder());
        if (!folderDurable) {
            Path parent = context.folder().toAbsolutePath().getParent();
            if (parent != null) {
                context.disk().forceFolder(parent);
            }
            folderDurable = true;
        }
    }
}
