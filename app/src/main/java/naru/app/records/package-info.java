/**
 * Holds the broker's records against the schemas of a registry.
 *
 * <p>Made when a node starts. The one place that knows both the broker's {@link
 * naru.broker.enforce.RecordCheck} and the registry's client.
 */
@NullMarked
package naru.app.records;

import org.jspecify.annotations.NullMarked;
