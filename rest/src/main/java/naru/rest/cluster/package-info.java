/**
 * Kafka's clients in the names of users: made when first needed, bounded in number, closed when
 * nobody uses them; and what their failures mean to somebody who asks over HTTP.
 *
 * <p>Knows no path and no body of the API.
 */
@NullMarked
package naru.rest.cluster;

import org.jspecify.annotations.NullMarked;
