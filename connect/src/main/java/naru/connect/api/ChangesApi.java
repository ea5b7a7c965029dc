package naru.connect.api;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;

import naru.http.Answer;
import naru.http.Call;
import naru.http.Json;
import naru.http.Refusal;

import org.apache.kafka.connect.runtime.Herder;
import org.apache.kafka.connect.runtime.Herder.Created;
import org.apache.kafka.connect.runtime.RestartRequest;
import org.apache.kafka.connect.runtime.TargetState;
import org.apache.kafka.connect.runtime.rest.entities.ConnectorInfo;
import org.apache.kafka.connect.runtime.rest.entities.ConnectorOffsets;
import org.apache.kafka.connect.runtime.rest.entities.ConnectorStateInfo;
import org.apache.kafka.connect.runtime.rest.entities.Message;
import org.apache.kafka.connect.util.ConnectorTaskId;
import org.jspecify.annotations.Nullable;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;

/** What changes connectors. */
final class ChangesApi {
    private static final byte[] NO_BODY = new byte[0];

    private final Herder herder;
    private final Herding herding;

    ChangesApi(Herder herder, Herding herding) {
        this.herder = herder;
        this.herding = herding;
    }

    Answer create(Call call) throws InterruptedException {
        byte[] body = Requests.body(call);
        JsonNode tree = Json.parse(body);
        String name = tree.path("name").isTextual() ? tree.get("name").asText().strip() : "";
        JsonNode given = tree.path("config");
        if (given.isMissingNode() || given.isNull()) {
            throw new Refusal(
                    400,
                    "the body has no \"config\": send {\"name\": ..., \"config\": {...}}, or the"
                            + " configuration alone to PUT /connectors/NAME/config");
        }
        Map<String, @Nullable String> config = Requests.texts(given, "\"config\"");
        Requests.putName(name, config);
        TargetState state = state(tree.path("initial_state"));
        return herding.<Created<ConnectorInfo>>askWherever(
                call,
                body,
                done -> herder.putConnectorConfig(name, config, state, false, done),
                created -> created(created.result()));
    }

    private static @Nullable TargetState state(JsonNode given) {
        if (given.isMissingNode() || given.isNull()) {
            return null;
        }
        return switch (given.asText().toUpperCase(Locale.ROOT)) {
            case "RUNNING" -> TargetState.STARTED;
            case "PAUSED" -> TargetState.PAUSED;
            case "STOPPED" -> TargetState.STOPPED;
            default ->
                    throw new Refusal(
                            400,
                            "initial_state is '%s'; it can be running, paused or stopped"
                                    .formatted(given.asText()));
        };
    }

    private static Answer created(ConnectorInfo info) {
        String name = URLEncoder.encode(info.name(), StandardCharsets.UTF_8).replace("+", "%20");
        return ConnectRoutes.json(201, info).with("Location", "/connectors/" + name);
    }

    private static Answer put(Created<ConnectorInfo> done) {
        return done.created() ? created(done.result()) : ConnectRoutes.ok(done.result());
    }

    Answer configure(Call call) throws InterruptedException {
        byte[] body = Requests.body(call);
        String name = call.variable("connector");
        Map<String, @Nullable String> config = Requests.texts(body);
        Requests.putName(name, config);
        return herding.<Created<ConnectorInfo>>askWherever(
                call,
                body,
                done -> herder.putConnectorConfig(name, config, true, done),
                ChangesApi::put);
    }

    Answer patch(Call call) throws InterruptedException {
        byte[] body = Requests.body(call);
        String name = call.variable("connector");
        Map<String, @Nullable String> config = Requests.texts(body);
        return herding.<Created<ConnectorInfo>>askWherever(
                call,
                body,
                done -> herder.patchConnectorConfig(name, config, done),
                ChangesApi::put);
    }

    Answer delete(Call call) throws InterruptedException {
        String name = call.variable("connector");
        return herding.<Created<ConnectorInfo>>askWherever(
                call,
                NO_BODY,
                done -> herder.deleteConnectorConfig(name, done),
                ConnectRoutes::nothing);
    }

    Answer pause(Call call) {
        herder.pauseConnector(call.variable("connector"));
        return Answer.empty(202);
    }

    Answer resume(Call call) {
        herder.resumeConnector(call.variable("connector"));
        return Answer.empty(202);
    }

    Answer stop(Call call) throws InterruptedException {
        String name = call.variable("connector");
        return herding.<Void>askWherever(
                call, NO_BODY, done -> herder.stopConnector(name, done), ConnectRoutes::nothing);
    }

    Answer restart(Call call) throws InterruptedException {
        RestartRequest request =
                new RestartRequest(
                        call.variable("connector"),
                        call.flag("onlyFailed"),
                        call.flag("includeTasks"));
        if (request.forceRestartConnectorOnly()) {
            return herding.<Void>askWherever(
                    call,
                    NO_BODY,
                    done -> herder.restartConnector(request.connectorName(), done),
                    ConnectRoutes::nothing);
        }
        return herding.<ConnectorStateInfo>askWherever(
                call,
                NO_BODY,
                done -> herder.restartConnectorAndTasks(request, done),
                state -> ConnectRoutes.json(202, state));
    }

    Answer restartTask(Call call) throws InterruptedException {
        ConnectorTaskId task = new ConnectorTaskId(call.variable("connector"), Requests.task(call));
        return herding.<Void>askWherever(
                call, NO_BODY, done -> herder.restartTask(task, done), ConnectRoutes::nothing);
    }

    Answer alterOffsets(Call call) throws InterruptedException {
        byte[] body = Requests.body(call);
        String name = call.variable("connector");
        ConnectorOffsets offsets = offsets(body);
        return herding.<Message>askWherever(
                call,
                body,
                done -> herder.alterConnectorOffsets(name, offsets.toMap(), done),
                ConnectRoutes::ok);
    }

    private static ConnectorOffsets offsets(byte[] body) {
        ConnectorOffsets offsets;
        try {
            offsets = Json.MAPPER.treeToValue(Json.parse(body), ConnectorOffsets.class);
        } catch (JsonProcessingException shapeless) {
            throw new Refusal(
                    400,
                    "send {\"offsets\": [{\"partition\": {...}, \"offset\": {...}}]}: "
                            + shapeless.getOriginalMessage());
        }
        if (offsets.offsets() == null || offsets.offsets().isEmpty()) {
            throw new Refusal(
                    400, "Partitions / offsets need to be provided for an alter offsets request");
        }
        return offsets;
    }

    Answer resetOffsets(Call call) throws InterruptedException {
        String name = call.variable("connector");
        return herding.<Message>askWherever(
                call, NO_BODY, done -> herder.resetConnectorOffsets(name, done), ConnectRoutes::ok);
    }
}
