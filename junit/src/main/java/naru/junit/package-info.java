/**
 * A node in the JVM of a test: {@link naru.junit.Naru} starts one, {@link naru.junit.NaruTest} does
 * it for a test class.
 *
 * <p>Called by tests of others; nothing of the house knows it. Knows of the broker how a node is
 * started and stopped, and otherwise reaches it as every client does.
 */
@NullMarked
package naru.junit;

import org.jspecify.annotations.NullMarked;
