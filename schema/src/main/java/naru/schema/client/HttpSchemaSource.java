package naru.schema.client;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

import naru.schema.InvalidSchemaException;
import naru.schema.ParsedSchema;
import naru.schema.SchemaFormat;
import naru.schema.SchemaLimits;
import naru.schema.SchemaParser;
import naru.schema.SchemaReference;

import org.jspecify.annotations.Nullable;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.LongSupplier;

/**
 * Schemas by the API of Confluent's registry, which many registries serve. What an id means is kept
 * for as long as there is room; what may change, for half a minute; that something is not there,
 * for two seconds; or as long as {@link Lives} says.
 *
 * <p>Threads: any. Two that ask for the same at the same time may both ask the registry.
 */
public final class HttpSchemaSource implements SchemaSource {
    private static final Duration FOREVER = Duration.ofDays(365);

    private static final int KEPT_SCHEMAS = 1_000;
    private static final long KEPT_CHARACTERS = 32L << 20;
    private static final int KEPT_ANSWERS = 10_000;
    private static final int DEEPEST_REFERENCE = 50;
    private static final int MOST_REFERENCES = SchemaLimits.DEFAULT.references();

    private final RegistryCalls calls;
    private final String context;
    private final SchemaParser parser = new SchemaParser(SchemaLimits.DEFAULT);
    private final BoundedCache<String, RegisteredSchema> schemas;
    private final BoundedCache<String, SubjectVersion> versions;
    private final BoundedCache<String, Set<String>> subjects;
    private final BoundedCache<String, RegistryRefusedException> absent;
    private final BoundedCache<Registration, Integer> registered;

    private final Lives lives;

    /**
     * How long answers are believed that may change.
     *
     * @param changing what the latest version is, and where an id is registered
     * @param absent that something is not there
     */
    public record Lives(Duration changing, Duration absent) {
        static final Lives USUAL = new Lives(Duration.ofSeconds(30), Duration.ofSeconds(2));

        /** For who keeps answers itself. */
        public static final Lives NONE = new Lives(Duration.ZERO, Duration.ZERO);
    }

    private record Registration(String subject, SchemaDefinition definition, boolean normalize) {}

    public HttpSchemaSource(RegistryAddress address) {
        this(address, Lives.USUAL);
    }

    public HttpSchemaSource(RegistryAddress address, Lives lives) {
        this(address, lives, System::nanoTime);
    }

    HttpSchemaSource(RegistryAddress address, Lives lives, LongSupplier nanoTime) {
        this.lives = lives;
        this.calls = new RegistryCalls(address);
        this.context = address.context();
        this.schemas = new BoundedCache<>(KEPT_SCHEMAS, KEPT_CHARACTERS, nanoTime);
        this.versions = new BoundedCache<>(KEPT_SCHEMAS, KEPT_CHARACTERS, nanoTime);
        this.subjects = new BoundedCache<>(KEPT_ANSWERS, Long.MAX_VALUE, nanoTime);
        this.absent = new BoundedCache<>(KEPT_ANSWERS, Long.MAX_VALUE, nanoTime);
        this.registered = new BoundedCache<>(KEPT_SCHEMAS, KEPT_CHARACTERS, nanoTime);
    }

    @Override
    public RegisteredSchema byId(int id, String subject) throws SchemaSourceException {
        String path = "/schemas/ids/" + id + ofSubject(subject);
        return schema(path, subject, id);
    }

    @Override
    public RegisteredSchema byGuid(UUID guid) throws SchemaSourceException {
        String path = "/schemas/guids/" + guid;
        RegisteredSchema known = schemas.get(path);
        return known != null ? known : schema(path, "", idOf(path));
    }

    /** In the context of the address; 0 when it has none there. */
    private int idOf(String guidPath) throws SchemaSourceException {
        for (JsonNode each : get(guidPath + "/ids")) {
            if (each.path("context").asText().equals(context)) {
                return each.path("id").asInt();
            }
        }
        return 0;
    }

    private RegisteredSchema schema(String path, String subject, int id)
            throws SchemaSourceException {
        RegisteredSchema known = schemas.get(path);
        if (known != null) {
            return known;
        }
        JsonNode answer = get(path);
        RegisteredSchema found = parsed(answer.path("id").asInt(id), definition(answer), subject);
        schemas.put(path, found, found.definition().text().length(), FOREVER);
        return found;
    }

    @Override
    public Set<String> subjectsOf(int id, String subject) throws SchemaSourceException {
        String path = "/schemas/ids/" + id + "/subjects" + ofSubject(subject);
        Set<String> known = subjects.get(path);
        if (known != null) {
            return known;
        }
        Set<String> found = new HashSet<>();
        get(path).forEach(name -> found.add(name.asText()));
        subjects.put(path, Set.copyOf(found), 0, lives.changing());
        return Set.copyOf(found);
    }

    @Override
    public SubjectVersion latest(String subject) throws SchemaSourceException {
        return version(path(subject, "latest"), subject, lives.changing());
    }

    @Override
    public SubjectVersion version(String subject, int version) throws SchemaSourceException {
        return version(path(subject, Integer.toString(version)), subject, lives.changing());
    }

    private SubjectVersion version(String path, String subject, Duration life)
            throws SchemaSourceException {
        SubjectVersion known = versions.get(path);
        if (known != null) {
            return known;
        }
        SubjectVersion found = version(get(path), subject);
        versions.put(path, found, found.registered().definition().text().length(), life);
        return found;
    }

