package naru.registry.subject;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import naru.http.Refusal;

import org.jspecify.annotations.Nullable;

import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Whether rules are such that clients can carry them out. They are kept, not carried out here. */
public final class RuleSets {
    private static final int NAME_MOST = 256;
    private static final List<String> MIGRATION = List.of("UPGRADE", "DOWNGRADE", "UPDOWN");
    private static final List<String> DOMAIN = List.of("READ", "WRITE", "WRITEREAD");
    private static final Map<String, List<String>> MODES =
            Map.of("migrationRules", MIGRATION, "domainRules", DOMAIN, "encodingRules", DOMAIN);

    private RuleSets() {}

    /**
     * @throws Refusal 42210 with the rule and what is wrong about it
     */
    public static void check(@Nullable ObjectNode ruleSet) {
        if (ruleSet == null) {
            return;
        }
        Set<String> names = new HashSet<>();
        for (Map.Entry<String, List<String>> kind : MODES.entrySet()) {
            if (ruleSet.get(kind.getKey()) instanceof ArrayNode rules) {
                for (JsonNode rule : rules) {
                    check(kind.getKey(), rule, kind.getValue(), names);
                }
            }
        }
    }

    private static void check(String list, JsonNode rule, List<String> modes, Set<String> names) {
        String name = rule.path("name").asText("");
        if (!isName(name)) {
            throw Refusals.invalidRuleSet(
                    "a rule of %s is named '%s'; a name begins with a letter or _, goes on with letters, digits, _ and -, and has at most %d characters"
                            .formatted(list, name, NAME_MOST));
        }
        if (!names.add(name)) {
            throw Refusals.invalidRuleSet("two rules are named " + name);
        }
        String mode = rule.path("mode").asText("").toUpperCase(Locale.ROOT);
        if (!modes.contains(mode)) {
            throw Refusals.invalidRuleSet(
                    "rule %s of %s has the mode '%s'; it may be one of %s"
                            .formatted(name, list, mode, modes));
        }
        String kind = rule.path("kind").asText("CONDITION").toUpperCase(Locale.ROOT);
        if (!kind.equals("CONDITION") && !kind.equals("TRANSFORM")) {
            throw Refusals.invalidRuleSet(
                    "rule %s has the kind '%s'; it may be CONDITION or TRANSFORM"
                            .formatted(name, kind));
        }
        if (rule.path("type").asText("").isBlank()) {
            throw Refusals.invalidRuleSet("rule " + name + " has no type");
        }
    }

    private static boolean isName(String name) {
        if (name.isEmpty() || name.length() > NAME_MOST) {
            return false;
        }
        int first = name.codePointAt(0);
        return (Character.isLetter(first) || first == '_')
                && name.codePoints()
                        .allMatch(each ->
                                Character.isLetterOrDigit(each) || each == '_' || each == '-');
    }
}
