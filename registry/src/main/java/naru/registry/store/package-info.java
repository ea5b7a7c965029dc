/**
 * What the registry knows: {@link naru.registry.store.RegistryState} as the records of the topic
 * make it, {@link naru.registry.store.Registry} through which it is read and changed, and {@link
 * naru.registry.store.TopicLog}, which keeps the records in Kafka.
 *
 * <p>Called by the API. Knows no HTTP but the refusals that the API answers. See
 * docs/design/registry.md.
 */
@NullMarked
package naru.registry.store;

import org.jspecify.annotations.NullMarked;
