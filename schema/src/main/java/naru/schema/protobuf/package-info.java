/**
 * Protobuf schemas, proto2 and proto3: parsed by Square Wire, linked by protobuf-java, written out
 * in the layout of Confluent's registry and compared by its published rules.
 *
 * <p>Made by {@link naru.schema.SchemaParser} only; its parsed schemas are also read by {@link
 * naru.schema.payload} and converters.
 */
@NullMarked
package naru.schema.protobuf;

import org.jspecify.annotations.NullMarked;
