/** Connect's data in other shapes: as JSON and as Avro, both ways. Pure functions without state. */
@NullMarked
package naru.connectors.data;

import org.jspecify.annotations.NullMarked;
