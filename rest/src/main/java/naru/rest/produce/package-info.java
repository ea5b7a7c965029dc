/**
 * Sending records in users' names, with bounds on what is on its way and on what bodies hold.
 *
 * <p>Knows no path of the API; {@code naru.rest.v2} and {@code naru.rest.v3} call it.
 */
@NullMarked
package naru.rest.produce;

import org.jspecify.annotations.NullMarked;
