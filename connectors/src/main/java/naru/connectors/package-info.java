/**
 * Connectors for Kafka Connect, each in a package of its own: {@code jdbc}, {@code http} and {@code
 * files}. Here is what they share: waiting that a stop ends, back-off, checks of properties in
 * plain words. They know Connect's API and nothing else of Naru, so they also run in any other
 * worker.
 */
@NullMarked
package naru.connectors;

import org.jspecify.annotations.NullMarked;
