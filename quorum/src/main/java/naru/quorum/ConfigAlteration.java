package naru.quorum;

import org.apache.kafka.clients.admin.AlterConfigOp.OpType;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.message.AlterConfigsRequestData;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.ApiError;
import org.jspecify.annotations.Nullable;

import java.util.AbstractMap.SimpleImmutableEntry;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

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
    private final Set<ConfigResource> seen = new HashSet<>();
    private final Set<ConfigResource> repeated = new HashSet<>();
    private final List<Answer> answers = new ArrayList<>();

    static ConfigAlteration<Map<String, Map.Entry<OpType, String>>> of(
            IncrementalAlterConfigsRequestData request) {
        ConfigAlteration<Map<String, Map.Entry<OpType, String>>> alteration =
                new ConfigAlteration<>();
        for (var resource : request.resources()) {
            Map<String, Map.Entry<OpType, String>> operations = new HashMap<>();
            Flaws flaws = new Flaws();
            for (var config : resource.configs()) {
                OpType operation = OpType.forId(config.configOperation());
                if (operation == null) {
                    flaws.unknownOperation = true;
                } else {
                    flaws.note(config.name(), config.value(), operation != OpType.DELETE);
                    operations.put(
                            config.name(), new SimpleImmutableEntry<>(operation, config.value()));
                }
            }
            alteration.add(resource.resourceType(), resource.resourceName(), operations, flaws);
        }
        return alteration;
    }

    static ConfigAlteration<Map<String, String>> of(AlterConfigsRequestData request) {
        ConfigAlteration<Map<String, String>> alteration = new ConfigAlteration<>();
        for (var resource : request.resources()) {
            Map<String, String> values = new HashMap<>();
            Flaws flaws = new Flaws();
            for (var config : resource.configs()) {
                flaws.note(config.name(), config.value(), true);
                values.put(config.name(), config.value());
            }
            alteration.add(resource.resourceType(), resource.resourceName(), values, flaws);
        }
        return alteration;
    }

    private void add(byte type, String name, C change, Flaws flaws) {
        ConfigResource resource = new ConfigResource(ConfigResource.Type.forId(type), name);
        String flaw = flaws.sentence();
        if (resource.type() == ConfigResource.Type.UNKNOWN) {
            refuse(type, name, Errors.UNSUPPORTED_VERSION, "Unknown resource type " + type + ".");
        } else if (!seen.add(resource)) {
            if (repeated.add(resource)) {
                changes.remove(resource);
                answers.removeIf(answer -> answer.type() == type && answer.name().equals(name));
                refuse(type, name, Errors.INVALID_REQUEST, "Duplicate resource.");
            }
        } else if (flaw != null) {
            refuse(type, name, Errors.INVALID_REQUEST, flaw);
        } else {
            changes.put(resource, change);
        }
    }

    private void refuse(byte type, String name, Errors error, String reason) {
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

    /** What is wrong with the way in which one resource's keys are asked for. */
    private static final class Flaws {
        private final Set<String> keys = new HashSet<>();
        private final TreeSet<String> withoutValue = new TreeSet<>();
        private boolean keyTwice;
        private boolean unknownOperation;

        void note(String key, @Nullable String value, boolean needsValue) {
            keyTwice |= !keys.add(key);
            if (needsValue && value == null) {
                withoutValue.add(key);
            }
        }

        @Nullable String sentence() {
            if (unknownOperation) {
                return "Unknown kind of operation.";
            } else if (keyTwice) {
                return "Error due to duplicate config keys";
            } else if (!withoutValue.isEmpty()) {
                return "Null value not supported for : " + String.join(",", withoutValue);
            }
            return null;
        }
    }
}
