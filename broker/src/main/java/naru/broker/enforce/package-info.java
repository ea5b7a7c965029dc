/**
 * Records are held against what their topic demands before they are stored: warned of, refused, or
 * put aside.
 *
 * <p>Called by Produce. Knows neither schemas nor a registry: what a record has to be is decided by
 * a {@link naru.broker.enforce.RecordCheck} that is given from outside.
 */
@NullMarked
package naru.broker.enforce;

import org.jspecify.annotations.NullMarked;
