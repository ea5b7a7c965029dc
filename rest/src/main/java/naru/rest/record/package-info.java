/**
 * Keys and values of records as the API shows them, and as they are in the log: base64, text, JSON,
 * or JSON that a registered schema makes bytes of.
 */
@NullMarked
package naru.rest.record;

import org.jspecify.annotations.NullMarked;
