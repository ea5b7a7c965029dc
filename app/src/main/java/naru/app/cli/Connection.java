package naru.app.cli;

import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.admin.Admin;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.Reader;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;

/**
 * Where the cluster is and how to speak with it: {@code --bootstrap}, else {@code
 * bootstrap.servers} of {@code --command-config}, else NARU_BOOTSTRAP, else this machine.
 */
final class Connection {
    static final String DEFAULT_BOOTSTRAP = "127.0.0.1:9092";
    private static final int CONNECT_TIMEOUT_MILLIS = 2_500;
    private static final int DEFAULT_PORT = 9092;

    private final Map<String, Object> properties;
    private final String bootstrap;

    Connection(@Nullable String bootstrapOption, @Nullable Path commandConfig) {
        this.properties = new HashMap<>();
        properties.put("client.id", "naru-cli");
        properties.put("request.timeout.ms", "15000");
        properties.put("default.api.timeout.ms", "20000");
        properties.put("socket.connection.setup.timeout.ms", "3000");
        properties.put("socket.connection.setup.timeout.max.ms", "5000");
        properties.put("enable.metrics.push", "false");
        properties.put("metric.reporters", "");
        if (commandConfig != null) {
            readInto(properties, commandConfig);
        }
        Object configured = properties.get(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG);
        this.bootstrap = withPorts(choose(bootstrapOption, configured));
        properties.put(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, bootstrap);
    }

    private static String choose(@Nullable String option, @Nullable Object configured) {
        if (option != null) {
            return option;
        }
        if (configured != null) {
            return configured.toString();
        }
        @Nullable String environment = System.getenv("NARU_BOOTSTRAP");
        return environment == null || environment.isBlank() ? DEFAULT_BOOTSTRAP : environment;
    }

    private static void readInto(Map<String, Object> properties, Path file) {
        Properties read = new Properties();
        try (Reader reader = Files.newBufferedReader(file)) {
            read.load(reader);
        } catch (NoSuchFileException missing) {
            throw new CommandFailure("there is no file " + file + " (--command-config)", missing);
        } catch (IOException | IllegalArgumentException unreadable) {
            throw new CommandFailure(
                    "cannot read " + file + " (--command-config): " + unreadable.getMessage(),
                    unreadable);
        }
        read.stringPropertyNames().forEach(key -> properties.put(key, read.getProperty(key)));
    }

    /** A host without a port means Kafka's. */
    static String withPorts(String servers) {
        StringBuilder complete = new StringBuilder();
        for (String server : servers.split(",", -1)) {
            String stripped = server.strip();
            if (stripped.isEmpty()) {
                continue;
            }
            boolean hasPort = stripped.matches(".*:\\d+") && !stripped.matches("[^\\[]*:.*:.*");
            complete.append(complete.isEmpty() ? "" : ",").append(stripped);
            complete.append(hasPort ? "" : ":" + DEFAULT_PORT);
        }
        return complete.toString();
    }

    String bootstrap() {
        return bootstrap;
    }

    /** Properties for a client, to be completed by the caller. */
    Map<String, Object> clientProperties() {
        return new HashMap<>(properties);
    }

    Admin admin() {
        return Admin.create(clientProperties());
    }

    /**
     * Tries whether any of the servers takes connections, since Kafka's clients would go on trying
     * in silence until their time is out.
     *
     * @throws CommandFailure that says why none does
     */
    void check() {
        @Nullable CommandFailure first = null;
        for (String server : bootstrap.split(",", -1)) {
            @Nullable CommandFailure failure = tryToReach(server);
            if (failure == null) {
                return;
            }
            first = first == null ? failure : first;
        }
        throw first == null ? new CommandFailure("--bootstrap names no server") : first;
    }

    private static @Nullable CommandFailure tryToReach(String server) {
        int colon = server.lastIndexOf(':');
        String host = server.substring(0, colon).replaceAll("[\\[\\]]", "");
        String cause;
        try (Socket socket = new Socket()) {
            int port = Integer.parseInt(server.substring(colon + 1));
            socket.connect(new InetSocketAddress(host, port), CONNECT_TIMEOUT_MILLIS);
            return null;
        } catch (UnknownHostException unknown) {
            cause = "no such host. Check the name in --bootstrap";
        } catch (SocketTimeoutException silent) {
            cause = "no answer within 2.5 s. Check the address and firewalls in between";
        } catch (ConnectException refused) {
            cause = "connection refused. Is a node running there? Start one with: naru start";
        } catch (IOException | IllegalArgumentException other) {
            cause = other.getMessage() + ". Check the address in --bootstrap";
        }
        return new CommandFailure("cannot reach " + server + ": " + cause);
    }
}
