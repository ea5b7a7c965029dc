package naru.connect.api;

import com.fasterxml.jackson.databind.JsonNode;

import naru.connect.ConnectSettings;
import naru.connect.worker.ConnectorLog;
import naru.connect.worker.DryRun;
import naru.connect.worker.HostedWorker;
import naru.connect.worker.LogLevels;
import naru.http.Answer;
import naru.http.Call;
import naru.http.Json;
import naru.http.Refusal;

import org.apache.kafka.connect.runtime.rest.entities.ServerInfo;
import org.apache.kafka.connect.runtime.rest.entities.WorkerStatus;
import org.apache.kafka.connect.util.FutureCallback;
import org.jspecify.annotations.Nullable;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The worker itself: what it is, how it does, what it logs; and our own questions about it. */
final class WorkerApi {
    private static final int HEALTH_SECONDS_MOST = 10;

    private final HostedWorker worker;
    private final ConnectSettings settings;
    private final DryRun dryRun;

    WorkerApi(HostedWorker worker, ConnectSettings settings) {
        this.worker = worker;
        this.settings = settings;
        this.dryRun = new DryRun(worker, settings.clients());
    }

    Answer server(Call call) {
        return ConnectRoutes.ok(new ServerInfo(worker.herder().kafkaClusterId()));
    }

    Answer health(Call call) throws InterruptedException {
        FutureCallback<Void> healthy = new FutureCallback<>();
        worker.herder().healthCheck(healthy);
        try {
            healthy.get(HEALTH_SECONDS_MOST, TimeUnit.SECONDS);
            return ConnectRoutes.ok(WorkerStatus.healthy());
        } catch (TimeoutException | ExecutionException not) {
            return worker.herder().isReady()
                    ? ConnectRoutes.json(
                            500,
                            WorkerStatus.unhealthy(
                                    "Worker was unable to handle this request and may be unable to"
                                            + " handle other requests."))
                    : ConnectRoutes.json(
                            503, WorkerStatus.starting("Worker is still starting up."));
        }
    }

    Answer loggers(Call call) {
        Map<String, Object> told = new LinkedHashMap<>();
        worker.levels().all().forEach((name, level) -> told.put(name, json(level)));
        return ConnectRoutes.ok(told);
    }

    private static Map<String, @Nullable Object> json(LogLevels.Told level) {
        Map<String, @Nullable Object> told = new LinkedHashMap<>();
        told.put("level", level.level());
        told.put("last_modified", level.lastModified());
        return told;
    }

    Answer logger(Call call) {
        String name = call.variable("logger");
        LogLevels.Told level = worker.levels().of(name);
        if (level == null) {
            throw new Refusal(404, "Logger " + name + " not found.");
        }
        return ConnectRoutes.ok(json(level));
    }

    Answer setLogger(Call call) {
        String name = call.variable("logger");
        String level = Requests.texts(Requests.body(call)).get("level");
        if (level == null) {
            throw new Refusal(400, "Desired 'level' parameter was not specified in request.");
        }
        if (LogLevels.level(level) == null) {
            throw new Refusal(404, "invalid log level '" + level + "'.");
        }
        String scope = call.parameter("scope", "worker");
        return switch (scope) {
            case "worker" -> ConnectRoutes.ok(worker.levels().set(name, level));
            case "cluster" -> {
                if (settings.isStandalone()) {
                    worker.levels().set(name, level);
                } else {
                    worker.herder().setClusterLoggerLevel(name, level);
                }
                yield Answer.empty(204);
            }
            default ->
                    throw new Refusal(
                            400, "the scope '" + scope + "' is neither worker nor cluster");
        };
    }

    /** What this worker knows of a connector beyond its status. */
    Answer told(Call call) {
        String connector = call.variable("connector");
        Map<String, Object> told = new LinkedHashMap<>();
        told.put("connector", connector);
        told.put("worker", worker.workerId());
        told.put("restarts", worker.restarts().of(connector, System.currentTimeMillis()));
        told.put("busy", worker.spinning().of(connector));
        return ConnectRoutes.ok(told);
    }

    Answer log(Call call) {
        String connector = call.variable("connector");
        List<ConnectorLog.Line> lines = worker.log().of(connector, call.number("after", 0));
        return ConnectRoutes.ok(lines);
    }

    /** Tries a configuration with one record and without effect. */
    Answer dryRun(Call call) throws InterruptedException {
        JsonNode tree = Json.parse(Requests.body(call));
        JsonNode given = tree.has("config") ? tree.get("config") : tree;
        Map<String, @Nullable String> config = Requests.texts(given, "\"config\"");
        if (tree.has("config") && tree.path("name").isTextual()) {
            config.putIfAbsent("name", tree.get("name").asText());
        }
        config.putIfAbsent("name", "dry-run");
        return ConnectRoutes.ok(dryRun.of(config));
    }
}
