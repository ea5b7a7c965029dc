/**
 * Who did what, or was not let: entries for a file of JSON lines. Told by access and by
 * authentication; knows nothing of either's rules.
 */
@NullMarked
package naru.broker.audit;

import org.jspecify.annotations.NullMarked;
