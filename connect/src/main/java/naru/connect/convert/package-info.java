/**
 * Converters between Connect's data and Avro, JSON Schema and Protobuf with the registry, in
 * Confluent's wire format and with Confluent's property names. Loaded by Kafka's worker by name.
 */
@NullMarked
package naru.connect.convert;

import org.jspecify.annotations.NullMarked;
