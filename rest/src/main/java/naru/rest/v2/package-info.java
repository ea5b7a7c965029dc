/**
 * Confluent's API v2: topics, producing whole requests, consumer instances.
 *
 * <p>Shapes of requests and answers live here; what they do is asked of {@code naru.rest.produce},
 * {@code .consume} and {@code .cluster}.
 */
@NullMarked
package naru.rest.v2;

import org.jspecify.annotations.NullMarked;
