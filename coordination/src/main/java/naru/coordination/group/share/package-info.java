/**
 * Share groups as groups (KIP-932): members, assignment, and which partitions have share state.
 * What becomes of records is for {@code coordination.share} to keep.
 */
@NullMarked
package naru.coordination.group.share;

import org.jspecify.annotations.NullMarked;
