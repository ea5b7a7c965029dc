package naru.app;

import naru.broker.config.NaruSettings;
import naru.http.Front;
import naru.http.TlsEngines;
import naru.http.WebServer;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * The listeners of the services. An address that cannot be had is tried again until it can, so that
 * it keeps nothing else from being served.
 *
 * <p>Threads: made by the starter; a thread of its own tries again while there is something to try.
 */
final class Listening implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger("naru.services");
    private static final long AGAIN_SECONDS = 5;

    private final WebServer server;
    private final List<Refused> refused = new CopyOnWriteArrayList<>();
    private final CountDownLatch closed = new CountDownLatch(1);

    /** Where each service is reached from this machine, the first of its addresses. */
    private final Map<String, URI> addresses = new ConcurrentSkipListMap<>();

    private final List<String> served = new CopyOnWriteArrayList<>();

    /** A service and the address that it wants. */
    private record Wanted(String service, URI address, Front front, @Nullable TlsEngines engines) {}

    private record Refused(Wanted wanted, String why) {}

    Listening(WebServer server) {
        this.server = server;
    }

    /** Accepts on the address now, or as soon as it can be had. */
    void on(String service, URI address, Front front, @Nullable TlsEngines engines) {
        Wanted wanted = new Wanted(service, address, front, engines);
        try {
            listen(wanted);
        } catch (IOException fault) {
            String why =
                    "%s: cannot listen on %s: %s. Stop what uses the address, choose another, or leave %s out of naru.services"
                            .formatted(
                                    NaruSettings.listenersOf(service),
                                    address,
                                    fault.getMessage(),
                                    service);
            addresses.putIfAbsent(service, local(address, address.getPort()));
            refused.add(new Refused(wanted, why));
        }
    }

    private void listen(Wanted wanted) throws IOException {
        URI address = wanted.address();
        int port = server.listen(address, wanted.front(), wanted.engines());
        addresses.putIfAbsent(wanted.service(), local(address, port));
        served.add(
                "%s %s://%s:%d"
                        .formatted(wanted.service(), address.getScheme(), address.getHost(), port));
    }

    private static URI local(URI address, int port) {
        boolean every = address.getHost().equals("0.0.0.0") || address.getHost().equals("[::]");
        return URI.create(
                "%s://%s:%d"
                        .formatted(
                                address.getScheme(),
                                every ? "127.0.0.1" : address.getHost(),
                                port));
    }

    /** Why nothing is served of what was wanted, in sentences; empty: something is. */
    List<String> nothingServed() {
        return served.isEmpty() ? refused.stream().map(Refused::why).toList() : List.of();
    }

    /** Tells what could not be had, and tries it again. */
    void goOn() {
        if (refused.isEmpty()) {
            return;
        }
        for (Refused each : refused) {
            LOG.error("{}. It is tried again every {} s", each.why(), AGAIN_SECONDS);
        }
        Thread.ofVirtual().name("services-listen").start(this::tryAgain);
    }

    private void tryAgain() {
        try {
            while (!refused.isEmpty() && !closed.await(AGAIN_SECONDS, TimeUnit.SECONDS)) {
                for (Refused each : List.copyOf(refused)) {
                    try {
                        listen(each.wanted());
                        refused.remove(each);
                        LOG.info(
                                "{} is served at {} now",
                                each.wanted().service(),
                                each.wanted().address());
                    } catch (IOException still) {
                        LOG.debug("{}", each.why(), still);
                    }
                }
            }
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
        }
    }

    Map<String, URI> addresses() {
        return addresses;
    }

    /** Why a service has not all of its addresses; empty: it has. */
    String trouble(String service) {
        for (Refused each : refused) {
            if (each.wanted().service().equals(service)) {
                return each.why();
            }
        }
        return "";
    }

    /** What is served and where, each as {@code NAME URL}, and what is not. */
    List<String> summary() {
        List<String> summary = new CopyOnWriteArrayList<>(served);
        for (Refused each : refused) {
            summary.add(
                    "%s NOT at %s, see the log"
                            .formatted(each.wanted().service(), each.wanted().address()));
        }
        return summary;
    }

    @Override
    public void close() {
        closed.countDown();
    }
}
