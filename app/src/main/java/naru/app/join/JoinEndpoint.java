package naru.app.join;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;

import naru.app.join.JoinMessages.Admission;
import naru.app.join.JoinMessages.Question;
import naru.app.join.JoinMessages.Refusal;
import naru.app.secure.SecurityFiles;
import naru.broker.RememberedPorts;
import naru.broker.config.NaruSettings;
import naru.broker.login.GuessLimit;
import naru.broker.newcomer.Newcomers;
import naru.broker.newcomer.Newcomers.Verdict;
import naru.broker.newcomer.Roster;

import org.apache.kafka.common.security.token.delegation.TokenInformation;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;

import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/**
 * Gives certificates to nodes that join: {@code POST /v1/join} over TLS, and nothing else. Who asks
 * shows by a proof over the request that he has a token's secret.
 *
 * <p>Threads: the JDK's server, one virtual thread for each request; certificates are made one at a
 * time.
 */
public final class JoinEndpoint implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger("naru.join");
    private static final String NAME = "JOIN";
    private static final int USUAL_PORT = 9443;
    private static final int BACKLOG = 16;
    private static final int NAMES_MOST = 64;
    private static final int NODE_ID_MOST = 1_000_000;
    private static final long CLUSTER_ANSWERS_WITHIN_SECONDS = 20;
    private static final Pattern NAME_OF_NODE =
            Pattern.compile("dns:[A-Za-z0-9.-]{1,253}|ip:[0-9A-Fa-f.:]{2,45}");

    private static final int OK = 200;
    private static final int BAD_REQUEST = 400;
    private static final int FORBIDDEN = 403;
    private static final int NOT_FOUND = 404;
    private static final int CONFLICT = 409;
    private static final int TOO_LARGE = 413;
    private static final int TOO_MANY = 429;
    private static final int FAILED = 500;

    private final HttpsServer server;
    private final SecurityFiles security;
    private final Map<String, String> settings;
    private final GuessLimit guesses =
            new GuessLimit(() -> TimeUnit.NANOSECONDS.toMillis(System.nanoTime()));
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final CompletableFuture<Newcomers> newcomers = new CompletableFuture<>();

    /** What is answered when it is not an admission. */
    private static final class Refused extends Exception {
        private static final long serialVersionUID = 1L;
        private final int status;

        Refused(int status, String reason) {
            super(reason);
            this.status = status;
        }
    }

    private JoinEndpoint(HttpsServer server, SecurityFiles security, Map<String, String> settings) {
        this.server = server;
        this.security = security;
        this.settings = settings;
    }

    /**
     * Binds it where {@code naru.cluster.listeners} says, or on the host of the first listener,
     * which is then written into the settings. Nobody is answered before {@link #serve}.
     */
    public static JoinEndpoint bind(SecurityFiles security, Map<String, String> settings)
            throws IOException {
        boundSlowness();
        HttpsServer server = HttpsServer.create();
        String given = settings.getOrDefault(NaruSettings.CLUSTER_LISTENERS, "");
        if (given.isBlank()) {
            String first = settings.getOrDefault("listeners", "").split(",", -1)[0];
            String host = first.replaceFirst(".*://", "").replaceFirst(":[^:]*$", "");
            String shown = host.isEmpty() ? "0.0.0.0" : host;
            RememberedPorts ports = new RememberedPorts(security.folder());
            int port =
                    ports.bind(
                            NAME,
                            USUAL_PORT,
                            each -> {
                                server.bind(new InetSocketAddress(address(shown), each), BACKLOG);
                                return server.getAddress().getPort();
                            });
            ports.save();
            settings.put(NaruSettings.CLUSTER_LISTENERS, "https://" + shown + ":" + port);
        } else {
            URI address = URI.create(given.strip());
            if (!"https".equals(address.getScheme()) || address.getHost() == null) {
                throw new IOException("write https://HOST:PORT");
            }
            server.bind(
                    new InetSocketAddress(address(address.getHost()), address.getPort()), BACKLOG);
        }
        return new JoinEndpoint(server, security, settings);
    }

    private static InetAddress address(String host) throws IOException {
        return InetAddress.getByName(host.replaceAll("[\\[\\]]", ""));
    }

    /** The JDK's server waits for ever for slow clients, and takes any number, unless told. */
    private static void boundSlowness() {
        for (Map.Entry<String, String> bound :
                Map.of(
                                "sun.net.httpserver.maxReqTime", "20",
                                "sun.net.httpserver.maxRspTime", "60",
                                "jdk.httpserver.maxConnections", "200")
                        .entrySet()) {
            if (System.getProperty(bound.getKey()) == null) {
                System.setProperty(bound.getKey(), bound.getValue());
            }
        }
    }

    /** Answers from now on. */
    public void serve(Newcomers cluster) {
        newcomers.complete(cluster);
        Thread.ofVirtual().name("naru-join").start(this::begin);
    }

    private void begin() {
        try {
            KeyStore keys = KeyStore.getInstance("PKCS12");
            char[] password = security.keystorePassword().toCharArray();
            try (InputStream in = Files.newInputStream(security.keystore())) {
                keys.load(in, password);
            }
            KeyManagerFactory own =
                    KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            own.init(keys, password);
            SSLContext tls = SSLContext.getInstance("TLSv1.3");
            tls.init(own.getKeyManagers(), null, null);
            server.setHttpsConfigurator(new HttpsConfigurator(tls));
            server.setExecutor(threads);
            server.createContext("/", this::answer);
            server.start();
        } catch (IOException | GeneralSecurityException | RuntimeException fault) {
            LOG.error("nodes cannot join: {}", fault.toString());
        }
    }

    public int port() {
        return server.getAddress().getPort();
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            try {
                send(exchange, OK, admit(exchange));
            } catch (Refused refused) {
                LOG.info(
                        "{} wants a node to join and is refused: {}",
                        exchange.getRemoteAddress(),
                        refused.getMessage());
                send(exchange, refused.status, new Refusal(String.valueOf(refused.getMessage())));
            } catch (RuntimeException fault) {
                LOG.error("a node could not join", fault);
                send(exchange, FAILED, new Refusal("the node failed; its log says why"));
            }
        }
    }

    private static void send(HttpExchange exchange, int status, Object message) throws IOException {
        byte[] bytes = JoinMessages.write(message);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.getResponseHeaders().set("Connection", "close");
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    private Admission admit(HttpExchange exchange) throws Refused, IOException {
        if (!exchange.getRequestURI().getPath().equals(JoinMessages.PATH)
                || !exchange.getRequestMethod().equals("POST")) {
            throw new Refused(NOT_FOUND, "only POST " + JoinMessages.PATH + " is served here");
        }
        InetAddress from = exchange.getRemoteAddress().getAddress();
        if (!guesses.takeAtOnce(from)) {
            throw new Refused(
                    TOO_MANY, "too many failed attempts came from this address; wait a minute");
        }
        byte[] body = exchange.getRequestBody().readNBytes(JoinMessages.REQUEST_BYTES_MOST + 1);
        if (body.length > JoinMessages.REQUEST_BYTES_MOST) {
            throw new Refused(
                    TOO_LARGE,
                    "a request has at most " + JoinMessages.REQUEST_BYTES_MOST + " bytes");
        }
        Newcomers cluster = newcomers.join();
        Verdict verdict =
                cluster.judge(
                        header(exchange, JoinMessages.TOKEN_HEADER),
                        body,
                        decoded(header(exchange, JoinMessages.PROOF_HEADER)),
                        from);
        TokenInformation token =
                switch (verdict) {
                    case Verdict.Refused(String reason) -> throw new Refused(FORBIDDEN, reason);
                    case Verdict.Admitted(TokenInformation taken) -> taken;
                };
        guesses.giveBack(from);
        return admitOnce(cluster, token, body);
    }

    /** A token is used up by what succeeds only. */
    private Admission admitOnce(Newcomers cluster, TokenInformation token, byte[] body)
            throws Refused {
        boolean admitted = false;
        try {
            Question question = checked(cluster, JoinMessages.read(body, Question.class));
            Roster roster = await(cluster.roster());
            int nodeId = nodeId(cluster, roster, token, question);
            String certificate;
            synchronized (this) {
                certificate =
                        security.sign(question.certificateRequest(), nodeId, question.names());
            }
            await(cluster.expire(token));
            admitted = true;
            LOG.info("node {} has its certificate; {} let it in", nodeId, token.owner());
            return new Admission(
                    nodeId,
                    cluster.clusterId(),
                    certificate,
                    security.authorityCertificate(),
                    settings.getOrDefault("delegation.token.secret.key", ""),
                    settings.getOrDefault("super.users", ""),
                    settings.getOrDefault("sasl.enabled.mechanisms", ""),
                    roster.voters().size(),
                    roster.controllers());
        } catch (IOException wrong) {
            throw new Refused(BAD_REQUEST, "the request cannot be served: " + wrong.getMessage());
        } finally {
            if (!admitted) {
                cluster.giveBack(token);
            }
        }
    }

    private static int nodeId(
            Newcomers cluster, Roster roster, TokenInformation token, Question question)
            throws Refused {
        Integer wanted = question.nodeId();
        if (wanted == null) {
            return cluster.takeNodeId(roster, token);
        }
        boolean known = roster.known().contains(wanted);
        if (known && !question.renewal()) {
            throw new Refused(
                    CONFLICT, "there is a node " + wanted + " already; leave --node-id out");
        }
        if (!known && question.renewal()) {
            throw new Refused(CONFLICT, "there is no node " + wanted);
        }
        return wanted;
    }

    private static Question checked(Newcomers cluster, Question question)
            throws Refused, IOException {
        if (!cluster.clusterId().equals(question.clusterId())) {
            throw new Refused(CONFLICT, "this is the cluster " + cluster.clusterId());
        }
        List<String> names = question.names();
        Integer nodeId = question.nodeId();
        if (question.certificateRequest() == null || names == null || names.isEmpty()) {
            throw new IOException("it names no key or no host");
        }
        if (names.size() > NAMES_MOST
                || !names.stream().allMatch(name -> NAME_OF_NODE.matcher(name).matches())) {
            throw new IOException("the names are not dns:HOST and ip:ADDRESS, or too many");
        }
        if (nodeId != null && (nodeId < 0 || nodeId > NODE_ID_MOST)) {
            throw new IOException("a node's id is a number from 0 to " + NODE_ID_MOST);
        }
        return question;
    }

    private static <T> T await(CompletableFuture<T> answer) throws IOException {
        try {
            return answer.get(CLUSTER_ANSWERS_WITHIN_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IOException("the node stops", interrupted);
        } catch (ExecutionException | TimeoutException fault) {
            throw new IOException("the cluster did not answer: " + fault.getMessage(), fault);
        }
    }

    private static String header(HttpExchange exchange, String name) {
        String value = exchange.getRequestHeaders().getFirst(name);
        return value == null ? "" : value;
    }

    private static byte[] decoded(String text) {
        try {
            return Base64.getUrlDecoder().decode(text);
        } catch (IllegalArgumentException malformed) {
            return new byte[0];
        }
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
