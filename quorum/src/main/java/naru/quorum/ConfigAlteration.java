package naru.quorum;

import org.apache.kafka.clients.admin.AlterConfigOp.OpType;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.ApiError;
import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The resources that one request alters: those that go to the controller, and those that are
 * refused for how they were asked for.
 *
 * @param <C> what is to be done with a resource
 */
final class ConfigAlteration<C> {
    /** One resource's answer. */
    record Answer(byte type, String name, ApiError error) {
        @Nullable String message() {
            return error.isFailure() ? error.messageWithFallback() : null;
        }
    }

    private final Map<ConfigResource, C> changes = new HashMap<>();
    private final Set<ConfigResource> repeated = new HashSet<>();
    private final List<Answer> answers = new ArrayList<>();

    /** Takes an incremental operation's number apart; null when there is no such operation. */
    static @Nullable OpType operation(byte id) {
        return OpType.forId(id);
    }

    void add(byte type, String name, C change) {
        ConfigResource resource = new ConfigResource(ConfigResource.Type.forId(type), name);
        if (resource.type() == ConfigResource.Type.UNKNOWN) {
            refuse(type, name, Errors.UNSUPPORTED_VERSION, "Unknown resource type " + type + ".");
        } else if (repeated.contains(resource)) {
            return;
        } else if (changes.putIfAbsent(resource, change) != null) {
            changes.remove(resource);
            repeated.add(resource);
            refuse(type, name, Errors.INVALID_REQUEST, "Duplicate resource.");
        }
    }

    void refuse(byte type, String name, Errors error, String reason) {
        answers.add(new Answer(type, name, new ApiError(error, reason)));
    }

    Map<ConfigResource, C> changes() {
        return changes;
    }

    List<Answer> answers(Map<ConfigResource, ApiError> outcome) {
        outcome.forEach((resource, error) ->
                answers.add(new Answer(resource.type().id(), resource.name(), error)));
        return answers;
    }
}
