package naru.schema.json;

/**
 * The kinds of difference between two JSON Schemas, by Confluent's names, and what is said of each.
 */
enum Change {
    ID_CHANGED,
    DESCRIPTION_CHANGED,
    TITLE_CHANGED,
    DEFAULT_CHANGED,
    SCHEMA_ADDED(Wording.NONE),
    SCHEMA_REMOVED,
    TYPE_EXTENDED,
    TYPE_NARROWED(Wording.OTHER_TYPE),
    TYPE_CHANGED(Wording.OTHER_TYPE),

    MAX_LENGTH_ADDED(Wording.KEYWORD),
    MAX_LENGTH_REMOVED,
    MAX_LENGTH_INCREASED,
    MAX_LENGTH_DECREASED(Wording.LESS),
    MIN_LENGTH_ADDED(Wording.KEYWORD),
    MIN_LENGTH_REMOVED,
    MIN_LENGTH_INCREASED(Wording.MORE),
    MIN_LENGTH_DECREASED,
    PATTERN_ADDED(Wording.KEYWORD),
    PATTERN_REMOVED,
    PATTERN_CHANGED(Wording.OTHER_VALUE),

    MAXIMUM_ADDED(Wording.KEYWORD),
    MAXIMUM_REMOVED,
    MAXIMUM_INCREASED,
    MAXIMUM_DECREASED(Wording.LESS),
    MINIMUM_ADDED(Wording.KEYWORD),
    MINIMUM_REMOVED,
    MINIMUM_INCREASED(Wording.MORE),
    MINIMUM_DECREASED,
    EXCLUSIVE_MAXIMUM_ADDED(Wording.KEYWORD),
    EXCLUSIVE_MAXIMUM_REMOVED,
    EXCLUSIVE_MAXIMUM_INCREASED,
    EXCLUSIVE_MAXIMUM_DECREASED(Wording.LESS),
    EXCLUSIVE_MINIMUM_ADDED(Wording.KEYWORD),
    EXCLUSIVE_MINIMUM_REMOVED,
    EXCLUSIVE_MINIMUM_INCREASED(Wording.MORE),
    EXCLUSIVE_MINIMUM_DECREASED,
    MULTIPLE_OF_ADDED(Wording.KEYWORD),
    MULTIPLE_OF_REMOVED,
    MULTIPLE_OF_EXPANDED(Wording.MORE),
    MULTIPLE_OF_REDUCED,
    MULTIPLE_OF_CHANGED(Wording.OTHER_VALUE),

    REQUIRED_ATTRIBUTE_ADDED(Wording.KEYWORD),
    REQUIRED_ATTRIBUTE_WITH_DEFAULT_ADDED,
    REQUIRED_ATTRIBUTE_REMOVED,
    MAX_PROPERTIES_ADDED(Wording.KEYWORD),
    MAX_PROPERTIES_REMOVED,
    MAX_PROPERTIES_INCREASED,
    MAX_PROPERTIES_DECREASED(Wording.LESS),
    MIN_PROPERTIES_ADDED(Wording.KEYWORD),
    MIN_PROPERTIES_REMOVED,
    MIN_PROPERTIES_INCREASED(Wording.MORE),
    MIN_PROPERTIES_DECREASED,
    ADDITIONAL_PROPERTIES_ADDED,
    ADDITIONAL_PROPERTIES_REMOVED(Wording.KEYWORD),
    ADDITIONAL_PROPERTIES_EXTENDED,
    ADDITIONAL_PROPERTIES_NARROWED(Wording.FEWER),
    UNEVALUATED_PROPERTIES_ADDED,
    UNEVALUATED_PROPERTIES_REMOVED(Wording.KEYWORD),
    UNEVALUATED_PROPERTIES_EXTENDED,
    UNEVALUATED_PROPERTIES_NARROWED(Wording.FEWER),
    DEPENDENCY_ARRAY_ADDED(Wording.KEYWORD),
    DEPENDENCY_ARRAY_REMOVED,
    DEPENDENCY_ARRAY_EXTENDED(Wording.FURTHER),
    DEPENDENCY_ARRAY_NARROWED,
    DEPENDENCY_ARRAY_CHANGED(Wording.OTHER_VALUE),
    DEPENDENCY_SCHEMA_ADDED(Wording.KEYWORD),
    DEPENDENCY_SCHEMA_REMOVED,
    PROPERTY_ADDED_TO_OPEN_CONTENT_MODEL(Wording.ADDED_TO_OPEN),
    PROPERTY_WITH_EMPTY_SCHEMA_ADDED_TO_OPEN_CONTENT_MODEL,
    REQUIRED_PROPERTY_ADDED_TO_UNOPEN_CONTENT_MODEL(Wording.REQUIRED_ADDED),
    REQUIRED_PROPERTY_WITH_DEFAULT_ADDED_TO_UNOPEN_CONTENT_MODEL,
    OPTIONAL_PROPERTY_ADDED_TO_UNOPEN_CONTENT_MODEL,
    PROPERTY_REMOVED_FROM_OPEN_CONTENT_MODEL,
    PROPERTY_WITH_FALSE_REMOVED_FROM_CLOSED_CONTENT_MODEL,
    PROPERTY_REMOVED_FROM_CLOSED_CONTENT_MODEL(Wording.REMOVED_FROM_CLOSED),
    PROPERTY_REMOVED_IS_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL,
    PROPERTY_REMOVED_NOT_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL(Wording.REMOVED_NOT_COVERED),
    PROPERTY_ADDED_IS_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL,
    PROPERTY_ADDED_NOT_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL(Wording.ADDED_NOT_COVERED),

