package naru.rest.cluster;

import naru.http.Call;
import naru.http.Credentials;
import naru.http.Identity;
import naru.http.Refusal;
import naru.rest.record.RecordCoder;
import naru.rest.record.SchemaChoice;
import naru.schema.client.SchemaSource;

import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * A producer and an admin client for each user, made when the user first needs them. Those that
 * were not used for long are closed, and earlier when another user needs the place.
 *
 * <p>Threads: any. Clients are made and closed outside the lock that guards who has them.
 */
public final class UserClients implements AutoCloseable {
    private static final int REQUEST_MILLIS = 10_000;
    private static final int ANSWER_MILLIS = 15_000;
    private static final int DELIVERY_MILLIS = 30_000;
    private static final int BLOCK_MILLIS = 10_000;
    private static final int BUFFER_BYTES = 16 << 20;
    private static final int RECORD_BYTES = 8 << 20;
    private static final int LINGER_MILLIS = 1;
    private static final Duration CLOSE_MOST = Duration.ofSeconds(5);

    private final Map<String, Object> own;
    private final Registry registry;
    private final int usersMost;
    private final long idleNanos;
    private final LongSupplier nanos;
    private final Sweeper sweeper;
    private final Map<String, Clients> byUser = new LinkedHashMap<>(16, 0.75f, true);
    private int made;
    private boolean swept;
    private boolean closed;

    /** Makes a client of the schema registry that shows the same as the user. */
    @FunctionalInterface
    public interface Registry {
        SchemaSource client(Credentials credentials);
    }

    /**
     * @param own properties by which clients reach the cluster where users do not say who they are
     * @param usersMost at once
     * @param idle after which clients are closed
     */
    public UserClients(
            Map<String, Object> own,
            Registry registry,
            int usersMost,
            Duration idle,
            LongSupplier nanos,
            Sweeper sweeper) {
        this.own = Map.copyOf(own);
        this.registry = registry;
        this.usersMost = usersMost;
        this.idleNanos = idle.toNanos();
        this.nanos = nanos;
        this.sweeper = sweeper;
    }

    /** The clients of one user. */
    private final class Clients {
        private final Map<String, Object> properties;
        private final int number;
        private int leases;
        private long lastUse;
        private @Nullable Admin admin;
        private @Nullable Producer<byte[], byte[]> producer;
        private @Nullable SchemaSource schemas;
        private @Nullable SchemaChoice choice;
        private @Nullable RecordCoder coder;
        private @Nullable String clusterId;

        Clients(Map<String, Object> properties, int number) {
            this.properties = properties;
            this.number = number;
        }

        synchronized Admin admin() {
            Admin known = admin;
            if (known == null) {
                Map<String, Object> all = new HashMap<>(properties);
                all.put(AdminClientConfig.CLIENT_ID_CONFIG, "naru-rest-admin-" + number);
                all.put(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, REQUEST_MILLIS);
                all.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, ANSWER_MILLIS);
                known = Admin.create(all);
                admin = known;
            }
            return known;
        }

