/**
 * Client quotas: the rules that hold, the rates that are measured, and for how long a client that
 * is above its quota is throttled. Called by the transport and by request kinds; knows neither.
 */
@NullMarked
package naru.broker.quota;

import org.jspecify.annotations.NullMarked;
