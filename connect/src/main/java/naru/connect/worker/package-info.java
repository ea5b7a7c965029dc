/**
 * Kafka's worker in this process: its start and stop, what looks after connectors that fail or
 * spin, what they have logged, and a run of one record without effect. Used by the API.
 */
@NullMarked
package naru.connect.worker;

import org.jspecify.annotations.NullMarked;
