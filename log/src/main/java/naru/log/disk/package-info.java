/**
 * What the log asks of a file system, as a contract, so that a test can put a failing one in its
 * place. Called by everything in the log that opens, renames, deletes or syncs a file. Knows
 * nothing of segments.
 */
@NullMarked
package naru.log.disk;

import org.jspecify.annotations.NullMarked;
