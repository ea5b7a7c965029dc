package naru.app;

import naru.broker.login.GuessLimit;
import naru.http.Credentials;
import naru.http.Identity;
import naru.http.Login;
import naru.http.Refusal;

import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.CreateTopicsOptions;
import org.apache.kafka.clients.admin.DescribeTopicsOptions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.SaslAuthenticationException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;

/**
 * Proves users of HTTP services by logging in at the cluster as they would, and asks the cluster in
 * their name what they may do. What it has learned it believes for a minute.
 *
 * <p>Threads: any. Wrong credentials are asked again each time, so that the cluster's own limit on
 * guesses counts them; only so many are asked at once.
 */
final class ClusterLogin implements Login {
    private static final Logger LOG = LoggerFactory.getLogger("naru.login");

    /** In the log their failures are not told: strangers make them. */
    static final String CLIENT_ID = "naru-services-login";

    private static final int REMEMBERED_MOST = 1_000;
    private static final int TOPICS_MOST = 1_000;
    private static final int AT_ONCE_MOST = 16;
    private static final long BELIEVED_MILLIS = 60_000;
    private static final int ANSWER_MILLIS_MOST = 10_000;
    private static final int GUESSES_AT_ONCE = 5;
    private static final long GUESS_EVERY_MILLIS = 2_000;
    private static final int TRIES_OF_FRESH_TOKEN = 10;
    private static final long TRY_AGAIN_MILLIS = 300;

    private final Ways ways;
    private final Failures failures;
    private final GuessLimit guesses;
    private final InstantSource clock;
    private final Map<String, CompletableFuture<User>> proving = new ConcurrentHashMap<>();
    private final byte[] salt = new byte[16];
    private final Semaphore atOnce = new Semaphore(AT_ONCE_MOST);
    private final Map<String, User> remembered = new LatestUsed<>(REMEMBERED_MOST);

    /**
     * How users reach the cluster.
     *
     * @param clients properties without a login
     * @param sasl how clients log in with what users show
     * @param anonymous properties by which clients reach the cluster that do not say who they are;
     *     empty: all have to
     * @param certificates null: nobody is known by one
     */
    record Ways(
            Map<String, Object> clients,
            SaslProperties sasl,
            Optional<Map<String, Object>> anonymous,
            @Nullable CertificateUsers certificates) {}

    /** Is told of each failed login. */
    @FunctionalInterface
    interface Failures {
        void onFailure(InetAddress from, String kind, String claimedName, String reason);
    }

    ClusterLogin(Ways ways, Failures failures, InstantSource clock) {
        this.ways = ways;
        this.failures = failures;
        this.clock = clock;
        this.guesses = new GuessLimit(clock::millis, GUESSES_AT_ONCE, GUESS_EVERY_MILLIS);
        new SecureRandom().nextBytes(salt);
    }

    /** A user who has shown that it is one. */
    private final class User implements Identity {
        private final String name;
        private final String key;
        private final Map<String, Object> login;
        private final long provedAt;
        private final Map<String, Set<AclOperation>> rights = new HashMap<>();

        User(String name, String key, Map<String, Object> login, long provedAt) {
            this.name = name;
            this.key = key;
            this.login = login;
            this.provedAt = provedAt;
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public String key() {
            return key;
        }

        @Override
        public Map<String, Object> clientProperties() {
            return propertiesWith(login);
        }

        @Override
        public boolean may(Right right, String topic) {
            Set<AclOperation> known;
            synchronized (rights) {
                known = rights.get(topic);
            }
            if (known == null) {
                known = ask(admin -> operations(admin, topic), login, () -> {});
                synchronized (rights) {
                    if (rights.size() < TOPICS_MOST && !known.isEmpty()) {
                        rights.put(topic, known);
                    }
                }
            }
            return known.contains(
                    switch (right) {
                        case READ -> AclOperation.READ;
                        case WRITE -> AclOperation.WRITE;
                        case ALTER -> AclOperation.ALTER;
                    });
        }
    }

