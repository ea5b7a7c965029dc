/**
 * A schema registry with the API of Confluent's. {@link naru.registry.RegistryService} puts it
 * together; the app starts it. Knows no broker: the cluster that keeps the schemas is reached by
 * Kafka's clients. See docs/design/registry.md.
 */
@NullMarked
package naru.registry;

import org.jspecify.annotations.NullMarked;
