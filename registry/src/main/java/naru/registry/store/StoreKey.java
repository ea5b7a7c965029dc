package naru.registry.store;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

import org.jspecify.annotations.Nullable;

/**
 * Keys of the topic's records, as Confluent's registry writes them: JSON whose fields are in one
 * order, since compaction compares bytes.
 */
public sealed interface StoreKey {
    /** A version of a subject; a record without a value deletes it for good. */
    record Schema(SubjectName subject, int version) implements StoreKey {}

    /** Settings of a subject, a context, or of all. */
    record Config(SubjectName subject) implements StoreKey {}

    record Mode(SubjectName subject) implements StoreKey {}

    /** All versions up to the one that the value names are deleted softly. */
    record DeleteSubject(SubjectName subject) implements StoreKey {}

    /** All versions of the subject that are deleted softly are deleted for good. */
    record ClearSubject(SubjectName subject) implements StoreKey {}

    record Context(String tenant, String context) implements StoreKey {}

    /** Written to learn where the topic ends; means nothing. */
    record Noop() implements StoreKey {}

    default byte[] bytes() {
        return RecordFormat.bytes(tree());
    }

    private ObjectNode tree() {
        return switch (this) {
            case Schema(SubjectName subject, int version) ->
                    base("SCHEMA", subject).put("version", version).put("magic", 1);
            case Config(SubjectName subject) -> base("CONFIG", subject).put("magic", 0);
            case Mode(SubjectName subject) -> base("MODE", subject).put("magic", 0);
            case DeleteSubject(SubjectName subject) ->
                    base("DELETE_SUBJECT", subject).put("magic", 0);
            case ClearSubject(SubjectName subject) ->
                    base("CLEAR_SUBJECT", subject).put("magic", 0);
            case Context(String tenant, String context) ->
                    JsonNodeFactory.instance
                            .objectNode()
                            .put("keytype", "CONTEXT")
                            .put("tenant", tenant)
                            .put("context", context)
                            .put("magic", 0);
            case Noop() ->
                    JsonNodeFactory.instance.objectNode().put("keytype", "NOOP").put("magic", 0);
        };
    }

    private static ObjectNode base(String type, SubjectName subject) {
        ObjectNode tree = JsonNodeFactory.instance.objectNode().put("keytype", type);
        String written = subject.equals(SubjectName.GLOBAL) ? null : subject.qualified();
        return tree.put("subject", written);
    }

    /**
     * Reads a key.
     *
     * @throws IllegalArgumentException when it is none that we know
     */
    static StoreKey parse(byte[] bytes) {
        JsonNode tree = RecordFormat.parse(bytes);
        SubjectName subject = subject(tree.get("subject"));
        String type = tree.path("keytype").asText("");
        return switch (type) {
            case "SCHEMA" -> new Schema(subject, tree.path("version").asInt(-1));
            case "CONFIG" -> new Config(subject);
            case "MODE" -> new Mode(subject);
            case "DELETE_SUBJECT" -> new DeleteSubject(subject);
            case "CLEAR_SUBJECT" -> new ClearSubject(subject);
            case "CONTEXT" ->
                    new Context(
                            tree.path("tenant").asText("default"), tree.path("context").asText(""));
            case "NOOP" -> new Noop();
            default -> throw new IllegalArgumentException("keytype is '" + type + "'");
        };
    }

    private static SubjectName subject(@Nullable JsonNode name) {
        return name == null || name.isNull()
                ? SubjectName.GLOBAL
                : SubjectName.parse(name.asText());
    }
}
