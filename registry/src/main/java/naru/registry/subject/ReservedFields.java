package naru.registry.subject;

import naru.registry.store.SchemaContent;
import naru.registry.store.SchemaVersion;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Names that metadata keeps free: a schema may not have such fields, and a name that was reserved
 * stays so. Asked for by the setting {@code validateFields}.
 */
final class ReservedFields {
    private static final String PROPERTY = "confluent:reserved";

    private ReservedFields() {}

    static List<String> faults(Candidate candidate, @Nullable SchemaVersion previous) {
        Set<String> reserved = of(candidate.content());
        List<String> messages = new ArrayList<>();
        if (previous != null) {
            for (String name : of(previous.content())) {
                if (!reserved.contains(name)) {
                    messages.add(
                            "{errorType:'RESERVED_FIELD_REMOVED', description:'The metadata of the new schema no longer reserves the field %s, which that of the old schema reserves'}"
                                    .formatted(name));
                }
            }
        }
        Set<String> fields = candidate.schema().topLevelFields();
        for (String name : reserved) {
            if (fields.contains(name)) {
                messages.add(
                        "{errorType:'FIELD_CONFLICTS_WITH_RESERVED_FIELD', description:'The new schema has the field %s, which its metadata reserves'}"
                                .formatted(name));
            }
        }
        return messages;
    }

    private static Set<String> of(SchemaContent content) {
        Set<String> names = new LinkedHashSet<>();
        String listed = Merging.property(content, PROPERTY);
        if (listed != null) {
            for (String name : listed.split(",", -1)) {
                if (!name.isBlank()) {
                    names.add(name.strip());
                }
            }
        }
        return names;
    }
}
