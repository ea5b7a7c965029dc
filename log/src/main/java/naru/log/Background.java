package naru.log;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Set;

/**
 * The two threads of a data folder: one syncs the logs that ask for it, all that asked while it was
 * busy together; the other deletes files whose time has come and keeps house. They sleep while
 * there is nothing to do.
 *
 * <p>Threads: safe for use by many.
 */
final class Background {
    private static final Logger LOG = LoggerFactory.getLogger(Background.class);

    /** What is done again and again. */
    interface Household {
        /** Does what is due; answers when it is to be called again. */
        long keepHouse(long nowMillis);

        long nowMillis();
    }

    private record Due(long atMillis, LogServices.Deletion deletion) {}

    private final Household household;
    private final Object syncMonitor = new Object();
    private final Object houseMonitor = new Object();
    private final PriorityQueue<Due> deletions =
            new PriorityQueue<>((a, b) -> Long.compare(a.atMillis, b.atMillis));
    private final List<Thread> threads = new ArrayList<>();
    private Set<PartitionLog> toSync = new LinkedHashSet<>();
    private boolean called;
    private volatile boolean stopping;

    Background(Household household) {
        this.household = household;
    }

    void start(String name) {
        threads.add(Thread.ofPlatform().daemon().name("log-sync " + name).start(this::syncLoop));
        threads.add(Thread.ofPlatform().daemon().name("log-house " + name).start(this::houseLoop));
    }

    void requestSync(PartitionLog log) {
        synchronized (syncMonitor) {
            if (toSync.add(log) && toSync.size() == 1) {
                syncMonitor.notifyAll();
            }
        }
    }

    void later(long atMillis, LogServices.Deletion deletion) {
        synchronized (houseMonitor) {
            deletions.add(new Due(atMillis, deletion));
        }
    }

    /** Has the household looked after soon. */
    void call() {
        synchronized (houseMonitor) {
            if (!called) {
                called = true;
                houseMonitor.notifyAll();
            }
        }
    }

    /** Syncs all that have asked. */
    void syncRequested() {
        Set<PartitionLog> logs;
        synchronized (syncMonitor) {
            logs = toSync;
            toSync = new LinkedHashSet<>();
        }
        for (PartitionLog log : logs) {
            log.syncNow();
        }
    }

    /** Deletes what is due, or all. */
    void runDeletions(long untilMillis) {
        while (true) {
            Due due;
            synchronized (houseMonitor) {
                due = deletions.peek();
                if (due == null || due.atMillis > untilMillis) {
                    return;
                }
                deletions.poll();
            }
            try {
                due.deletion.run();
            } catch (IOException refusal) {
                LOG.warn("Files of a deleted log could not be removed: {}", refusal.getMessage());
            }
        }
    }

    private void syncLoop() {
        while (!stopping) {
            try {
                synchronized (syncMonitor) {
                    while (toSync.isEmpty() && !stopping) {
                        syncMonitor.wait();
                    }
                }
                syncRequested();
            } catch (InterruptedException stop) {
                return;
            } catch (RuntimeException bug) {
                LOG.error("Syncing failed", bug);
            }
        }
    }

    private void houseLoop() {
        long nextMillis = household.nowMillis();
        while (!stopping) {
            try {
                waitUntil(nextMillis);
                long now = household.nowMillis();
                runDeletions(now);
                nextMillis = household.keepHouse(now);
            } catch (InterruptedException stop) {
                return;
            } catch (RuntimeException bug) {
                LOG.error("Keeping house failed", bug);
                nextMillis = household.nowMillis() + 1000;
            }
        }
    }

    private void waitUntil(long millis) throws InterruptedException {
        synchronized (houseMonitor) {
            Due first = deletions.peek();
            long until = first == null ? millis : Math.min(millis, first.atMillis);
            long wait = until - household.nowMillis();
            while (wait > 0 && !called && !stopping) {
                houseMonitor.wait(wait);
                wait = until - household.nowMillis();
            }
            called = false;
        }
    }

    /** Ends the threads; what they are doing is done first. */
    void stop() {
        stopping = true;
        synchronized (syncMonitor) {
            syncMonitor.notifyAll();
        }
        synchronized (houseMonitor) {
            houseMonitor.notifyAll();
        }
        boolean interrupted = false;
        for (Thread thread : threads) {
            while (thread.isAlive()) {
                try {
                    thread.join();
                } catch (InterruptedException again) {
                    interrupted = true;
                }
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
