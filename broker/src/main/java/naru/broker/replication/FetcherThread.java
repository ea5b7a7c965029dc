package naru.broker.replication;

import naru.broker.replication.ReplicaFetcher.Step;

import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.requests.AbstractRequest;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** Runs a fetcher on a thread of its own, which may block on the leader and on the disk. */
final class FetcherThread implements FetcherDriver {
    private static final Logger LOG = LoggerFactory.getLogger("naru.replication");

    private static final Duration END_WITHIN = Duration.ofSeconds(10);

    private final ReplicaFetcher fetcher;
    private final PeerConnection connection;
    private final Thread thread;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition woken = lock.newCondition();
    private boolean wakeUp;
    private volatile boolean closed;

    FetcherThread(String name, ReplicaFetcher fetcher, PeerConnection connection) {
        this.fetcher = fetcher;
        this.connection = connection;
        this.thread = Thread.ofPlatform().name(name).daemon().start(this::run);
    }

    private static long nowMillis() {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime());
    }

    private void run() {
        try (connection) {
            while (!closed) {
                takeStep();
            }
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException | Error bug) {
            LOG.error("a fetcher of broker {} has ended", fetcher.leader(), bug);
        }
    }

    private void takeStep() throws InterruptedException {
        try {
            switch (fetcher.next(nowMillis())) {
                case Step.Send(AbstractRequest.Builder<?> request) -> {
                    ApiMessage answer = connection.exchange(request);
                    if (!closed) {
                        fetcher.onResponse(answer, nowMillis());
                    }
                }
                case Step.Rest(long millis) -> rest(millis);
            }
        } catch (IOException failed) {
            if (!closed) {
                fetcher.onFailure(String.valueOf(failed.getMessage()), nowMillis());
            }
        } catch (RuntimeException bug) {
            LOG.error("following broker {} has failed", fetcher.leader(), bug);
            fetcher.onFailure(bug.toString(), nowMillis());
        }
    }

    private void rest(long millis) throws InterruptedException {
        lock.lock();
        try {
            long nanos = TimeUnit.MILLISECONDS.toNanos(millis);
            while (!wakeUp && !closed && nanos > 0) {
                nanos = woken.awaitNanos(nanos);
            }
            wakeUp = false;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void wake() {
        lock.lock();
        try {
            wakeUp = true;
            woken.signal();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        closed = true;
        connection.abort();
        wake();
    }

    @Override
    public void awaitEnd() {
        try {
            if (!thread.join(END_WITHIN)) {
                LOG.warn("{} has not ended within {}", thread.getName(), END_WITHIN);
            }
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }
}
