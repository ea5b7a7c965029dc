package naru.rest.v3;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

import naru.http.Answer;
import naru.http.Refusal;
import naru.rest.cluster.Answers;

import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AccessControlEntryFilter;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclBindingFilter;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourcePatternFilter;
import org.apache.kafka.common.resource.ResourceType;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** Who may what: found, made and deleted. */
final class AclsApi {
    private static final int BATCH_MOST = 1_000;
    private static final String[] FIELDS = {
        "resource_type",
        "resource_name",
        "pattern_type",
        "principal",
        "host",
        "operation",
        "permission"
    };

    Answer search(Scope scope) throws InterruptedException {
        Collection<AclBinding> found =
                Answers.of(scope.admin().describeAcls(filter(scope, false)).values());
        ObjectNode tree = JsonNodeFactory.instance.objectNode();
        tree.put("kind", "KafkaAclList");
        tree.putObject("metadata").put("self", searched(scope)).putNull("next");
        add(tree, scope, found);
        return Resource.ok(tree);
    }

    /** Where the same is found again. */
    private static String searched(Scope scope) {
        List<String> parts = new ArrayList<>();
        for (String field : FIELDS) {
            String value = scope.call().parameter(field);
            if (value != null) {
                parts.add(field + "=" + Resource.encoded(value));
            }
        }
        String all = scope.cluster().url() + "/acls";
        return parts.isEmpty() ? all : all + "?" + String.join("&", parts);
    }

    private static void add(ObjectNode tree, Scope scope, Collection<AclBinding> found) {
        var data = tree.putArray("data");
        found.stream()
                .sorted(Comparator.comparing(AclBinding::toString))
                .forEach(each -> data.add(tree(scope, each)));
    }

    Answer delete(Scope scope) throws InterruptedException {
        Collection<AclBinding> deleted =
                Answers.of(scope.admin().deleteAcls(List.of(filter(scope, true))).all());
        ObjectNode tree = JsonNodeFactory.instance.objectNode();
        add(tree, scope, deleted);
        return Resource.ok(tree);
    }

    /**
     * @param strict whether the kinds have to be named, so that not everything is deleted by a
     *     parameter that was left out
     */
    private static AclBindingFilter filter(Scope scope, boolean strict) {
        return new AclBindingFilter(
                new ResourcePatternFilter(
                        parameter(scope, "resource_type", ResourceType.class, strict),
                        scope.call().parameter("resource_name"),
                        parameter(scope, "pattern_type", PatternType.class, strict)),
                new AccessControlEntryFilter(
                        scope.call().parameter("principal"),
                        scope.call().parameter("host"),
                        parameter(scope, "operation", AclOperation.class, strict),
                        parameter(scope, "permission", AclPermissionType.class, strict)));
    }

    private static <T extends Enum<T>> T parameter(
            Scope scope, String name, Class<T> type, boolean strict) {
        String given = scope.call().parameter(name);
        if (given == null && strict) {
            throw new Refusal(400, "the parameter %s is missing".formatted(name));
        }
        return constant(name, given == null ? "ANY" : given, type);
    }

    private static <T extends Enum<T>> T constant(String name, String given, Class<T> type) {
        String wanted = given.toUpperCase(Locale.ROOT);
        for (T each : type.getEnumConstants()) {
            if (each.name().equals(wanted) && !wanted.equals("UNKNOWN")) {
                return each;
            }
        }
        throw new Refusal(
                400,
                "%s is one of %s, not '%s'"
                        .formatted(name, Arrays.toString(type.getEnumConstants()), given));
    }

    Answer create(Scope scope) throws InterruptedException {
        AclBinding wanted = binding(scope.body(FIELDS));
        Answers.of(scope.admin().createAcls(List.of(wanted)).all());
        return Answer.empty(201).with("Location", self(scope, wanted));
    }

    Answer createMany(Scope scope) throws InterruptedException {
        JsonNode data = scope.body("data").path("data");
        if (!data.isArray() || data.isEmpty() || data.size() > BATCH_MOST) {
            throw new Refusal(400, "data is an array of 1 to %d ACLs".formatted(BATCH_MOST));
        }
        List<AclBinding> all = new ArrayList<>();
        for (JsonNode each : data) {
            if (!(each instanceof ObjectNode object)) {
                throw new Refusal(400, "data has an element that is no object");
            }
            Scope.check(object, FIELDS);
            all.add(binding(object));
        }
        Answers.of(scope.admin().createAcls(all).all());
        return Answer.empty(201);
    }

    private static AclBinding binding(ObjectNode body) {
        try {
            return new AclBinding(
                    new ResourcePattern(
                            constant(body, "resource_type", ResourceType.class),
                            Scope.needed(body, "resource_name"),
                            constant(body, "pattern_type", PatternType.class)),
                    new AccessControlEntry(
                            Scope.needed(body, "principal"),
                            Scope.needed(body, "host"),
                            constant(body, "operation", AclOperation.class),
                            constant(body, "permission", AclPermissionType.class)));
        } catch (IllegalArgumentException notForOne) {
            throw new Refusal(400, 40002, String.valueOf(notForOne.getMessage()));
        }
    }

    private static <T extends Enum<T>> T constant(ObjectNode body, String name, Class<T> type) {
        return constant(name, Scope.needed(body, name), type);
    }

    private static ObjectNode tree(Scope scope, AclBinding binding) {
        ObjectNode tree = JsonNodeFactory.instance.objectNode();
        tree.put("kind", "KafkaAcl");
        tree.putObject("metadata").put("self", self(scope, binding));
        scope.with(tree);
        String[] values = values(binding);
        for (int at = 0; at < FIELDS.length; at++) {
            tree.put(FIELDS[at], values[at]);
        }
        return tree;
    }

    private static String self(Scope scope, AclBinding binding) {
        String[] values = values(binding);
        List<String> parts = new ArrayList<>();
        for (int at = 0; at < FIELDS.length; at++) {
            parts.add(FIELDS[at] + "=" + Resource.encoded(values[at]));
        }
        return scope.cluster().url() + "/acls?" + String.join("&", parts);
    }

    private static String[] values(AclBinding binding) {
        return new String[] {
            binding.pattern().resourceType().name(),
            binding.pattern().name(),
            binding.pattern().patternType().name(),
            binding.entry().principal(),
            binding.entry().host(),
            binding.entry().operation().name(),
            binding.entry().permissionType().name()
        };
    }
}
