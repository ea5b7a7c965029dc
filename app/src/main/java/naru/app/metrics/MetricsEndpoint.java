package naru.app.metrics;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;

import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.instrumentation.jvm.JvmMetrics;
import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.registry.PrometheusRegistry;

import org.jspecify.annotations.Nullable;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;

/**
 * Answers {@code GET /metrics} in Prometheus's text format, and {@code GET /health} with 200 while
 * the node serves, and a line for each of its HTTP services; {@code GET /health/SERVICE} with 503
 * while that one is down. The registry is made when it is first asked for, so that a node nobody
 * scrapes does not pay for it.
 */
public final class MetricsEndpoint implements AutoCloseable {
    /** Java's server lets a client take as long as it likes unless it is told otherwise. */
    private static final String SECONDS_OF_A_REQUEST = "sun.net.httpserver.maxReqTime";

    private final HttpServer server;
    private final ExecutorService threads;
    private final List<MultiCollector> collectors;
    private @Nullable PrometheusRegistry registry;

    /**
     * @param address {@code http://HOST:PORT}
     * @param services what health tells of each
     * @throws IOException when the address cannot be had
     */
    public MetricsEndpoint(
            URI address, List<MultiCollector> collectors, Supplier<List<ServiceHealth>> services)
            throws IOException {
        this.collectors = collectors;
        if (System.getProperty(SECONDS_OF_A_REQUEST) == null) {
            System.setProperty(SECONDS_OF_A_REQUEST, "30");
        }
        this.server =
                HttpServer.create(
                        new InetSocketAddress(
                                InetAddress.getByName(address.getHost()), address.getPort()),
                        50);
        this.threads = Executors.newVirtualThreadPerTaskExecutor();
        server.setExecutor(threads);
        server.createContext("/metrics", this::metrics);
        server.createContext("/health", exchange -> health(exchange, services.get()));
        server.createContext(
                "/", exchange -> answer(exchange, 404, "text/plain", "see /metrics and /health\n"));
        server.start();
    }

    public int port() {
        return server.getAddress().getPort();
    }

    /** The node's health, which is not that of its services; or that of the one that is named. */
    private static void health(HttpExchange exchange, List<ServiceHealth> services)
            throws IOException {
        String name = exchange.getRequestURI().getPath().substring("/health".length());
        if (name.isEmpty() || name.equals("/")) {
            List<String> lines = new ArrayList<>(List.of("ok"));
            services.forEach(each -> lines.add(each.line()));
            answer(exchange, 200, "text/plain", String.join("\n", lines) + "\n");
            return;
        }
        for (ServiceHealth each : services) {
            if (name.equals("/" + each.service())) {
                answer(exchange, each.isDown() ? 503 : 200, "text/plain", each.line() + "\n");
                return;
            }
        }
        answer(exchange, 404, "text/plain", "this node does not run that service\n");
    }

    private void metrics(HttpExchange exchange) throws IOException {
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        PrometheusTextFormatWriter writer =
                PrometheusTextFormatWriter.builder().setIncludeCreatedTimestamps(false).build();
        writer.write(text, registry().scrape());
        answer(
                exchange,
                200,
                PrometheusTextFormatWriter.CONTENT_TYPE,
                text.toString(StandardCharsets.UTF_8));
    }

    private synchronized PrometheusRegistry registry() {
        PrometheusRegistry known = registry;
        if (known == null) {
            known = new PrometheusRegistry();
            JvmMetrics.builder().register(known);
            collectors.forEach(known::register);
            registry = known;
        }
        return known;
    }

    private static void answer(HttpExchange exchange, int status, String type, String text)
            throws IOException {
        try (exchange) {
            exchange.getRequestBody().readNBytes(1024);
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", type);
            exchange.sendResponseHeaders(status, bytes.length);
            exchange.getResponseBody().write(bytes);
        }
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
