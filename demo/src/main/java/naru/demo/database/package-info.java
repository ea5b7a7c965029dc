/**
 * The database at the end of the pipeline: reached by the sink's own JDBC drivers, read for the
 * page and for the check. It is written by the sink alone.
 *
 * <p>Called by {@code naru.demo} and {@code naru.demo.page}. Knows JDBC; no Kafka.
 */
@NullMarked
package naru.demo.database;

import org.jspecify.annotations.NullMarked;
