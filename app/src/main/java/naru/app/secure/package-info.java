/**
 * What {@code naru start --secure} makes and keeps: a private certificate authority, the node's
 * certificate, the first user, and files that clients can be given.
 *
 * <p>Called by the start of a node, before and after it. Knows no node.
 */
@NullMarked
package naru.app.secure;

import org.jspecify.annotations.NullMarked;
