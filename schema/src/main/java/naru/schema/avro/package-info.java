/**
 * Avro schemas, by Apache Avro's parser and {@code SchemaCompatibility}.
 *
 * <p>Made by {@link naru.schema.SchemaParser} only; its parsed schemas are also read by {@link
 * naru.schema.payload} and converters.
 */
@NullMarked
package naru.schema.avro;

import org.jspecify.annotations.NullMarked;