    @Override
    public Identity prove(Credentials credentials, InetAddress from) {
        String key = key(credentials);
        long now = clock.millis();
        User known;
        synchronized (remembered) {
            known = remembered.get(key);
        }
        if (known != null && now - known.provedAt < BELIEVED_MILLIS) {
            return known;
        }
        if (credentials instanceof Credentials.None) {
            return remember(key, anonymous(key, now));
        }
        CompletableFuture<User> mine = new CompletableFuture<>();
        CompletableFuture<User> others = proving.putIfAbsent(key, mine);
        if (others != null) {
            return waitFor(others);
        }
        try {
            User proved = remember(key, proved(new Shown(credentials, key, from), now, known));
            mine.complete(proved);
            return proved;
        } catch (RuntimeException refused) {
            mine.completeExceptionally(refused);
            noteFailure(credentials, from, refused);
            throw refused;
        } finally {
            proving.remove(key, mine);
            // Whatever happened, nobody waits for ever.
            mine.completeExceptionally(
                    new Refusal(503, "Who you are could not be asked; try again"));
        }
    }

    private static User waitFor(CompletableFuture<User> others) {
        try {
            return others.join();
        } catch (CompletionException failed) {
            throw failed.getCause() instanceof Refusal refusal ? refusal : failed;
        }
    }

    /** Only what is wrong counts as a guess, so that many can come from one place. */
    private void noteFailure(Credentials credentials, InetAddress from, RuntimeException failed) {
        if (failed instanceof Refusal refusal && refusal.status() == 401) {
            boolean counted = guesses.takeAtOnce(from);
            LOG.debug("a wrong login from {}, counted: {}", from.getHostAddress(), counted);
            failures.onFailure(from, kind(credentials), name(credentials), refusal.message());
        }
    }

    private User remember(String key, User user) {
        synchronized (remembered) {
            remembered.put(key, user);
        }
        return user;
    }

    private User anonymous(String key, long now) {
        if (ways.anonymous().isEmpty()) {
            throw new Refusal(
                    401, "Say who you are: Authorization: Basic, as a user of the cluster");
        }
        return new User("ANONYMOUS", key, Map.of(), now);
    }

    /** What somebody has shown, and where. */
    private record Shown(Credentials credentials, String key, InetAddress from) {}

    private User proved(Shown shown, long now, @Nullable User before) {
        return switch (shown.credentials()) {
            case Credentials.Basic basic -> {
                List<Map<String, Object>> logins = new ArrayList<>();
                if (before != null) {
                    logins.add(before.login);
                }
                logins.addAll(ways.sasl().ofPassword(basic));
                yield byLogin(logins, shown, now);
            }
            case Credentials.Bearer bearer ->
                    byLogin(List.of(ways.sasl().ofToken(bearer)), shown, now);
            case Credentials.Certificate(String user) -> byCertificate(user, shown, now);
            case Credentials.None none -> anonymous(shown.key(), now);
        };
    }

    /** Nobody says by which mechanism a user is known: the first that lets it in is remembered. */
    private User byLogin(List<Map<String, Object>> logins, Shown shown, long now) {
        for (Map<String, Object> login : new LinkedHashSet<>(logins)) {
            if (isLetIn(login, shown.from())) {
                return new User(name(shown.credentials()), shown.key(), login, now);
            }
        }
        throw new Refusal(401, "Unknown user, or wrong password");
    }

    /** A token that was just issued may not have come to the broker that is asked. */
    private User byCertificate(String name, Shown shown, long now) {
        if (ways.certificates() == null) {
            throw new Refusal(401, "Certificates say nothing here; log in by Authorization: Basic");
        }
        CertificateUsers.Issued issued = ways.certificates().of(name);
        for (int tries = 0; tries < TRIES_OF_FRESH_TOKEN; tries++) {
            if (isLetIn(issued.login(), shown.from())) {
                return new User(name, shown.key() + issued.tokenId(), issued.login(), now);
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(TRY_AGAIN_MILLIS));
        }
        throw new Refusal(401, "The cluster does not take the token that it gave out for " + name);
    }

    /** Looked at when the turn has come: no more guess at once than are asked at once. */
    private boolean isLetIn(Map<String, Object> login, InetAddress from) {
        try {
            ask(
                    admin -> answer(admin.describeCluster().clusterId()),
                    login,
                    () -> {
                        if (!guesses.takeAtOnce(from)) {
                            throw new Refusal(
                                    429,
                                    "Too many wrong logins came from your address; try again in"
                                            + " some seconds");
                        }
                        guesses.giveBack(from);
                    });
            return true;
        } catch (Refusal refusal) {
            if (refusal.status() == 401) {
                return false;
            }
            throw refusal;
        }
    }

    private static String kind(Credentials credentials) {
        return switch (credentials) {
            case Credentials.Basic basic -> "Basic";
            case Credentials.Bearer bearer -> "Bearer";
            case Credentials.Certificate certificate -> "SSL";
            case Credentials.None none -> "none";
        };
    }

