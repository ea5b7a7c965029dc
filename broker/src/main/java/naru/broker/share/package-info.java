/**
 * Queues: hands the records of partitions that are led here to the members of share groups, one
 * holder at a time (KIP-932).
 *
 * <p>Called by ShareFetch and ShareAcknowledge, and by partitions when leadership changes. Knows no
 * membership: who is in the group is for {@code coordination.group} to say.
 */
@NullMarked
package naru.broker.share;

import org.jspecify.annotations.NullMarked;
