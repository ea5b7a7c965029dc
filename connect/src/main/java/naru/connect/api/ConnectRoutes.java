package naru.connect.api;

import naru.connect.ConnectSettings;
import naru.connect.worker.HostedWorker;
import naru.http.Answer;
import naru.http.Call;
import naru.http.Credentials;
import naru.http.Identity;
import naru.http.Identity.Right;
import naru.http.Login;
import naru.http.Refusal;
import naru.http.Routes;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.Map;

/** The table of the API's resources: Kafka's, and below {@code /naru} our own. */
public final class ConnectRoutes {
    /** Whoever shows nothing, before it is known whether that is enough. */
    public static final Identity UNASKED =
            new Identity() {
                @Override
                public String name() {
                    return "ANONYMOUS";
                }

                @Override
                public String key() {
                    return "";
                }

                @Override
                public Map<String, Object> clientProperties() {
                    return Map.of();
                }

                @Override
                public boolean may(Right right, String topic) {
                    return false;
                }
            };

    private static final String CONNECTORS = "/connectors";

    /** A worker that was killed has to be missed first, which takes the session's 10 s. */
    private static final Duration SHARE_MOST = Duration.ofSeconds(60);

    private final Routes.Builder routes = Routes.builder();
    private final HostedWorker worker;
    private final Login login;
    private final String topic;
    private final boolean standalone;

    private ConnectRoutes(HostedWorker worker, Login login, ConnectSettings settings) {
        this.worker = worker;
        this.login = login;
        this.topic = settings.configTopic();
        this.standalone = settings.isStandalone();
    }

    public static Routes of(HostedWorker worker, Login login, ConnectSettings settings) {
        return new ConnectRoutes(worker, login, settings).build(settings);
    }

    /** Whether a request is one that workers send each other, signed with their common key. */
    public static boolean isBetweenWorkers(Call call) {
        String path = call.path();
        return path.startsWith(CONNECTORS + "/")
                && ((call.method().equals("POST") && path.endsWith("/tasks"))
                        || (call.method().equals("PUT") && path.endsWith("/fence")));
    }

    private Routes build(ConnectSettings settings) {
        Herding herding = new Herding(new Forwarding(settings.tls()));
        addConnectors(new ConnectorsApi(worker.herder(), herding, worker.config()));
        addChanges(new ChangesApi(worker.herder(), herding));
        InternalApi internal = new InternalApi(worker.herder(), herding);
        routes.post("/connectors/{connector}/tasks", internal::putTasks);
        routes.put("/connectors/{connector}/fence", internal::fence);
        PluginsApi plugins = new PluginsApi(worker.herder(), worker.plugins(), herding);
        read("GET", "/connector-plugins", plugins::all);
        read("GET", "/connector-plugins/{plugin}/config", plugins::definition);
        // Runs the plug-in with what was sent, and answers what config providers put in.
        change("PUT", "/connector-plugins/{plugin}/config/validate", plugins::validate);
        WorkerApi own = new WorkerApi(worker, settings);
        read("GET", "/", own::server);
        read("GET", "/health", own::health);
        read("GET", "/admin/loggers", own::loggers);
        read("GET", "/admin/loggers/{logger}", own::logger);
        change("PUT", "/admin/loggers/{logger}", own::setLogger);
        read("GET", "/naru/connectors/{connector}", own::told);
        read("GET", "/naru/connectors/{connector}/log", own::log);
        change("POST", "/naru/dry-run", own::dryRun);
        return routes.build();
    }

    private void addConnectors(ConnectorsApi api) {
        read("GET", "/connectors", api::all);
        read("GET", "/connectors/{connector}", api::info);
        read("GET", "/connectors/{connector}/config", api::config);
        read("GET", "/connectors/{connector}/status", api::status);
        read("GET", "/connectors/{connector}/tasks", api::tasks);
        read("GET", "/connectors/{connector}/tasks/{task}/status", api::taskStatus);
        read("GET", "/connectors/{connector}/topics", api::topics);
        change("PUT", "/connectors/{connector}/topics/reset", api::resetTopics);
        read("GET", "/connectors/{connector}/offsets", api::offsets);
    }

    private void addChanges(ChangesApi api) {
        change("POST", "/connectors", api::create);
        change("PUT", "/connectors/{connector}/config", api::configure);
        change("PATCH", "/connectors/{connector}/config", api::patch);
        change("DELETE", "/connectors/{connector}", api::delete);
        change("PUT", "/connectors/{connector}/pause", api::pause);
        change("PUT", "/connectors/{connector}/resume", api::resume);
        change("PUT", "/connectors/{connector}/stop", api::stop);
        change("POST", "/connectors/{connector}/restart", api::restart);
        change("POST", "/connectors/{connector}/tasks/{task}/restart", api::restartTask);
        change("PATCH", "/connectors/{connector}/offsets", api::alterOffsets);
        change("DELETE", "/connectors/{connector}/offsets", api::resetOffsets);
    }

    private void read(String method, String path, Routes.Route route) {
        routes.on(method, path, call -> guarded(Right.READ, call, route));
    }

    private void change(String method, String path, Routes.Route route) {
        routes.on(method, path, call -> guarded(Right.WRITE, call, route));
    }

    private Answer guarded(Right right, Call call, Routes.Route route) throws Exception {
        Identity who =
                call.identity() == UNASKED
                        ? login.prove(new Credentials.None(), call.from())
                        : call.identity();
        // Standalone mode has no topic; whoever is let in may do everything.
        boolean may = standalone || who.mayEverything() || who.may(right, topic);
        if (!may) {
            throw new Refusal(
                    403,
                    "User %s may not %s connectors: it has no right to %s the topic %s"
                            .formatted(
                                    who.name(),
                                    right == Right.READ ? "see" : "change",
                                    right == Right.READ ? "read" : "write",
                                    topic));
        }
        if (call.path().startsWith(CONNECTORS) && !worker.awaitReady(SHARE_MOST)) {
            throw new Refusal(
                    503,
                    "this worker has no share of the work yet: the workers of its group are still"
                            + " sharing it out; ask again");
        }
        try {
            return route.answer(call);
        } catch (Refusal refusal) {
            throw refusal;
        } catch (RuntimeException | LinkageError failure) {
            throw WorkerErrors.refusal(failure);
        }
    }

    static Answer json(int status, Object value) {
        return Answer.json(status, WorkerErrors.JSON, value);
    }

    static Answer ok(Object value) {
        return json(200, value);
    }

    static Answer nothing(@Nullable Object none) {
        return Answer.empty(204);
    }
}
