package naru.connect;

import naru.connect.api.ConnectRoutes;
import naru.connect.api.WorkerErrors;
import naru.connect.worker.HostedWorker;
import naru.http.Answer;
import naru.http.Call;
import naru.http.Condition;
import naru.http.Credentials;
import naru.http.Front;
import naru.http.Identity;
import naru.http.Json;
import naru.http.Login;
import naru.http.Refusal;
import naru.http.Routes;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.IntConsumer;
import java.util.function.Supplier;

/**
 * Connect as a service of a process: settings and an HTTP front, and behind it Kafka's worker from
 * the first request on, or from the start where connectors are to run.
 *
 * <p>Threads: requests come on any; {@code connect-start} starts the worker, once at a time. What
 * fails there is told to who asked and in the log, and touches nothing else.
 */
public final class ConnectService implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger("naru.connect");
    private static final int BODY_BYTES = 4 << 20;
    private static final long WAKING_SECONDS_MOST = 90;
    private static final long AGAIN_SECONDS = 60;
    private static final Duration FIRST_LOOK_AGAIN = Duration.ofSeconds(1);
    private static final Duration LOOK_AGAIN = Duration.ofSeconds(30);

    private final Duration lookAgain;
    private final ConnectSettings settings;
    private final Login login;
    private final IntConsumer endProcess;
    private final Front front;
    private final Object lock = new Object();
    private @Nullable CompletableFuture<Awake> awake;
    private String ended = "";
    private boolean closed;

    /** What is there once the worker runs. */
    private record Awake(HostedWorker worker, Routes routes) {}

    /**
     * Costs nothing until somebody asks or {@link #wakeWhereConnectorsAre} finds some.
     *
     * @param endProcess ends the process; not called for what fails here
     */
    public ConnectService(ConnectSettings settings, Login login, IntConsumer endProcess) {
        this(settings, login, endProcess, LOOK_AGAIN);
    }

    /**
     * @param lookAgain how long after a look that found no connectors comes the next, at most
     */
    ConnectService(
            ConnectSettings settings, Login login, IntConsumer endProcess, Duration lookAgain) {
        this.lookAgain = lookAgain;
        this.settings = settings;
        this.login = login;
        this.endProcess = endProcess;
        Routes.Builder all = Routes.builder();
        for (String method : List.of("GET", "POST", "PUT", "PATCH", "DELETE")) {
            all.on(method, "/{rest...}", this::answer);
        }
        this.front =
                new Front(
                        "connect",
                        all.build(),
                        this::proved,
                        ConnectService::error,
                        BODY_BYTES,
                        this::condition);
    }

    public Front front() {
        return front;
    }

    /**
     * Looks, on a thread of its own, whether there are connectors that are to run, and wakes if so;
     * looks again now and then until it runs, since another node may have been given some, and they
     * are to go on when that one dies. To be called when the cluster can be reached.
     */
    public void wakeWhereConnectorsAre() {
        look(FIRST_LOOK_AGAIN);
    }

    private void look(Duration again) {
        Thread.ofVirtual().name("connect-look").start(() -> lookNow(again));
    }

    /** Soon again at first: a node that has just started may not know all topics yet. */
    private void lookNow(Duration again) {
        try {
            if (settings.isStandalone()
                    || StoredConnectors.areThere(settings.clients(), settings.configTopic())) {
                waking();
            }
        } catch (Refusal stopping) {
            LOG.debug("not looking for connectors any more", stopping);
            return;
        } catch (RuntimeException fault) {
            LOG.warn(
                    "cannot see whether there are connectors to run; the first request starts"
                            + " Connect",
                    fault);
        }
        synchronized (lock) {
            boolean runs = awake != null && awake.isDone() && !awake.isCompletedExceptionally();
            if (closed || runs) {
                return;
            }
        }
        Duration next = again.multipliedBy(2);
        CompletableFuture.delayedExecutor(again.toMillis(), TimeUnit.MILLISECONDS)
                .execute(() -> look(next.compareTo(lookAgain) < 0 ? next : lookAgain));
    }

    /** Workers ask each other without a login; {@link ConnectRoutes} asks all others for it. */
    private Identity proved(Credentials credentials, InetAddress from) {
        return credentials instanceof Credentials.None
                ? ConnectRoutes.UNASKED
                : login.prove(credentials, from);
    }

    private Condition condition() {
        CompletableFuture<Awake> now;
        String why;
        synchronized (lock) {
            now = awake;
            why = ended;
        }
        if (now == null) {
            return why.isEmpty() ? new Condition.Asleep() : new Condition.Down(why);
        }
        if (now.isCompletedExceptionally()) {
            return new Condition.Down(
                    "it does not start: %s. The next request tries again"
                            .formatted(now.exceptionNow()));
        }
        return new Condition.Up();
    }

    private Answer answer(Call call) throws Exception {
        if (call.identity() == ConnectRoutes.UNASKED) {
            refuseStrangers(call);
        }
        CompletableFuture<Awake> waking = waking();
        Call whole = waking.isDone() ? call : call.whole();
        try {
            return whole.answerBy(waking.get(WAKING_SECONDS_MOST, TimeUnit.SECONDS).routes());
        } catch (ExecutionException failed) {
            throw new Refusal(503, "Connect does not start: " + failed.getCause());
        } catch (TimeoutException slow) {
            throw new Refusal(503, "Connect is still starting; ask again");
        }
    }

    /** Nobody is woken by them; other workers only ask one that is in their group, so awake. */
    private void refuseStrangers(Call call) {
        if (!ConnectRoutes.isBetweenWorkers(call)) {
            login.prove(new Credentials.None(), call.from());
            return;
        }
        synchronized (lock) {
            if (awake == null) {
                throw new Refusal(503, "Connect does not run here");
            }
        }
    }

    private CompletableFuture<Awake> waking() {
        synchronized (lock) {
            if (closed) {
                throw new Refusal(503, "Connect is stopping");
            }
            if (awake != null && !awake.isCompletedExceptionally()) {
                return awake;
            }
            CompletableFuture<Awake> waking = new CompletableFuture<>();
            awake = waking;
            ended = "";
            // A platform thread: the class loader that plug-ins need is a property of threads.
            Thread.ofPlatform()
                    .name("connect-start")
                    .daemon(true)
                    .start(() -> complete(waking, () -> wake(waking)));
            return waking;
        }
    }

    /** The worker has failed as a whole: the next request starts another, or a minute. */
    private void ended(CompletableFuture<Awake> waking, HostedWorker worker) {
        synchronized (lock) {
            if (awake != waking || closed) {
                return;
            }
            awake = null;
            ended =
                    "its worker has ended; the log tells why. It starts again in %d s, or with the next request"
                            .formatted(AGAIN_SECONDS);
        }
        LOG.error(
                "Connect's worker has ended; the cause is told above. It starts again in {} s",
                AGAIN_SECONDS);
        try {
            worker.close();
        } catch (RuntimeException fault) {
            LOG.warn("what is left of it does not stop", fault);
        }
        CompletableFuture.delayedExecutor(AGAIN_SECONDS, TimeUnit.SECONDS)
                .execute(this::wakeWhereConnectorsAre);
    }

    private static void complete(CompletableFuture<Awake> waking, Supplier<Awake> wake) {
        try {
            waking.complete(wake.get());
        } catch (RuntimeException | LinkageError fault) {
            LOG.error("Connect does not start; the next request tries again", fault);
            waking.completeExceptionally(fault);
        }
    }

    private Awake wake(CompletableFuture<Awake> waking) {
        long began = System.nanoTime();
        HostedWorker worker = HostedWorker.start(settings, endProcess);
        worker.onEnd(() -> ended(waking, worker));
        Routes routes = ConnectRoutes.of(worker, login, settings);
        LOG.info(
                "Connect runs as {}, started in {} ms",
                worker.workerId(),
                TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began));
        return new Awake(worker, routes);
    }

    private static Answer error(Call.Headers headers, Refusal refusal) {
        return Answer.of(
                refusal.status(),
                WorkerErrors.JSON,
                Json.bytes(Map.of("error_code", refusal.code(), "message", refusal.message())));
    }

    @Override
    public void close() {
        CompletableFuture<Awake> last;
        synchronized (lock) {
            closed = true;
            last = awake;
        }
        if (last == null) {
            return;
        }
        try {
            last.get(WAKING_SECONDS_MOST, TimeUnit.SECONDS).worker().close();
        } catch (ExecutionException | TimeoutException neverRan) {
            LOG.debug("Connect did not run", neverRan);
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
        }
    }
}
