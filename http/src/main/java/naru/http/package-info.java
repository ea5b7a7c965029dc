/**
 * The HTTP front that all services of a process share: one server, many listeners, each with its
 * routes. Requests are answered by blocking code on virtual threads; what a client can make the
 * process keep is bounded here ({@link naru.http.WebBounds}).
 *
 * <p>Knows neither Kafka nor any service. See docs/design/services.md.
 */
@NullMarked
package naru.http;

import org.jspecify.annotations.NullMarked;
