/**
 * The REST API of Confluent's Schema Registry: routes, requests and answers as JSON, error bodies.
 * What is done is decided in {@code naru.registry.subject}.
 */
@NullMarked
package naru.registry.api;

import org.jspecify.annotations.NullMarked;
