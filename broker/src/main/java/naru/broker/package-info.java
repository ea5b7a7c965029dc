/** A broker put together: listeners, request kinds, partitions and coordinators. */
@NullMarked
package naru.broker;

import org.jspecify.annotations.NullMarked;
