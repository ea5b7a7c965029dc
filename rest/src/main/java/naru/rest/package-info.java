/**
 * The REST proxy: Confluent's HTTP API to produce, consume and administer, as a client of a
 * cluster.
 *
 * <p>{@code naru.app} starts it. See docs/rest.md.
 */
@NullMarked
package naru.rest;

import org.jspecify.annotations.NullMarked;
