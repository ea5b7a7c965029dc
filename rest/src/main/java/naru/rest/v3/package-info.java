/**
 * Confluent's API v3: the cluster and what is in it as linked resources, and producing as a stream.
 *
 * <p>Shapes of requests and answers live here; what they do is asked of Kafka's admin client and of
 * {@code naru.rest.produce}.
 */
@NullMarked
package naru.rest.v3;

import org.jspecify.annotations.NullMarked;
