/** Connectors that tests put into a jar and give to Kafka's Connect in a node. */
@NullMarked
package naru.systemtests.plugin;

import org.jspecify.annotations.NullMarked;
