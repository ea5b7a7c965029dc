/** What the process logs, in which shape, and from which level on. */
@NullMarked
package naru.app.logging;

import org.jspecify.annotations.NullMarked;
