/**
 * Keys and certificates of the listeners that speak TLS, and their renewal while the node runs.
 *
 * <p>Called by {@code naru.broker.login} for each new connection. Knows no socket and no request.
 */
@NullMarked
package naru.broker.tls;

import org.jspecify.annotations.NullMarked;
