/**
 * Protobuf schemas, proto2 and proto3: parsed by Square Wire, linked by protobuf-java, written out
 * in the layout of Confluent's registry and compared by its published rules.
 *
 * <p>Called by {@link naru.schema.SchemaParser} only.
 */
@NullMarked
package naru.schema.protobuf;

import org.jspecify.annotations.NullMarked;
