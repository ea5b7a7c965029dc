package naru.rest;

import naru.http.Budget;
import naru.http.Condition;
import naru.http.Front;
import naru.http.Login;
import naru.http.Routes;
import naru.rest.cluster.Sweeper;
import naru.rest.cluster.UserClients;
import naru.rest.consume.Instances;
import naru.rest.produce.Outbox;
import naru.rest.v2.V2Routes;
import naru.rest.v3.V3Routes;

import java.time.Duration;
import java.util.Map;

/** The REST proxy as a service of a process: Kafka clients with an HTTP front. */
public final class RestService implements AutoCloseable {
    /** Of requests that are no records: settings, subscriptions, offsets. */
    private static final int BODY_BYTES = 1 << 20;

    private static final int USERS_MOST = 32;
    private static final Duration CLIENTS_IDLE = Duration.ofMinutes(5);
    private static final long MEMORY_BYTES = 32L << 20;
    private static final int PATIENCE_MILLIS = 10_000;

    private final Sweeper sweeper = new Sweeper();
    private final UserClients users;
    private final Instances instances;
    private final Front front;

    /**
     * Costs nothing until somebody asks.
     *
     * @param clients properties by which Kafka's clients reach the cluster where users do not say
     *     who they are
     * @param registry whose schemas records are written and read with
     */
    public RestService(
            RestSettings settings,
            Map<String, Object> clients,
            UserClients.Registry registry,
            Login login) {
        this.users =
                new UserClients(
                        clients, registry, USERS_MOST, CLIENTS_IDLE, System::nanoTime, sweeper);
        this.instances =
                new Instances(
                        new Instances.Bounds(
                                settings.instances(),
                                settings.instancesPerUser(),
                                settings.instanceIdle()),
                        budget("answers to consumers"),
                        System::nanoTime,
                        sweeper);
        Outbox outbox = new Outbox(budget("records on their way to the cluster"));
        Routes.Builder routes = Routes.builder();
        Budget bodies = budget("bodies of requests");
        V2Routes.add(routes, users, outbox, bodies, instances);
        V3Routes.add(routes, users, outbox, bodies);
        this.front =
                new Front(
                        "rest",
                        routes.build(),
                        login,
                        V2Routes::refusal,
                        BODY_BYTES,
                        this::condition);
    }

    private static Budget budget(String purpose) {
        return new Budget(purpose, MEMORY_BYTES, PATIENCE_MILLIS);
    }

    /** Every request reaches the cluster by itself: nothing here can be down alone. */
    private Condition condition() {
        return users.users() == 0 ? new Condition.Asleep() : new Condition.Up();
    }

    public Front front() {
        return front;
    }

    @Override
    public void close() {
        sweeper.close();
        instances.close();
        users.close();
    }
}
