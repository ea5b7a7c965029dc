/**
 * Consumer groups of the newer protocol (KIP-848): heartbeats, targets, reconciliation, regular
 * expressions, and classic members among them. Called by the shard of groups.
 */
@NullMarked
package naru.coordination.group.consumer;

import org.jspecify.annotations.NullMarked;
