package naru.registry.subject;

import naru.registry.store.RegistryState;
import naru.registry.store.SchemaContent;
import naru.registry.store.SchemaVersion;
import naru.registry.store.Settings;
import naru.registry.store.SubjectName;
import naru.schema.ParsedSchema;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * A schema that somebody brings, understood.
 *
 * @param content as it would be stored
 */
record Candidate(SubjectName subject, SchemaContent content, ParsedSchema schema) {
    private static final String RESOLVED = "resolved";

    /**
     * The version of the subject that this is: with metadata and rules as they were brought, or
     * else with those that it would get when it is registered.
     */
    Optional<SchemaVersion> find(RegistryState state, Parsing parsing, boolean withDeleted) {
        Optional<SchemaVersion> asBrought = among(state, parsing, withDeleted);
        SchemaVersion previous = state.latest(subject, false);
        if (asBrought.isPresent() || previous == null) {
            return asBrought;
        }
        Settings settings = state.settingsInForce(subject);
        SchemaContent more = Merging.inherited(content, previous, settings);
        return more.equals(content)
                ? Optional.empty()
                : with(more).among(state, parsing, withDeleted);
    }

    Candidate with(SchemaContent other) {
        return new Candidate(subject, other, schema);
    }

    private Optional<SchemaVersion> among(
            RegistryState state, Parsing parsing, boolean withDeleted) {
        List<SchemaVersion> newestFirst =
                new ArrayList<>(withDeleted ? state.versions(subject) : state.live(subject))
                        .reversed();
        for (SchemaVersion version : newestFirst) {
            if (version.content().equals(content)) {
                return Optional.of(version);
            }
        }
        return newestFirst.stream().filter(version -> is(state, parsing, version)).findFirst();
    }

    /**
     * Whether a version has the same text, maybe with its references where this has them written
     * out, the same rules, and the same metadata but for the number of the version.
     */
    boolean is(RegistryState state, Parsing parsing, SchemaVersion version) {
        SchemaContent there = version.content();
        if (there.format() != content.format()
                || !Objects.equals(there.ruleSet(), content.ruleSet())
                || !Merging.essence(there.metadata()).equals(Merging.essence(content.metadata()))) {
            return false;
        }
        String wanted = Merging.number(content);
        String has = Merging.number(there);
        boolean numbersAgree =
                wanted == null
                        || wanted.equals(has == null ? String.valueOf(version.version()) : has);
        return numbersAgree && (sameText(there) || sameResolved(state, parsing, version));
    }

    private boolean sameText(SchemaContent there) {
        return there.text().equals(content.text())
                && there.references().equals(content.references());
    }

    private boolean sameResolved(RegistryState state, Parsing parsing, SchemaVersion version) {
        if (!content.references().isEmpty() || version.content().references().isEmpty()) {
            return false;
        }
        return parsing.registered(state, version)
                .filter(other -> other.formatted(RESOLVED).equals(schema.formatted(RESOLVED)))
                .isPresent();
    }
}
