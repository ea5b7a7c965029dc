/**
 * A schema registry as its clients see it: schemas by id, by subject and version, registration.
 *
 * <p>Called by whoever turns records into schemas or schemas into records: converters, the REST
 * proxy, the broker's checks. Knows the registry by its HTTP API only; which registry it is does
 * not matter.
 */
@NullMarked
package naru.schema.client;

import org.jspecify.annotations.NullMarked;
