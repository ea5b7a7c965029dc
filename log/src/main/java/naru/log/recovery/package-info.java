/**
 * Finds a log's segments when it is opened, and mends them after an unclean stop. Called by the log
 * folder, before anyone else sees the log.
 */
@NullMarked
package naru.log.recovery;

import org.jspecify.annotations.NullMarked;
