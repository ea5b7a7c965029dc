package naru.broker.config;

import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.ConfigKey;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Says in words what values a setting takes. */
final class Expectation {
    private static final Pattern RANGE = Pattern.compile("\\[(\\S+?),\\.\\.\\.(?:,(\\S+))?](.*)");

    private Expectation() {}

    static String of(ConfigKey setting) {
        String kind = kind(setting.type);
        if (setting.validator == null) {
            return kind;
        }
        String rule = setting.validator.toString();
        Matcher range = RANGE.matcher(rule);
        if (range.matches()) {
            return range.group(2) == null
                    ? kind + " of at least " + range.group(1)
                    : kind + " from " + range.group(1) + " to " + range.group(2) + range.group(3);
        }
        int open = rule.indexOf('[');
        if (open >= 0 && rule.endsWith("]")) {
            String choice = rule.substring(open + 1, rule.length() - 1);
            return (setting.type == ConfigDef.Type.LIST ? "a comma-separated list of " : "one of ")
                    + choice;
        }
        return rule.isBlank() ? kind : kind + ", " + rule;
    }

    private static String kind(ConfigDef.Type type) {
        return switch (type) {
            case BOOLEAN -> "true or false";
            case STRING -> "text";
            case INT, SHORT, LONG -> "a whole number";
            case DOUBLE -> "a number";
            case LIST -> "a comma-separated list";
            case CLASS -> "the name of a class that is on the class path";
            case PASSWORD -> "a secret";
        };
    }
}
