package naru.schema;

import java.util.function.BinaryOperator;

/**
 * One reason why a reader's schema cannot read what was written with a writer's.
 *
 * @param type Confluent's name of the kind, such as {@code READER_FIELD_MISSING_DEFAULT_VALUE}
 * @param path where in the reader's schema
 * @param wording the whole message, given what to call the reader's and the writer's schema
 */
public record Incompatibility(String type, String path, BinaryOperator<String> wording) {
    /** That it would cost too much to tell; such schemas count as incompatible. */
    public static final Incompatibility TOO_LARGE =
            new Incompatibility(
                    "TOO_LARGE",
                    "/",
                    (reader, writer) -> "The schemas are too large to be compared");

    /** The message, as in {@code messages} of a verbose compatibility check. */
    public String message(String reader, String writer) {
        return wording.apply(reader, writer);
    }

    @Override
    public String toString() {
        return type + " " + path;
    }
}
