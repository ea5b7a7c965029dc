/**
 * Avro schemas, by Apache Avro's parser and {@code SchemaCompatibility}.
 *
 * <p>Called by {@link naru.registry.schema.SchemaParser} only.
 */
@NullMarked
package naru.registry.schema.avro;

import org.jspecify.annotations.NullMarked;
