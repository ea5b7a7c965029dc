/**
 * Fetch requests: their sessions (KIP-227), what each partition has for them, and their waiting.
 */
@NullMarked
package naru.broker.fetch;

import org.jspecify.annotations.NullMarked;
