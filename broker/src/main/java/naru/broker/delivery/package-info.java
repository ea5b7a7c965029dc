/**
 * Records that the broker itself writes to topics of users, wherever those are led.
 *
 * <p>Called by share groups for their dead letters and by schema enforcement for what it puts
 * aside. Knows no reason why.
 */
@NullMarked
package naru.broker.delivery;

import org.jspecify.annotations.NullMarked;
