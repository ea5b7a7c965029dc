package naru.app.explain;

import com.fasterxml.jackson.databind.JsonNode;

import java.util.ArrayList;
import java.util.List;

/**
 * What is known of a connector.
 *
 * @param busy threads that use a whole core, each with where it stands
 * @param complaints the last warnings and errors that it logged
 */
public record ConnectorFacts(
        String name,
        List<Part> parts,
        List<Restart> restarts,
        List<String> busy,
        List<String> complaints) {
    private static final int COMPLAINTS_MOST = 3;

    /**
     * The connector itself or a task of it.
     *
     * @param what {@code connector} or {@code task N}
     * @param trace of its failure, or empty
     */
    public record Part(String what, String state, String worker, String trace) {}

    /**
     * @param task -1: the connector itself
     * @param nextInMillis -1: none is due
     */
    public record Restart(int task, int made, int most, long nextInMillis, boolean givenUp) {}

    /**
     * @param status what the worker's API says of its status
     * @param own what Naru's worker says beside; a missing node from another worker
     * @param log its last lines; likewise
     */
    public static ConnectorFacts of(String name, JsonNode status, JsonNode own, JsonNode log) {
        List<Part> parts = new ArrayList<>();
        parts.add(part("connector", status.path("connector")));
        status.path("tasks")
                .forEach(task -> parts.add(part("task " + task.path("id").asInt(), task)));
        List<Restart> restarts = new ArrayList<>();
        own.path("restarts")
                .forEach(each ->
                        restarts.add(
                                new Restart(
                                        each.path("task").asInt(),
                                        each.path("made").asInt(),
                                        each.path("most").asInt(),
                                        each.path("nextInMillis").asLong(-1),
                                        each.path("givenUp").asBoolean())));
        List<String> busy = new ArrayList<>();
        own.path("busy")
                .forEach(each ->
                        busy.add(
                                "%s has used a whole core for %d s and stands at %s"
                                        .formatted(
                                                each.path("thread").asText(),
                                                each.path("seconds").asInt(),
                                                each.path("stands").path(0).asText())));
        List<String> complaints = new ArrayList<>();
        if (log.isArray()) {
            log.forEach(line -> {
                String level = line.path("level").asText();
                if (level.equals("WARN") || level.equals("ERROR")) {
                    complaints.add(line.path("text").asText());
                }
            });
        }
        int from = Math.max(0, complaints.size() - COMPLAINTS_MOST);
        return new ConnectorFacts(
                name,
                parts,
                restarts,
                busy,
                List.copyOf(complaints.subList(from, complaints.size())));
    }

    private static Part part(String what, JsonNode state) {
        return new Part(
                what,
                state.path("state").asText("unknown"),
                state.path("worker_id").asText(""),
                state.path("trace").asText(""));
    }
}
