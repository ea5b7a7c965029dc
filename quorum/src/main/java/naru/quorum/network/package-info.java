/**
 * The way to the controllers of other nodes: a contract, and its form over Kafka's network client.
 *
 * <p>Called by the quorum; knows requests and addresses, and nothing of who leads.
 */
@NullMarked
package naru.quorum.network;

import org.jspecify.annotations.NullMarked;
