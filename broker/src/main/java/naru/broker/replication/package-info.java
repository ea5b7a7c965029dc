/**
 * Replication between brokers: fetching from leaders, changing who is in sync, and asking other
 * brokers. Driven by {@code naru.broker.partition}; knows nothing of the requests of clients.
 */
@NullMarked
package naru.broker.replication;

import org.jspecify.annotations.NullMarked;
