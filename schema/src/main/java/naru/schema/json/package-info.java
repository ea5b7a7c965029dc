/**
 * JSON Schema, drafts 4, 6, 7, 2019-09 and 2020-12: our own model of what a schema allows, and our
 * own comparison of two of them by the published rules of Confluent's registry.
 *
 * <p>Made by {@link naru.schema.SchemaParser} only; its parsed schemas are also read by {@link
 * naru.schema.payload} and converters.
 */
@NullMarked
package naru.schema.json;

import org.jspecify.annotations.NullMarked;
