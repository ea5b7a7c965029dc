/**
 * What Raft keeps on disk: Kafka's log of the metadata, its snapshots and the state of votes, made
 * patient where the volume has no room.
 *
 * <p>Called by the Raft engine; knows no network and no controller. Why it is so:
 * docs/design/quorum.md.
 */
@NullMarked
package naru.quorum.metadatalog;

import org.jspecify.annotations.NullMarked;
