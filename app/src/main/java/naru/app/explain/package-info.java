/**
 * Sentences about a group, a topic or a transaction from what its cluster tells: facts are gathered
 * through the protocol that every Kafka cluster speaks, and what follows from them is worked out
 * without asking anybody.
 *
 * <p>Called by {@code naru explain}. Knows no terminal.
 */
@NullMarked
package naru.app.explain;

import org.jspecify.annotations.NullMarked;
