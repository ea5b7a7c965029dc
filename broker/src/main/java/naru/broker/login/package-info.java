/**
 * Who is at the other end of a connection: SASL and its mechanisms, client certificates, the
 * principal, and the slowing of those who guess.
 *
 * <p>Called by {@code naru.broker.transport} through {@code ListenerSecurity} and {@code Login}.
 * Does not know what the principal may do.
 */
@NullMarked
package naru.broker.login;

import org.jspecify.annotations.NullMarked;
