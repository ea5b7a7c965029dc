/**
 * How a node joins a cluster: the token by which it is invited, the endpoint at which it gets its
 * certificate, and the folder that it starts on.
 *
 * <p>Called by the commands {@code cluster invite} and {@code cluster join} and by the start of a
 * node. Knows no terminal.
 */
@NullMarked
package naru.app.join;

import org.jspecify.annotations.NullMarked;