    MAX_ITEMS_ADDED(Wording.KEYWORD),
    MAX_ITEMS_REMOVED,
    MAX_ITEMS_INCREASED,
    MAX_ITEMS_DECREASED(Wording.LESS),
    MIN_ITEMS_ADDED(Wording.KEYWORD),
    MIN_ITEMS_REMOVED,
    MIN_ITEMS_INCREASED(Wording.MORE),
    MIN_ITEMS_DECREASED,
    MAX_CONTAINS_ADDED(Wording.KEYWORD),
    MAX_CONTAINS_REMOVED,
    MAX_CONTAINS_INCREASED,
    MAX_CONTAINS_DECREASED(Wording.LESS),
    MIN_CONTAINS_ADDED(Wording.KEYWORD),
    MIN_CONTAINS_REMOVED,
    MIN_CONTAINS_INCREASED(Wording.MORE),
    MIN_CONTAINS_DECREASED,
    UNIQUE_ITEMS_ADDED(Wording.KEYWORD),
    UNIQUE_ITEMS_REMOVED,
    ADDITIONAL_ITEMS_ADDED,
    ADDITIONAL_ITEMS_REMOVED(Wording.KEYWORD),
    ADDITIONAL_ITEMS_EXTENDED,
    ADDITIONAL_ITEMS_NARROWED(Wording.FEWER),
    UNEVALUATED_ITEMS_ADDED,
    UNEVALUATED_ITEMS_REMOVED(Wording.KEYWORD),
    UNEVALUATED_ITEMS_EXTENDED,
    UNEVALUATED_ITEMS_NARROWED(Wording.FEWER),
    ITEM_ADDED_TO_OPEN_CONTENT_MODEL(Wording.ADDED_TO_OPEN),
    ITEM_WITH_EMPTY_SCHEMA_ADDED_TO_OPEN_CONTENT_MODEL,
    ITEM_ADDED_TO_CLOSED_CONTENT_MODEL,
    ITEM_REMOVED_FROM_OPEN_CONTENT_MODEL,
    ITEM_WITH_FALSE_REMOVED_FROM_CLOSED_CONTENT_MODEL,
    ITEM_REMOVED_FROM_CLOSED_CONTENT_MODEL(Wording.REMOVED_FROM_CLOSED),
    ITEM_REMOVED_IS_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL,
    ITEM_REMOVED_NOT_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL(Wording.REMOVED_NOT_COVERED),
    ITEM_ADDED_IS_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL,
    ITEM_ADDED_NOT_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL(Wording.ADDED_NOT_COVERED),

    ENUM_ARRAY_EXTENDED,
    ENUM_ARRAY_NARROWED(Wording.FEWER),
    ENUM_ARRAY_CHANGED(Wording.OTHER_TYPE),

    COMBINED_TYPE_EXTENDED,
    COMBINED_TYPE_CHANGED(Wording.OTHER_TYPE),
    PRODUCT_TYPE_EXTENDED(Wording.FURTHER),
    PRODUCT_TYPE_NARROWED,
    SUM_TYPE_EXTENDED,
    SUM_TYPE_NARROWED(Wording.FEWER),
    COMBINED_TYPE_SUBSCHEMAS_CHANGED(Wording.OTHER_TYPE),
    NOT_TYPE_EXTENDED(Wording.FURTHER),
    NOT_TYPE_NARROWED;

    private final boolean compatible;
    private final Wording wording;

    /** A change after which all that was written can still be read. */
    Change() {
        this.compatible = true;
        this.wording = Wording.NONE;
    }

    Change(Wording wording) {
        this.compatible = false;
        this.wording = wording;
    }

    boolean compatible() {
        return compatible;
    }

    /** The message of a verbose check. */
    String message(String path, String reader, String writer) {
        return "{errorType:\"%s\", description:\"%s\"}"
                .formatted(
                        name(),
                        wording.sentence
                                .replace("$reader", reader)
                                .replace("$writer", writer)
                                .replace("$path", path));
    }

    /** What clients know from Confluent's registry. */
    private enum Wording {
        NONE(""),
        KEYWORD(
                "The keyword at path '$path' in the $reader schema is not present in the $writer"
                        + " schema"),
        MORE(
                "The value at path '$path' in the $reader schema is more than its value in the"
                        + " $writer schema"),
        LESS(
                "The value at path '$path' in the $reader schema is less than its value in the"
                        + " $writer schema"),
        OTHER_VALUE(
                "The value at path '$path' is different between the $reader and $writer schema"),
        OTHER_TYPE(
                "A type at path '$path' is different between the $reader schema and the $writer"
                        + " schema"),
        FEWER(
                "An array or combined type at path '$path' has fewer elements in the $reader schema"
                        + " than the $writer schema"),
        FURTHER(
                "An array or combined type at path '$path' has more elements in the $reader schema"
                        + " than the $writer schema"),
        ADDED_TO_OPEN(
                "The $reader schema has an open content model and has a property or item at path"
                        + " '$path' which is missing in the $writer schema"),
        REQUIRED_ADDED(
                "The $reader schema has an unopen content model and has a required property at path"
                        + " '$path' which is missing in the $writer schema"),
        REMOVED_FROM_CLOSED(
                "The $reader schema has a closed content model and is missing a property or item"
                        + " present at path '$path' in the $writer schema"),
        REMOVED_NOT_COVERED(
                "A property or item is missing in the $reader schema but present at path '$path' in"
                    + " the $writer schema and is not covered by its partially open content model"),
        ADDED_NOT_COVERED(
                "The $reader schema has a property or item at path '$path' which is missing in the"
                        + " $writer schema and is not covered by its partially open content model");

        private final String sentence;

        Wording(String sentence) {
            this.sentence = sentence;
        }
    }
}
