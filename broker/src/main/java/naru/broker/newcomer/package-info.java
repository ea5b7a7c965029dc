/**
 * Nodes that want to join the cluster: who may let them in, and what they are told.
 *
 * <p>Called by the endpoint at which they ask, and by the start of a node that joins. Knows no
 * socket and no certificate.
 */
@NullMarked
package naru.broker.newcomer;

import org.jspecify.annotations.NullMarked;
