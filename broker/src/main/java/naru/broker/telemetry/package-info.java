/**
 * Metrics that clients push (KIP-714): who is asked for which, what is taken of it, and what is
 * kept for the metrics endpoint. Called by request kinds; bounded whatever clients send.
 */
@NullMarked
package naru.broker.telemetry;

import org.jspecify.annotations.NullMarked;
