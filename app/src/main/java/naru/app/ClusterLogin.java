package naru.app;

import naru.http.Credentials;
import naru.http.Identity;
import naru.http.Login;
import naru.http.Refusal;

import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.DescribeTopicsOptions;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.config.SaslConfigs;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.SaslAuthenticationException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Proves users of HTTP services by logging in at the cluster as they would, and asks the cluster in
 * their name what they may do. What it has learned it believes for a minute.
 *
 * <p>Threads: any. Wrong credentials are asked again each time, so that the cluster's own limit on
 * guesses counts them; only so many are asked at once.
 */
final class ClusterLogin implements Login {
    private static final int REMEMBERED_MOST = 1_000;
    private static final int TOPICS_MOST = 1_000;
    private static final int AT_ONCE_MOST = 16;
    private static final long BELIEVED_MILLIS = 60_000;
    private static final int ANSWER_MILLIS_MOST = 10_000;
    private static final List<String> BY_PASSWORD =
            List.of("SCRAM-SHA-512", "SCRAM-SHA-256", "PLAIN");
    private static final String BY_TOKEN = "OAUTHBEARER";

    private final Map<String, Object> clients;
    private final List<String> mechanisms;
    private final Optional<Map<String, Object>> anonymous;
    private final InstantSource clock;
    private final byte[] salt = new byte[16];
    private final Semaphore atOnce = new Semaphore(AT_ONCE_MOST);
    private final Map<String, User> remembered =
            new LinkedHashMap<>(16, 0.75f, true) {
                @Override
                protected boolean removeEldestEntry(Map.Entry<String, User> eldest) {
                    return size() > REMEMBERED_MOST;
                }
            };

    /**
     * @param clients properties by which users' clients reach the cluster, without a login
     * @param mechanisms of SASL that the cluster offers there
     * @param anonymous properties by which clients reach the cluster that do not say who they are;
     *     empty: all have to
     */
    ClusterLogin(
            Map<String, Object> clients,
            List<String> mechanisms,
            Optional<Map<String, Object>> anonymous,
            InstantSource clock) {
        this.clients = Map.copyOf(clients);
        this.mechanisms = List.copyOf(mechanisms);
        this.anonymous = anonymous;
        this.clock = clock;
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
                known = ask(admin -> operations(admin, topic), login);
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
    public Identity prove(Credentials credentials) {
        Map<String, Object> login = login(credentials);
        String key = key(credentials);
        long now = clock.millis();
        synchronized (remembered) {
            User known = remembered.get(key);
            if (known != null && now - known.provedAt < BELIEVED_MILLIS) {
                return known;
            }
        }
        ask(admin -> answer(admin.describeCluster().clusterId()), login);
        User proved = new User(name(credentials), key, login, now);
        synchronized (remembered) {
            remembered.put(key, proved);
        }
        return proved;
    }

    private static String name(Credentials credentials) {
        return switch (credentials) {
            case Credentials.Basic(String user, String password) -> user;
            case Credentials.Bearer(String token) -> "a token's user";
            case Credentials.None() -> "ANONYMOUS";
        };
    }

    private Map<String, Object> login(Credentials credentials) {
        return switch (credentials) {
            case Credentials.Basic(String user, String password) -> {
                String mechanism =
                        BY_PASSWORD.stream()
                                .filter(mechanisms::contains)
                                .findFirst()
                                .orElseThrow(() -> unproved("passwords"));
                String module =
                        mechanism.equals("PLAIN")
                                ? "org.apache.kafka.common.security.plain.PlainLoginModule"
                                : "org.apache.kafka.common.security.scram.ScramLoginModule";
                yield Map.of(
                        SaslConfigs.SASL_MECHANISM,
                        mechanism,
                        SaslConfigs.SASL_JAAS_CONFIG,
                        "%s required username=%s password=%s;"
                                .formatted(module, quoted(user), quoted(password)));
            }
            case Credentials.Bearer(String token) -> {
                if (!mechanisms.contains(BY_TOKEN)) {
                    throw unproved("tokens");
                }
                yield Map.of(
                        SaslConfigs.SASL_MECHANISM,
                        BY_TOKEN,
                        SaslConfigs.SASL_LOGIN_CALLBACK_HANDLER_CLASS,
                        GivenToken.class.getName(),
                        SaslConfigs.SASL_JAAS_CONFIG,
                        "org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule required %s=%s;"
                                .formatted(GivenToken.OPTION, quoted(token)));
            }
            case Credentials.None() ->
                    anonymous.orElseThrow(() ->
                            new Refusal(
                                    401,
                                    "Say who you are: Authorization: Basic, as a user of"
                                            + " the cluster"));
        };
    }

    private Refusal unproved(String kind) {
        return new Refusal(
                401,
                "The cluster's listener for clients does not take %s; it offers %s"
                        .formatted(kind, String.join(", ", mechanisms)));
    }

    /** As JAAS takes it between quotation marks. */
    private static String quoted(String text) {
        return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }

    /** What an admin client is asked. */
    @FunctionalInterface
    private interface Question<T> {
        T ask(Admin admin) throws ExecutionException, InterruptedException, TimeoutException;
    }

    private Map<String, Object> propertiesWith(Map<String, Object> login) {
        Map<String, Object> properties = new HashMap<>(clients);
        properties.putAll(login);
        return properties;
    }

    private <T> T ask(Question<T> question, Map<String, Object> login) {
        Map<String, Object> properties = propertiesWith(login);
        properties.put(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, ANSWER_MILLIS_MOST);
        properties.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, ANSWER_MILLIS_MOST);
        properties.put(CommonClientConfigs.CLIENT_ID_CONFIG, "naru-services-login");
        atOnce.acquireUninterruptibly();
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
        } finally {
            atOnce.release();
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
            if (failed.getCause() instanceof AuthorizationException
                    || failed.getCause() instanceof UnknownTopicOrPartitionException) {
                return Set.of();
            }
            throw failed;
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
