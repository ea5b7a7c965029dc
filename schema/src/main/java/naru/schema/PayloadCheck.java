package naru.schema;

import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * Holds payloads against the schema that they say they were written with. Immutable; may be used by
 * many threads. Whatever the payload is, a check takes bounded time and allocates nothing by
 * announced lengths.
 */
@FunctionalInterface
public interface PayloadCheck {
    /**
     * What is wrong with a payload, and in which field.
     *
     * @param payload what follows the magic byte and the schema's id, from position to limit; stays
     *     as it is
     * @return empty: the payload is whole, and of the schema
     */
    Optional<String> problem(ByteBuffer payload);
}
