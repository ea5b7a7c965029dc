/** Partitions that this broker leads or follows, and those who wait on them. */
@NullMarked
package naru.broker.partition;

import org.jspecify.annotations.NullMarked;
