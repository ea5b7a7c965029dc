/**
 * Asks an HTTP API for records again and again, page by page, and hands records to one. Both share
 * the client: its login, its bounds, and what it does when it is asked to wait.
 */
@NullMarked
package naru.connectors.http;

import org.jspecify.annotations.NullMarked;
