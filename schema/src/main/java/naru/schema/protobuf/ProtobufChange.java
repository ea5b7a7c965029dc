package naru.schema.protobuf;

/**
 * The kinds of difference between two Protobuf schemas, by Confluent's names, and what is said of
 * each.
 */
enum ProtobufChange {
    PACKAGE_CHANGED(
            "The package at '$path' in the $reader schema does not match the package in the $writer"
                    + " schema"),
    MESSAGE_ADDED,
    MESSAGE_REMOVED(
            "The $reader schema is missing a MESSAGE type at path '$path' in the $writer schema"),
    MESSAGE_MOVED,
    ENUM_ADDED,
    ENUM_REMOVED,
    ENUM_CONST_ADDED,
    ENUM_CONST_CHANGED,
    ENUM_CONST_REMOVED,
    FIELD_ADDED,
    FIELD_REMOVED,
    FIELD_NAME_CHANGED,
    FIELD_KIND_CHANGED(
            "The type of a field at path '$path' in the $reader schema does not match the $writer"
                    + " schema"),
    FIELD_SCALAR_KIND_CHANGED(
            "The kind of a SCALAR field at path '$path' in the $reader schema does not match its"
                    + " kind in the $writer schema"),
    FIELD_NAMED_TYPE_CHANGED(
            "The type of a MESSAGE field at path '$path' in the $reader schema does not match its"
                    + " type in the $writer schema"),
    FIELD_NUMERIC_LABEL_CHANGED(
            "The label for a NUMERIC field at path '$path' in the $reader schema does not match its"
                    + " label in the $writer schema"),
    FIELD_STRING_OR_BYTES_LABEL_CHANGED,
    REQUIRED_FIELD_ADDED(
            "A required field  at path '$path' in the $reader schema is missing in the $writer"
                    + " schema"),
    REQUIRED_FIELD_REMOVED(
            "The $reader schema is missing a required field at path: '$path' in the $writer"
                    + " schema"),
    ONEOF_ADDED,
    ONEOF_REMOVED,
    ONEOF_FIELD_ADDED,
    ONEOF_FIELD_REMOVED(
            "The $reader schema is missing a oneof field at path '$path' in the $writer schema"),
    MULTIPLE_FIELDS_MOVED_TO_ONEOF(
            "Multiple fields in the oneof at path '$path' in the $reader schema are outside a oneof"
                    + " in the $writer schema"),
    FIELD_MOVED_TO_EXISTING_ONEOF(
            "A field in the oneof at path '$path' in the $reader schema is outside an existing"
                    + " oneof in the $writer schema");

    private final boolean compatible;
    private final String sentence;

    /** A change after which all that was written can still be read. */
    ProtobufChange() {
        this.compatible = true;
        this.sentence = "";
    }

    ProtobufChange(String sentence) {
        this.compatible = false;
        this.sentence = sentence;
    }

    boolean compatible() {
        return compatible;
    }

    /** The message of a verbose check. */
    String message(String path, String reader, String writer) {
        return "{errorType:\"%s\", description:\"%s\"}"
                .formatted(
                        name(),
                        sentence.replace("$reader", reader)
                                .replace("$writer", writer)
                                .replace("$path", path));
    }
}
