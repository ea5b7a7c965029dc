package naru.rest.v3;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import naru.http.Answer;
import naru.http.Call;
import naru.http.Json;
import naru.http.Refusal;
import naru.http.Routes;
import naru.rest.cluster.Faults;
import naru.rest.cluster.UserClients;

import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.jspecify.annotations.Nullable;

import java.util.Locale;
import java.util.Set;

/**
 * A request about a cluster: who asks, and with which clients.
 *
 * @param cluster as the outermost resource of the answer
 * @param clusterId of the only cluster there is
 */
record Scope(Call call, UserClients.Lease lease, Resource cluster, String clusterId) {
    /** Answers a request about a cluster. */
    @FunctionalInterface
    interface Deed {
        Answer answer(Scope scope) throws InterruptedException;
    }

    static Routes.Route route(UserClients users, Deed deed) {
        return call -> {
            try (UserClients.Lease lease = users.lease(call)) {
                String id = lease.clusterId();
                if (call.hasVariable("cluster") && !call.variable("cluster").equals(id)) {
                    throw new Refusal(
                            404, "Cluster %s cannot be found.".formatted(call.variable("cluster")));
                }
                return deed.answer(new Scope(call, lease, cluster(call, id), id));
            } catch (InterruptException stopping) {
                throw stopping;
            } catch (KafkaException fault) {
                throw Faults.refusal(fault);
            }
        };
    }

    private static Resource cluster(Call call, String id) {
        return new Resource(call.origin() + "/v3/clusters/" + Resource.encoded(id), "kafka=" + id);
    }

    Admin admin() {
        return lease.admin();
    }

    String variable(String name) {
        return call.variable(name);
    }

    /**
     * @throws Refusal 404 when it is none
     */
    int number(String variable) {
        try {
            return Integer.parseInt(call.variable(variable));
        } catch (NumberFormatException notNumber) {
            throw notFound();
        }
    }

    static Refusal notFound() {
        return new Refusal(404, "HTTP 404 Not Found");
    }

    /** The cluster's id stands in every resource. */
    ObjectNode with(ObjectNode tree) {
        return tree.put("cluster_id", clusterId);
    }

    /**
     * The body as an object.
     *
     * @throws Refusal 400 when it is none, or has other fields, 415 when it is of another type
     */
    ObjectNode body(String... fields) {
        String type = call.header("Content-Type");
        String plain = type == null ? "" : type.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
        if (!plain.isEmpty() && !plain.equals(Resource.TYPE)) {
            throw new Refusal(
                    415,
                    "HTTP 415 Unsupported Media Type: '%s'; send %s"
                            .formatted(plain, Resource.TYPE));
        }
        if (!(Json.parse(call.body()) instanceof ObjectNode object)) {
            throw new Refusal(400, "the body is no JSON object");
        }
        check(object, fields);
        return object;
    }

    static void check(ObjectNode object, String... fields) {
        Set<String> known = Set.of(fields);
        for (var each : object.properties()) {
            if (!known.contains(each.getKey())) {
                throw new Refusal(
                        400,
                        "Unrecognized field \"%s\"; there are %s"
                                .formatted(
                                        each.getKey()
                                                .substring(
                                                        0, Math.min(100, each.getKey().length())),
                                        String.join(", ", fields)));
            }
        }
    }

    /**
     * @return null when it is missing or null
     */
    static @Nullable String text(JsonNode object, String field) {
        JsonNode value = object.path(field);
        if (value.isMissingNode() || value.isNull()) {
            return null;
        }
        if (value.isContainerNode()) {
            throw new Refusal(400, "the field %s is no text".formatted(field));
        }
        return value.asText();
    }

    static String needed(JsonNode object, String field) {
        String value = text(object, field);
        if (value == null) {
            throw new Refusal(400, "the field %s is missing".formatted(field));
        }
        return value;
    }

    /**
     * @return null when it is missing or null
     */
    static @Nullable Integer number(JsonNode object, String field) {
        JsonNode value = object.path(field);
        if (value.isMissingNode() || value.isNull()) {
            return null;
        }
        if (!value.isIntegralNumber() || !value.canConvertToInt()) {
            throw new Refusal(400, "the field %s is no whole number: %s".formatted(field, value));
        }
        return value.asInt();
    }

    static boolean flag(JsonNode object, String field) {
        JsonNode value = object.path(field);
        if (!value.isMissingNode() && !value.isNull() && !value.isBoolean()) {
            throw new Refusal(400, "the field %s is neither true nor false".formatted(field));
        }
        return value.asBoolean(false);
    }
}
