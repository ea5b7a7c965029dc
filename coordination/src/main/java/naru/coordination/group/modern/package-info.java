/**
 * What groups of the newer protocols have in common: members with epochs, a target for each, the
 * topics of the cluster as they see them. Called by the kinds of groups; knows none of them.
 */
@NullMarked
package naru.coordination.group.modern;

import org.jspecify.annotations.NullMarked;
