package naru.broker.access;

import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.resource.ResourceType;
import org.apache.kafka.common.security.auth.KafkaPrincipal;
import org.jspecify.annotations.Nullable;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The rules of one moment, so that a decision is a few look-ups. Immutable; a look-up makes
 * nothing.
 */
public final class AccessIndex {
    /** Whom a rule for everybody names. */
    static final KafkaPrincipal EVERYBODY = new KafkaPrincipal(KafkaPrincipal.USER_TYPE, "*");

    private final Map<KafkaPrincipal, PrincipalRules> byPrincipal;
    private final PrincipalRules everybody;

    /** The rules of all principals together, or null where nobody asks for them. */
    private final @Nullable PrincipalRules together;

    private AccessIndex(
            Map<KafkaPrincipal, PrincipalRules> byPrincipal, @Nullable PrincipalRules together) {
        this.byPrincipal = byPrincipal;
        this.everybody = byPrincipal.getOrDefault(EVERYBODY, PrincipalRules.NONE);
        this.together = together;
    }

    /**
     * @param knowsResources whether it can tell if there is any rule about a resource, which makes
     *     changes dearer
     */
    public static AccessIndex empty(boolean knowsResources) {
        return new AccessIndex(Map.of(), knowsResources ? PrincipalRules.NONE : null);
    }

    /** This index after a change; what is removed and added at once is there. */
    public AccessIndex with(Collection<AclBinding> added, Collection<AclBinding> removed) {
        Map<KafkaPrincipal, Set<AclBinding>> more = byPrincipal(added);
        Map<KafkaPrincipal, Set<AclBinding>> less = byPrincipal(removed);
        Set<KafkaPrincipal> changed = new HashSet<>(more.keySet());
        changed.addAll(less.keySet());
        Map<KafkaPrincipal, PrincipalRules> next = new HashMap<>(byPrincipal);
        for (KafkaPrincipal principal : changed) {
            PrincipalRules rules =
                    next.getOrDefault(principal, PrincipalRules.NONE)
                            .with(
                                    more.getOrDefault(principal, Set.of()),
                                    less.getOrDefault(principal, Set.of()));
            if (rules.isEmpty()) {
                next.remove(principal);
            } else {
                next.put(principal, rules);
            }
        }
        return new AccessIndex(
                next,
                together == null
                        ? null
                        : together.with(new HashSet<>(added), new HashSet<>(removed)));
    }

    private static Map<KafkaPrincipal, Set<AclBinding>> byPrincipal(Collection<AclBinding> rules) {
        Map<KafkaPrincipal, Set<AclBinding>> groups = new HashMap<>();
        for (AclBinding rule : rules) {
            groups.computeIfAbsent(principal(rule), principal -> new HashSet<>()).add(rule);
        }
        return groups;
    }

    /** A name without a type, which the controller refuses, is of no principal there is. */
    private static KafkaPrincipal principal(AclBinding rule) {
        String text = rule.entry().principal();
        int colon = text.indexOf(':');
        return new KafkaPrincipal(text.substring(0, Math.max(0, colon)), text.substring(colon + 1));
    }

    public int size() {
        return byPrincipal.values().stream().mapToInt(PrincipalRules::size).sum();
    }

    public boolean contains(AclBinding rule) {
        PrincipalRules rules = byPrincipal.get(principal(rule));
        return rules != null && rules.contains(rule);
    }

    /** Bits, by the codes of operations, of all that the principal may do on the resource. */
    int allowed(KafkaPrincipal principal, InetAddress client, ResourceType type, String name) {
        Patterns own = rulesOf(principal).patterns(type);
        Patterns all = everybody.patterns(type);
        int allowed =
                (own == null ? 0 : own.allowed(client, name))
                        | (all == null ? 0 : all.allowed(client, name));
        if (allowed == 0) {
            return 0;
        }
        int denied =
                (own == null ? 0 : own.denied(client, name))
                        | (all == null ? 0 : all.denied(client, name));
        return allowed & ~denied;
    }

    private PrincipalRules rulesOf(KafkaPrincipal principal) {
        PrincipalRules rules = byPrincipal.get(principal);
        return rules == null ? PrincipalRules.NONE : rules;
    }

    /** Whether there is any rule about the resource, whoever it names. */
    boolean hasRuleFor(ResourceType type, String name) {
        Patterns patterns = together == null ? null : together.patterns(type);
        return patterns != null && patterns.hasRuleFor(name);
    }

    /** Whether there is a rule about all resources of the type, whoever it names. */
    boolean hasRuleForEvery(ResourceType type) {
        Patterns patterns = together == null ? null : together.patterns(type);
        return patterns != null && patterns.hasRuleForEvery();
    }

    /**
     * Whether there can be a resource of the type on which the principal may do the operation:
     * something is allowed of which not all is denied.
     */
    boolean allowedOnAny(
            KafkaPrincipal principal,
            InetAddress client,
            AclOperation operation,
            ResourceType type) {
        int bit = ResourceOperations.bit(operation);
        List<Patterns> parts = new ArrayList<>(2);
        addTo(parts, rulesOf(principal).patterns(type));
        addTo(parts, everybody.patterns(type));
        int allowedOnEvery = 0;
        int deniedOnEvery = 0;
        for (Patterns part : parts) {
            allowedOnEvery |= part.allowedOnEvery(client);
            deniedOnEvery |= part.deniedOnEvery(client);
        }
        if ((deniedOnEvery & bit) != 0) {
            return false;
        }
        return (allowedOnEvery & bit) != 0 || allowsPattern(parts, client, bit);
    }

    private static void addTo(List<Patterns> parts, @Nullable Patterns patterns) {
        if (patterns != null) {
            parts.add(patterns);
        }
    }

    private static boolean allowsPattern(List<Patterns> parts, InetAddress client, int bit) {
        List<String> prefixes = new ArrayList<>();
        List<String> literals = new ArrayList<>();
        for (Patterns part : parts) {
            part.allowedPrefixes(client, bit, prefixes);
            part.allowedLiterals(client, bit, literals);
        }
        for (String prefix : prefixes) {
            if (parts.stream().noneMatch(part -> part.deniesPrefixOf(client, bit, prefix))) {
                return true;
            }
        }
        for (String name : literals) {
            if (parts.stream()
                    .noneMatch(part ->
                            part.deniesPrefixOf(client, bit, name)
                                    || part.deniesLiteral(client, bit, name))) {
                return true;
            }
        }
        return false;
    }
}
