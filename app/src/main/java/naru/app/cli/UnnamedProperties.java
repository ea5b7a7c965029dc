package naru.app.cli;

import com.fasterxml.jackson.databind.JsonNode;

import naru.app.terminal.PlainText;
import naru.broker.config.Spelling;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Properties of a connector that neither it nor the worker names: most often slips, which Connect
 * takes without a word. Some connectors hand on what they do not name, so they are no errors.
 */
final class UnnamedProperties {
    /** What begins so is read by others: clients, converters, transforms. */
    private static final List<String> OF_OTHERS =
            List.of(
                    "producer.override.",
                    "consumer.override.",
                    "admin.override.",
                    "key.converter.",
                    "value.converter.",
                    "header.converter.",
                    "topic.creation.");

    private UnnamedProperties() {}

    /**
     * Sentences, each about one property or more.
     *
     * @param configs of the answer to a validation
     */
    static List<String> of(Set<String> given, JsonNode configs) {
        Set<String> named = new TreeSet<>();
        configs.forEach(each -> named.add(each.path("definition").path("name").asText()));
        List<String> sentences = new ArrayList<>();
        List<String> others = new ArrayList<>();
        for (String property : new TreeSet<>(given)) {
            if (named.contains(property) || OF_OTHERS.stream().anyMatch(property::startsWith)) {
                continue;
            }
            String meant = Spelling.nearest(property, named);
            if (meant == null || given.contains(meant)) {
                others.add(property);
            } else {
                sentences.add(
                        " * %s is no property that this connector names; did you mean %s?"
                                .formatted(property, meant));
            }
        }
        if (!others.isEmpty()) {
            sentences.add(
                    " * not named by this connector, so without effect unless it hands them on: "
                            + String.join(", ", others));
        }
        return sentences.stream().map(PlainText::of).toList();
    }
}
