/**
 * Avro schemas, by Apache Avro's parser and {@code SchemaCompatibility}.
 *
 * <p>Called by {@link naru.schema.SchemaParser} only.
 */
@NullMarked
package naru.schema.avro;

import org.jspecify.annotations.NullMarked;
