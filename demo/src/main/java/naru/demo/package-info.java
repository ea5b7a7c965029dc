/**
 * {@code naru demo weather}: a pipeline over the services of a node, or of another cluster, from
 * real data to rows in a database, with a page to look at it.
 *
 * <p>Called by {@code app}, which starts the node. Knows the services only by what they serve:
 * Kafka's protocol, the registry's API, Connect's API.
 */
@NullMarked
package naru.demo;

import org.jspecify.annotations.NullMarked;
