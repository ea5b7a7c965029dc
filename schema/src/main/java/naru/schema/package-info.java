/**
 * Schemas as values: parsing, canonical and normalized form, references, compatibility, and the
 * check of a payload against its schema, for Avro, JSON Schema and Protobuf, each as Confluent's
 * Schema Registry has it.
 *
 * <p>Called by the registry's store and API, and by whoever checks records. Knows no thread, no
 * file and no socket (only {@link naru.schema.client} does): everything here is a function of texts
 * and bytes, and every input is bounded by {@link naru.schema.SchemaLimits} before a library sees
 * it.
 */
@NullMarked
package naru.schema;

import org.jspecify.annotations.NullMarked;
