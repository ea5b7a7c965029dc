/**
 * The pipeline: real observations replayed, posts written about them, extremes found and joined
 * with posts. Topics, values, their Avro schemas.
 *
 * <p>Called by {@code naru.demo}. Knows Kafka's clients, Kafka Streams and the registry; no
 * database and no page.
 */
@NullMarked
package naru.demo.weather;

import org.jspecify.annotations.NullMarked;
