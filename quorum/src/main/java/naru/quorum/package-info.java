/**
 * Kafka's KRaft engine, embedded: consensus, controller, metadata images, this node's registration.
 *
 * <p>The only package that may import {@code org.apache.kafka.raft}, {@code .controller}, {@code
 * .metadata} and {@code .image}; callers see the contracts here. Knows no socket of ours.
 */
@NullMarked
package naru.quorum;

import org.jspecify.annotations.NullMarked;
