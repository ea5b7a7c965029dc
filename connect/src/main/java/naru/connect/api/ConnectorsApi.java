package naru.connect.api;

import naru.http.Answer;
import naru.http.Call;
import naru.http.Refusal;

import org.apache.kafka.connect.errors.NotFoundException;
import org.apache.kafka.connect.runtime.Herder;
import org.apache.kafka.connect.runtime.WorkerConfig;
import org.apache.kafka.connect.runtime.rest.entities.ActiveTopicsInfo;
import org.apache.kafka.connect.runtime.rest.entities.ConnectorInfo;
import org.apache.kafka.connect.runtime.rest.entities.ConnectorOffsets;
import org.apache.kafka.connect.runtime.rest.entities.TaskInfo;
import org.apache.kafka.connect.util.ConnectorTaskId;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What there is: connectors, their tasks, configurations, status, topics and offsets. */
final class ConnectorsApi {
    private final Herder herder;
    private final Herding herding;
    private final boolean tracksTopics;
    private final boolean resetsTopics;

    ConnectorsApi(Herder herder, Herding herding, WorkerConfig config) {
        this.herder = herder;
        this.herding = herding;
        this.tracksTopics = config.getBoolean(WorkerConfig.TOPIC_TRACKING_ENABLE_CONFIG);
        this.resetsTopics = config.getBoolean(WorkerConfig.TOPIC_TRACKING_ALLOW_RESET_CONFIG);
    }

    Answer all(Call call) {
        List<String> expand = call.parameters("expand");
        Collection<String> names = herder.connectors();
        if (expand.isEmpty()) {
            return ConnectRoutes.ok(names);
        }
        Map<String, Map<String, Object>> expanded = new LinkedHashMap<>();
        for (String name : names) {
            Map<String, Object> parts = new LinkedHashMap<>();
            try {
                if (expand.contains("status")) {
                    parts.put("status", herder.connectorStatus(name));
                }
                if (expand.contains("info")) {
                    parts.put("info", herder.connectorInfo(name));
                }
                expanded.put(name, parts);
            } catch (NotFoundException deletedMeanwhile) {
                expanded.remove(name);
            }
        }
        return ConnectRoutes.ok(expanded);
    }

    Answer info(Call call) throws InterruptedException {
        String name = call.variable("connector");
        ConnectorInfo info = herding.ask(done -> herder.connectorInfo(name, done));
        return ConnectRoutes.ok(info);
    }

    Answer config(Call call) throws InterruptedException {
        String name = call.variable("connector");
        Map<String, String> config = herding.ask(done -> herder.connectorConfig(name, done));
        return ConnectRoutes.ok(config);
    }

    Answer status(Call call) {
        return ConnectRoutes.ok(herder.connectorStatus(call.variable("connector")));
    }

    Answer tasks(Call call) throws InterruptedException {
        String name = call.variable("connector");
        List<TaskInfo> tasks = herding.ask(done -> herder.taskConfigs(name, done));
        return ConnectRoutes.ok(tasks);
    }

    Answer taskStatus(Call call) {
        ConnectorTaskId task = new ConnectorTaskId(call.variable("connector"), Requests.task(call));
        return ConnectRoutes.ok(herder.taskStatus(task));
    }

    Answer topics(Call call) {
        if (!tracksTopics) {
            throw new Refusal(403, "Topic tracking is disabled.");
        }
        ActiveTopicsInfo info = herder.connectorActiveTopics(call.variable("connector"));
        return ConnectRoutes.ok(Map.of(info.connector(), info));
    }

    Answer resetTopics(Call call) {
        if (!tracksTopics) {
            throw new Refusal(403, "Topic tracking is disabled.");
        }
        if (!resetsTopics) {
            throw new Refusal(403, "Topic tracking reset is disabled.");
        }
        herder.resetConnectorActiveTopics(call.variable("connector"));
        return Answer.empty(202);
    }

    Answer offsets(Call call) throws InterruptedException {
        String name = call.variable("connector");
        ConnectorOffsets offsets = herding.ask(done -> herder.connectorOffsets(name, done));
        return ConnectRoutes.ok(offsets);
    }
}
