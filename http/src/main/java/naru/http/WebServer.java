package naru.http;

import org.eclipse.jetty.http.UriCompliance;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.DetectorConnectionFactory;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.NetworkConnectionLimit;
import org.eclipse.jetty.server.SecureRequestCustomizer;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.SslConnectionFactory;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.net.URI;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * The HTTP server of a process. Listeners are added before and after it was started; each belongs
 * to one {@link Front}.
 *
 * <p>Threads: a selector for each listener; requests run on virtual threads, as many at once as
 * {@link WebBounds#requests} says.
 */
public final class WebServer implements AutoCloseable {
    private static final int BACKLOG = 128;
    private static final int POOL_THREADS = 64;

    private final WebBounds bounds;
    private final Server server;
    private final ExecutorService virtual;
    private final FrontHandler handler;
    private final Traffic traffic;

    public WebServer(WebBounds bounds) {
        this.bounds = bounds;
        this.virtual =
                Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("http-", 0).factory());
        QueuedThreadPool pool = new QueuedThreadPool(POOL_THREADS, 1);
        pool.setName("http-select");
        pool.setReservedThreads(0);
        pool.setDaemon(true);
        pool.setVirtualThreadsExecutor(virtual);
        this.server = new Server(pool);
        this.traffic = new Traffic();
        this.handler = new FrontHandler(bounds, traffic);
        server.setHandler(handler);
        server.setErrorHandler(new PlainErrors());
        server.addBean(new NetworkConnectionLimit(bounds.connections(), server));
    }

    /** What was asked of all listeners so far. */
    public Traffic traffic() {
        return traffic;
    }

    public void start() {
        try {
            server.start();
        } catch (RuntimeException refused) {
            throw refused;
        } catch (Exception refused) {
            throw new IllegalStateException("the HTTP server does not start", refused);
        }
    }

    /**
     * Accepts from now on, if the server is started, or else as soon as it is.
     *
     * @param address {@code http://HOST:PORT} or {@code https://HOST:PORT}; port 0 is any free one
     * @param engines makes the server's side of each TLS connection; needed for https
     * @return the port
     * @throws IOException when the address cannot be had
     */
    public int listen(URI address, Front front, @Nullable TlsEngines engines) throws IOException {
        ServerConnector connector = connector(address, engines);
        connector.setHost(address.getHost());
        connector.setPort(address.getPort());
        connector.setIdleTimeout(bounds.idleMillis());
        connector.setAcceptQueueSize(BACKLOG);
        connector.setName(front.name());
        connector.open();
        connector.addBean(new HeaderPatience(connector, bounds.idleMillis()));
        handler.add(connector, front, address.getScheme().equals("https") ? engines : null);
        server.addConnector(connector);
        if (server.isStarted()) {
            try {
                connector.start();
            } catch (Exception refused) {
                throw new IOException("cannot serve " + address, refused);
            }
        }
        return connector.getLocalPort();
    }

    private ServerConnector connector(URI address, @Nullable TlsEngines engines)
            throws IOException {
        HttpConnectionFactory http = new HttpConnectionFactory(configuration());
        return switch (address.getScheme()) {
            case "http" -> new ServerConnector(server, 0, 1, http);
            case "https" -> {
                if (engines == null) {
                    throw new IOException(address + " needs keys, and there are none");
                }
                http.getHttpConfiguration().addCustomizer(new SecureRequestCustomizer(false));
                SslConnectionFactory tls =
                        new SslConnectionFactory(new EngineFactory(engines), http.getProtocol());
                // Who comes without TLS is told so.
                yield new ServerConnector(server, 0, 1, new DetectorConnectionFactory(tls), http);
            }
            default -> throw new IOException(address + " is neither http nor https");
        };
    }

    private HttpConfiguration configuration() {
        HttpConfiguration configuration = new HttpConfiguration();
        configuration.setSendServerVersion(false);
        configuration.setSendDateHeader(true);
        configuration.setRequestHeaderSize(bounds.headerBytes());
        configuration.setIdleTimeout(bounds.idleMillis());
        // Names may hold slashes, encoded; routes split the path before they decode it.
        configuration.setUriCompliance(
                UriCompliance.DEFAULT.with(
                        "names",
                        UriCompliance.Violation.AMBIGUOUS_PATH_SEPARATOR,
                        UriCompliance.Violation.AMBIGUOUS_PATH_ENCODING,
                        UriCompliance.Violation.AMBIGUOUS_EMPTY_SEGMENT,
                        UriCompliance.Violation.AMBIGUOUS_PATH_SEGMENT,
                        UriCompliance.Violation.SUSPICIOUS_PATH_CHARACTERS));
        return configuration;
    }

    /** Ends every connection. Requests under way are given a moment. */
    @Override
    public void close() {
        try {
            for (Connector connector : server.getConnectors()) {
                connector.shutdown();
            }
            server.stop();
        } catch (Exception fault) {
            throw new IllegalStateException("the HTTP server does not stop cleanly", fault);
        } finally {
            virtual.shutdownNow();
            server.destroy();
        }
    }
}
