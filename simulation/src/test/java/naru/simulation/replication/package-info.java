/**
 * One partition on three replicas, and nothing else: beside {@link naru.simulation.cluster} because
 * a history takes a fifth of the time, appends to whoever believes to lead without a client's
 * detour, and holds with one replica in sync, too.
 */
package naru.simulation.replication;
