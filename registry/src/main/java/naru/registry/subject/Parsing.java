package naru.registry.subject;

import naru.http.Refusal;
import naru.registry.store.RegistryState;
import naru.registry.store.SchemaContent;
import naru.registry.store.SchemaVersion;
import naru.registry.store.SubjectName;
import naru.schema.InvalidSchemaException;
import naru.schema.ParsedSchema;
import naru.schema.SchemaParser;
import naru.schema.SchemaReference;

import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Makes schemas of contents, with all that they refer to. Keeps the last that were made, since the
 * versions of a subject are compared again and again.
 *
 * <p>Threads: any.
 */
public final class Parsing {
    private static final int KEPT_MOST = 1_000;
    private static final int DEPTH_MOST = 20;

    private final SchemaParser parser;
    private final Map<Key, ParsedSchema> kept =
            new LinkedHashMap<>(64, 0.75f, true) {
                @Override
                protected boolean removeEldestEntry(Map.Entry<Key, ParsedSchema> eldest) {
                    return size() > KEPT_MOST;
                }
            };

    /** What a text means depends on what its references mean in its context. */
    private record Key(SchemaContent content, Map<String, String> references) {}

    public Parsing(SchemaParser parser) {
        this.parser = parser;
    }

    /**
     * The texts behind references, each after all that it uses itself.
     *
     * @param parent in whose context references without one are
     * @param withDeleted whether what was deleted softly is there
     * @throws Refusal 42201 when one does not exist
     */
    public static Map<String, String> resolve(
            RegistryState state, SubjectName parent, SchemaContent content, boolean withDeleted) {
        Map<String, String> texts = new LinkedHashMap<>();
        resolve(state, parent, content.references(), withDeleted, texts, new HashSet<>(), 0);
        return texts;
    }

    private static void resolve(
            RegistryState state,
            SubjectName parent,
            List<SchemaReference> references,
            boolean withDeleted,
            Map<String, String> texts,
            Set<String> seen,
            int depth) {
        if (depth > DEPTH_MOST) {
            throw Refusals.invalidSchema("References go deeper than " + DEPTH_MOST + " schemas");
        }
        for (SchemaReference reference : references) {
            if (!seen.add(reference.name())) {
                continue;
            }
            SubjectName subject = SubjectName.parse(reference.subject(), parent);
            SchemaVersion found =
                    reference.version() < 0
                            ? state.latest(subject, false)
                            : state.version(subject, reference.version());
            if (found == null || (found.deleted() && !withDeleted)) {
                throw Refusals.invalidSchema(
                        "No schema reference found for subject \"%s\" and version %d"
                                .formatted(subject, reference.version()));
            }
            resolve(
                    state,
                    subject,
                    found.content().references(),
                    withDeleted,
                    texts,
                    seen,
                    depth + 1);
            texts.put(reference.name(), found.content().text());
        }
    }

    /**
     * A schema that somebody brings.
     *
     * @throws Refusal 42201 when it is none, with the parser's words
     */
    public ParsedSchema brought(SchemaContent content, Map<String, String> references) {
        if (content.text().isBlank()) {
            throw Refusals.invalidSchema("Empty schema");
        }
        try {
            return parser.parse(content.format(), content.text(), references);
        } catch (InvalidSchemaException refused) {
            throw Refusals.invalidSchema(
                    "Invalid schema of type %s, details: %s"
                            .formatted(content.format(), refused.getMessage()));
        }
    }

    /** A schema that is registered; empty: it cannot be understood any more. */
    public Optional<ParsedSchema> registered(RegistryState state, SchemaVersion version) {
        Key key;
        try {
            key =
                    new Key(
                            version.content(),
                            resolve(state, version.subject(), version.content(), true));
        } catch (Refusal gone) {
            return Optional.empty();
        }
        synchronized (kept) {
            ParsedSchema known = kept.get(key);
            if (known != null) {
                return Optional.of(known);
            }
        }
        try {
            ParsedSchema made =
                    parser.parseRegistered(
                            version.content().format(), version.content().text(), key.references());
            synchronized (kept) {
                kept.put(key, made);
            }
            return Optional.of(made);
        } catch (InvalidSchemaException broken) {
            return Optional.empty();
        }
    }
}
