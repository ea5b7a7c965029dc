/**
 * Connect's REST API over Kafka's herder: every resource, its errors, and what is sent on to other
 * workers. Knows HTTP and the worker; nothing of topics or class loaders.
 */
@NullMarked
package naru.connect.api;

import org.jspecify.annotations.NullMarked;
