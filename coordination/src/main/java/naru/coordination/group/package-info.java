/** Consumer groups: membership, assignment and committed offsets, one shard for each partition. */
@NullMarked
package naru.coordination.group;

import org.jspecify.annotations.NullMarked;