    private SubjectVersion version(JsonNode answer, String subject) throws SchemaSourceException {
        String own = answer.path("subject").asText(subject);
        int id = answer.path("id").asInt();
        RegisteredSchema known = schemas.get("/schemas/ids/" + id + ofSubject(own));
        return new SubjectVersion(
                own,
                answer.path("version").asInt(),
                known != null ? known : parsed(id, definition(answer), own));
    }

    @Override
    public SubjectVersion lookup(String subject, SchemaDefinition definition, boolean normalize)
            throws SchemaSourceException {
        return version(
                calls.post(
                        "/subjects/" + encoded(subject) + normalized(normalize), body(definition)),
                subject);
    }

    @Override
    public int register(String subject, SchemaDefinition definition, boolean normalize)
            throws SchemaSourceException {
        Registration registration = new Registration(subject, definition, normalize);
        Integer known = registered.get(registration);
        if (known != null) {
            return known;
        }
        String path = "/subjects/" + encoded(subject) + "/versions";
        int id = calls.post(path + normalized(normalize), body(definition)).path("id").asInt();
        registered.put(registration, id, definition.text().length(), lives.changing());
        versions.remove(path(subject, "latest"));
        absent.remove(path(subject, "latest"));
        absent.remove("/schemas/ids/" + id + ofSubject(subject));
        return id;
    }

    /** Asks, unless it was not there a moment ago. */
    private JsonNode get(String path) throws SchemaSourceException {
        RegistryRefusedException notThere = absent.get(path);
        if (notThere != null) {
            throw new RegistryRefusedException(
                    notThere.status(), notThere.code(), notThere.sentence());
        }
        try {
            return calls.get(path);
        } catch (RegistryRefusedException refused) {
            if (refused.notFound()) {
                absent.put(path, refused, 0, lives.absent());
            }
            throw refused;
        }
    }

    private RegisteredSchema parsed(int id, SchemaDefinition definition, String subject)
            throws SchemaSourceException {
        Map<String, String> texts = new LinkedHashMap<>();
        resolve(definition, subject, texts, new HashSet<>(), 0);
        try {
            ParsedSchema schema =
                    parser.parseRegistered(definition.format(), definition.text(), texts);
            return new RegisteredSchema(id, definition, schema);
        } catch (InvalidSchemaException invalid) {
            throw new UnusableSchemaException(
                    "The registry's schema with id %d cannot be understood: %s"
                            .formatted(id, invalid.getMessage()),
                    invalid);
        }
    }

    /** The texts behind references, each after all that it uses itself. */
    private void resolve(
            SchemaDefinition definition,
            String parent,
            Map<String, String> texts,
            Set<String> seen,
            int depth)
            throws SchemaSourceException {
        if (depth > DEEPEST_REFERENCE) {
            throw new UnusableSchemaException(
                    "The schema's references go deeper than " + DEEPEST_REFERENCE);
        }
        for (SchemaReference reference : definition.references()) {
            if (!seen.add(reference.name())) {
                continue;
            }
            if (seen.size() > MOST_REFERENCES) {
                throw new UnusableSchemaException(
                        "The schema uses more than %d others".formatted(MOST_REFERENCES));
            }
            String subject = inContext(reference.subject(), parent);
            String version =
                    reference.version() < 0 ? "latest" : Integer.toString(reference.version());
            SchemaDefinition used = definition(get(path(subject, version) + "?deleted=true"));
            resolve(used, subject, texts, seen, depth + 1);
            texts.put(reference.name(), used.text());
        }
    }

    /** A reference without a context is in that of its user. */
    private static String inContext(String subject, String parent) {
        if (subject.startsWith(":.") || !parent.startsWith(":.")) {
            return subject;
        }
        int end = parent.indexOf(':', 1);
        return (end < 0 ? parent + ":" : parent.substring(0, end + 1)) + subject;
    }

    private static SchemaDefinition definition(JsonNode answer) throws UnusableSchemaException {
        JsonNode text = answer.path("schema");
        @Nullable String type = answer.path("schemaType").textValue();
        if (!text.isTextual()) {
            throw new UnusableSchemaException("The registry's answer has no schema");
        }
        SchemaFormat format =
                SchemaFormat.parse(type)
                        .orElseThrow(() ->
                                new UnusableSchemaException(
                                        "Schemas of type %s are not known here".formatted(type)));
        List<SchemaReference> references = new ArrayList<>();
        for (JsonNode each : answer.path("references")) {
            references.add(
                    new SchemaReference(
                            each.path("name").asText(),
                            each.path("subject").asText(),
                            each.path("version").asInt(-1)));
        }
        return new SchemaDefinition(format, text.asText(), references);
    }

    private static JsonNode body(SchemaDefinition definition) {
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        body.put("schema", definition.text());
        if (definition.format() != SchemaFormat.AVRO) {
            body.put("schemaType", definition.format().name());
        }
        if (!definition.references().isEmpty()) {
            ArrayNode references = body.putArray("references");
            for (SchemaReference each : definition.references()) {
                references
                        .addObject()
                        .put("name", each.name())
                        .put("subject", each.subject())
                        .put("version", each.version());
            }
        }
        return body;
    }

    private static String path(String subject, String version) {
        return "/subjects/" + encoded(subject) + "/versions/" + version;
    }

    private static String ofSubject(String subject) {
        return subject.isEmpty() ? "" : "?subject=" + encoded(subject);
    }

    private static String normalized(boolean normalize) {
        return normalize ? "?normalize=true" : "";
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    @Override
    public void close() {
        calls.close();
    }
}