        synchronized Producer<byte[], byte[]> producer() {
            Producer<byte[], byte[]> known = producer;
            if (known == null) {
                Map<String, Object> all = new HashMap<>(properties);
                all.put(ProducerConfig.CLIENT_ID_CONFIG, "naru-rest-producer-" + number);
                all.put(ProducerConfig.ACKS_CONFIG, "all");
                all.put(ProducerConfig.LINGER_MS_CONFIG, LINGER_MILLIS);
                all.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, REQUEST_MILLIS);
                all.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, DELIVERY_MILLIS);
                all.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, BLOCK_MILLIS);
                all.put(ProducerConfig.BUFFER_MEMORY_CONFIG, BUFFER_BYTES);
                all.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, RECORD_BYTES);
                known =
                        new KafkaProducer<>(
                                all, new ByteArraySerializer(), new ByteArraySerializer());
                producer = known;
            }
            return known;
        }

        private synchronized SchemaSource schemas(Credentials credentials) {
            SchemaSource known = schemas;
            if (known == null) {
                known = registry.client(credentials);
                schemas = known;
            }
            return known;
        }

        synchronized SchemaChoice choice(Credentials credentials) {
            SchemaChoice known = choice;
            if (known == null) {
                known = new SchemaChoice(schemas(credentials), nanos);
                choice = known;
            }
            return known;
        }

        synchronized RecordCoder coder(Credentials credentials) {
            RecordCoder known = coder;
            if (known == null) {
                known = new RecordCoder(() -> schemas(credentials));
                coder = known;
            }
            return known;
        }

        String clusterId() throws InterruptedException {
            synchronized (this) {
                if (clusterId != null) {
                    return clusterId;
                }
            }
            String asked = Answers.of(admin().describeCluster().clusterId());
            synchronized (this) {
                clusterId = asked;
            }
            return asked;
        }

        synchronized void close() {
            if (producer != null) {
                producer.close(CLOSE_MOST);
            }
            if (admin != null) {
                admin.close(CLOSE_MOST);
            }
            if (schemas != null) {
                schemas.close();
            }
        }
    }

    /** The right to use a user's clients, until it is closed. */
    public final class Lease implements AutoCloseable {
        private final Clients clients;
        private final Credentials credentials;

        private Lease(Clients clients, Credentials credentials) {
            this.clients = clients;
            this.credentials = credentials;
        }

        /** Finds the schemas that the user means. */
        public SchemaChoice schemaChoice() {
            return clients.choice(credentials);
        }

        /** Makes bytes of data and data of bytes, with the schemas that the user may see. */
        public RecordCoder coder() {
            return clients.coder(credentials);
        }

        public Admin admin() {
            return clients.admin();
        }

        public Producer<byte[], byte[]> producer() {
            return clients.producer();
        }

        /** Asked once, and remembered. */
        public String clusterId() throws InterruptedException {
            return clients.clusterId();
        }

        @Override
        public void close() {
            synchronized (byUser) {
                clients.leases--;
                clients.lastUse = nanos.getAsLong();
            }
        }
    }

    /**
     * @throws Refusal 503 when the clients of too many users are busy
     */
    public Lease lease(Call call) {
        Identity identity = call.identity();
        List<Clients> outdated = new ArrayList<>();
        try {
            synchronized (byUser) {
                Clients clients = byUser.get(identity.key());
                if (clients == null) {
                    takeIdle(outdated, byUser.size() - usersMost + 1);
                    if (closed || byUser.size() >= usersMost) {
                        throw new Refusal(
                                503,
                                50302,
                                "%d users are served at the same time just now, which is the most; try again"
                                        .formatted(byUser.size()));
                    }
                    clients = new Clients(properties(identity), ++made);
                    byUser.put(identity.key(), clients);
                    beginSweeping();
                }
                clients.leases++;
                return new Lease(clients, call.credentials());
            }
        } finally {
            outdated.forEach(Clients::close);
        }
    }

    /** How clients of this user reach the cluster. */
    public Map<String, Object> properties(Identity identity) {
        Map<String, Object> theirs = identity.clientProperties();
        return theirs.isEmpty() ? own : theirs;
    }

    private void beginSweeping() {
        if (!swept) {
            swept = true;
            sweeper.every(Duration.ofNanos(Math.max(1, idleNanos / 4)), this::closeIdle);
        }
    }

    private void closeIdle() {
        List<Clients> outdated = new ArrayList<>();
        synchronized (byUser) {
            long now = nanos.getAsLong();
            byUser.values()
                    .removeIf(clients -> {
                        boolean idle = clients.leases == 0 && now - clients.lastUse > idleNanos;
                        if (idle) {
                            outdated.add(clients);
                        }
                        return idle;
                    });
        }
        outdated.forEach(Clients::close);
    }

    /**
     * Makes room: takes out up to so many that nobody uses, those first that were used longest ago.
     */
    private void takeIdle(List<Clients> taken, int most) {
        Iterator<Clients> all = byUser.values().iterator();
        while (taken.size() < most && all.hasNext()) {
            Clients clients = all.next();
            if (clients.leases == 0) {
                all.remove();
                taken.add(clients);
            }
        }
    }

    /** How many users have clients just now. */
    public int users() {
        synchronized (byUser) {
            return byUser.size();
        }
    }

    @Override
    public void close() {
        List<Clients> all;
        synchronized (byUser) {
            closed = true;
            all = new ArrayList<>(byUser.values());
            byUser.clear();
        }
        List<Thread> closing = all.stream().map(c -> Thread.ofVirtual().start(c::close)).toList();
        for (Thread each : closing) {
            try {
                each.join(TimeUnit.SECONDS.toMillis(2 * CLOSE_MOST.toSeconds()));
            } catch (InterruptedException stopping) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
