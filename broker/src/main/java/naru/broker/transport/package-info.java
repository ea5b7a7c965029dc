/**
 * Sockets and selector loops: frames come in, replies go out, in the order of each connection.
 *
 * <p>A loop reads, handles and answers on its own thread. Knows no request kind.
 */
@NullMarked
package naru.broker.transport;

import org.jspecify.annotations.NullMarked;
