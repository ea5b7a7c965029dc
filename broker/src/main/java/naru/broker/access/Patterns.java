package naru.broker.access;

import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.jspecify.annotations.Nullable;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The rules of one principal on resources of one type, by the resource's name. Immutable; a look-up
 * makes nothing.
 *
 * <p>Prefixes are sorted. All prefixes of a name are among the greatest that is not above it and
 * its chain of shorter ones; when one of the chain matches, so do all behind it.
 */
final class Patterns {
    private static final int NONE = -1;

    private final @Nullable Grants every;
    private final Map<String, Grants> literals;
    private final String[] prefixes;
    private final Grants[] prefixGrants;

    /** For each prefix the place of its longest proper prefix, or {@link #NONE}. */
    private final int[] shorter;

    private Patterns(
            @Nullable Grants every,
            Map<String, Grants> literals,
            SortedMap<String, Grants> prefixed) {
        this.every = every;
        this.literals = literals;
        this.prefixes = prefixed.keySet().toArray(String[]::new);
        this.prefixGrants = prefixed.values().toArray(Grants[]::new);
        this.shorter = new int[prefixes.length];
        for (int i = 0; i < prefixes.length; i++) {
            int candidate = i - 1;
            while (candidate != NONE && !prefixes[i].startsWith(prefixes[candidate])) {
                candidate = shorter[candidate];
            }
            shorter[i] = candidate;
        }
    }

    /** Rules of one principal and one type of resource. */
    static Patterns of(List<AclBinding> rules) {
        Map<String, List<AccessControlEntry>> byName = new HashMap<>();
        Map<String, List<AccessControlEntry>> byPrefix = new HashMap<>();
        for (AclBinding rule : rules) {
            boolean isPrefix = rule.pattern().patternType() == PatternType.PREFIXED;
            (isPrefix ? byPrefix : byName)
                    .computeIfAbsent(rule.pattern().name(), name -> new ArrayList<>(1))
                    .add(rule.entry());
        }
        Map<String, Grants> literals = new HashMap<>();
        byName.forEach((name, entries) -> literals.put(name, Grants.of(entries)));
        SortedMap<String, Grants> prefixed = new TreeMap<>();
        byPrefix.forEach((prefix, entries) -> prefixed.put(prefix, Grants.of(entries)));
        Grants every = literals.remove(ResourcePattern.WILDCARD_RESOURCE);
        return new Patterns(every, literals, prefixed);
    }

    int allowed(InetAddress client, String name) {
        int bits = every == null ? 0 : every.allowed(client);
        Grants literal = literals.get(name);
        if (literal != null) {
            bits |= literal.allowed(client);
        }
        for (int at = longest(name); at != NONE; at = shorter[at]) {
            bits |= prefixGrants[at].allowed(client);
        }
        return bits;
    }

    int denied(InetAddress client, String name) {
        int bits = every == null ? 0 : every.denied(client);
        Grants literal = literals.get(name);
        if (literal != null) {
            bits |= literal.denied(client);
        }
        for (int at = longest(name); at != NONE; at = shorter[at]) {
            bits |= prefixGrants[at].denied(client);
        }
        return bits;
    }

    /** Whether any rule is for this resource, whoever it is about. */
    boolean hasRuleFor(String name) {
        return every != null || literals.containsKey(name) || longest(name) != NONE;
    }

    boolean hasRuleForEvery() {
        return every != null;
    }

    /** Place of the longest prefix of the name. */
    private int longest(String name) {
        if (prefixes.length == 0) {
            return NONE;
        }
        int found = Arrays.binarySearch(prefixes, name);
        int at = found >= 0 ? found : -found - 2;
        while (at != NONE && !name.startsWith(prefixes[at])) {
            at = shorter[at];
        }
        return at;
    }

    int allowedOnEvery(InetAddress client) {
        return every == null ? 0 : every.allowed(client);
    }

    int deniedOnEvery(InetAddress client) {
        return every == null ? 0 : every.denied(client);
    }

    /** Names of which the rules allow the operation. */
    void allowedLiterals(InetAddress client, int bit, List<String> into) {
        literals.forEach((name, grants) -> {
            if ((grants.allowed(client) & bit) != 0) {
                into.add(name);
            }
        });
    }

    void allowedPrefixes(InetAddress client, int bit, List<String> into) {
        for (int i = 0; i < prefixes.length; i++) {
            if ((prefixGrants[i].allowed(client) & bit) != 0) {
                into.add(prefixes[i]);
            }
        }
    }

    /** Whether a prefix of the text, or the text itself as a prefix, is denied the operation. */
    boolean deniesPrefixOf(InetAddress client, int bit, String text) {
        for (int at = longest(text); at != NONE; at = shorter[at]) {
            if ((prefixGrants[at].denied(client) & bit) != 0) {
                return true;
            }
        }
        return false;
    }

    boolean deniesLiteral(InetAddress client, int bit, String name) {
        Grants literal = literals.get(name);
        return literal != null && (literal.denied(client) & bit) != 0;
    }
}
