/**
 * Consumer instances of v2: a Kafka consumer each, which lives between the requests of its owner
 * and ends when nobody asks for it any longer.
 *
 * <p>Knows no path of the API and no JSON but that of its settings; {@code naru.rest.v2} calls it.
 */
@NullMarked
package naru.rest.consume;

import org.jspecify.annotations.NullMarked;
