/**
 * Payloads as Confluent's serializers write them: which schema they were written with, and their
 * content as JSON.
 *
 * <p>Called by the REST proxy, by converters and by the broker's checks. Knows no registry: which
 * schema an id means is asked of {@link naru.schema.client.SchemaSource} by the caller.
 */
@NullMarked
package naru.schema.payload;

import org.jspecify.annotations.NullMarked;
