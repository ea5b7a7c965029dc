package naru.schema;

import java.util.List;
import java.util.Set;

/** A schema that was parsed and found valid. Immutable; may be used by many threads. */
public interface ParsedSchema {
    SchemaFormat format();

    /** The text as it is stored and answered; parsing it again gives the same canonical text. */
    String canonical();

    /** The canonical text of the same schema with everything of no meaning in a fixed order. */
    String normalized();

    /**
     * The text in one of the API's {@code format}s, such as {@code resolved} (references written
     * out) or {@code serialized}; one that the schema's format does not have gives the canonical
     * text.
     */
    String formatted(String format);

    /** Full name of the record or message, or the title; empty if there is none. */
    String name();

    /** Names of the fields of the outermost record, object or message. */
    Set<String> topLevelFields();

    /** Why this schema, as the reader's, cannot read what {@code writer} wrote; empty: it can. */
    List<Incompatibility> differencesFrom(ParsedSchema writer);

    /**
     * The check of payloads that were written with this schema; to be kept, since it may cost to
     * make.
     */
    PayloadCheck payloadCheck();
}