    private static String name(Credentials credentials) {
        return switch (credentials) {
            case Credentials.Basic(String user, String password) -> user;
            case Credentials.Bearer(String token) -> GivenToken.subject(token);
            case Credentials.Certificate(String user) -> user;
            case Credentials.None none -> "ANONYMOUS";
        };
    }

    /** What an admin client is asked. */
    @FunctionalInterface
    private interface Question<T> {
        T ask(Admin admin) throws ExecutionException, InterruptedException, TimeoutException;
    }

    private Map<String, Object> propertiesWith(Map<String, Object> login) {
        if (login.isEmpty()) {
            return ways.anonymous().orElse(ways.clients());
        }
        Map<String, Object> properties = new HashMap<>(ways.clients());
        properties.putAll(login);
        return properties;
    }

    /**
     * @param first done when it is this question's turn
     */
    private <T> T ask(Question<T> question, Map<String, Object> login, Runnable first) {
        Map<String, Object> properties = new HashMap<>(propertiesWith(login));
        properties.put(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, ANSWER_MILLIS_MOST);
        properties.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, ANSWER_MILLIS_MOST);
        properties.put(CommonClientConfigs.CLIENT_ID_CONFIG, CLIENT_ID);
        atOnce.acquireUninterruptibly();
        try {
            first.run();
            return asked(question, properties);
        } finally {
            atOnce.release();
        }
    }

    private static <T> T asked(Question<T> question, Map<String, Object> properties) {
        try (Admin admin = Admin.create(properties)) {
            return question.ask(admin);
        } catch (ExecutionException failed) {
            if (failed.getCause() instanceof SaslAuthenticationException) {
                throw new Refusal(401, "Unknown user, or wrong password");
            }
            throw unreachable(failed.getCause());
        } catch (KafkaException | TimeoutException fault) {
            throw unreachable(fault);
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
            throw unreachable(stopping);
        }
    }

    private static Refusal unreachable(@Nullable Throwable fault) {
        Throwable root = fault;
        while (root != null && root.getCause() != null) {
            root = root.getCause();
        }
        return new Refusal(
                503,
                "The cluster cannot say now who you are: "
                        + (root == null ? "" : root.getMessage()));
    }

    private static Set<AclOperation> operations(Admin admin, String topic)
            throws ExecutionException, InterruptedException, TimeoutException {
        try {
            DescribeTopicsOptions withRights =
                    new DescribeTopicsOptions().includeAuthorizedOperations(true);
            Map<String, TopicDescription> found =
                    answer(admin.describeTopics(List.of(topic), withRights).allTopicNames());
            return found.values().stream()
                    .map(TopicDescription::authorizedOperations)
                    .filter(Objects::nonNull)
                    .findFirst()
                    .orElse(Set.of());
        } catch (ExecutionException failed) {
            if (failed.getCause() instanceof UnknownTopicOrPartitionException) {
                return mayCreate(admin, topic)
                        ? EnumSet.of(AclOperation.READ, AclOperation.WRITE, AclOperation.ALTER)
                        : Set.of();
            }
            if (failed.getCause() instanceof AuthorizationException) {
                return Set.of();
            }
            throw failed;
        }
    }

    /** Who may make a topic may do what belongs to it before it is there. */
    private static boolean mayCreate(Admin admin, String topic)
            throws ExecutionException, InterruptedException, TimeoutException {
        try {
            NewTopic wanted = new NewTopic(topic, Optional.empty(), Optional.empty());
            CreateTopicsOptions trial = new CreateTopicsOptions().validateOnly(true);
            answer(admin.createTopics(List.of(wanted), trial).all());
            return true;
        } catch (ExecutionException refused) {
            if (refused.getCause() instanceof RetriableException) {
                throw refused;
            }
            return false;
        }
    }

    private static <T> T answer(KafkaFuture<T> future)
            throws ExecutionException, InterruptedException, TimeoutException {
        return future.get(ANSWER_MILLIS_MOST, TimeUnit.MILLISECONDS);
    }

    /** Passwords are kept in no table, not even as keys. */
    private String key(Credentials credentials) {
        String text =
                switch (credentials) {
                    case Credentials.Basic(String user, String password) ->
                            "b" + user.length() + ":" + user + password;
                    case Credentials.Bearer(String token) -> "t" + token;
                    case Credentials.Certificate(String user) -> "c" + user;
                    case Credentials.None() -> "n";
                };
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(salt);
            return HexFormat.of().formatHex(digest.digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("this Java has no SHA-256", impossible);
        }
    }
}
