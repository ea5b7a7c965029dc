package naru.broker.access;

import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.resource.ResourceType;
import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** All rules about one principal. Immutable. */
final class PrincipalRules {
    /** One more than the greatest code of a type. */
    private static final int TYPES = 1 + greatestCode();

    static final PrincipalRules NONE = new PrincipalRules(Set.of());

    private final Set<AclBinding> rules;

    /** By the type's code. */
    private final @Nullable Patterns[] byType;

    private PrincipalRules(Set<AclBinding> rules) {
        this.rules = rules;
        Map<ResourceType, List<AclBinding>> groups = new EnumMap<>(ResourceType.class);
        for (AclBinding rule : rules) {
            groups.computeIfAbsent(rule.pattern().resourceType(), type -> new ArrayList<>())
                    .add(rule);
        }
        this.byType = new Patterns[TYPES];
        groups.forEach((type, group) -> byType[type.code()] = Patterns.of(group));
    }

    private static int greatestCode() {
        int greatest = 0;
        for (ResourceType type : ResourceType.values()) {
            greatest = Math.max(greatest, type.code());
        }
        return greatest;
    }

    PrincipalRules with(Set<AclBinding> added, Set<AclBinding> removed) {
        Set<AclBinding> changed = new HashSet<>(rules);
        changed.removeAll(removed);
        changed.addAll(added);
        return changed.isEmpty() ? NONE : new PrincipalRules(changed);
    }

    boolean isEmpty() {
        return rules.isEmpty();
    }

    boolean contains(AclBinding rule) {
        return rules.contains(rule);
    }

    int size() {
        return rules.size();
    }

    @Nullable Patterns patterns(ResourceType type) {
        return byType[type.code()];
    }
}
