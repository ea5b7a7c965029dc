/** Who may do what: the one place that every request kind asks before it acts. */
@NullMarked
package naru.broker.access;

import org.jspecify.annotations.NullMarked;
