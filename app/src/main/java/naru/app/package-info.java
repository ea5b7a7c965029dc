/**
 * The process: the entry point, the commands' root, the settings of a node and its start.
 *
 * <p>The only module that knows all the others. Commands that work on a cluster are in {@code cli}
 * and know nothing of the broker but Kafka's protocol.
 */
@NullMarked
package naru.app;

import org.jspecify.annotations.NullMarked;
