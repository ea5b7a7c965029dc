/**
 * Reads tables or a query of a database into topics. The connector lists tables and divides them
 * over tasks; a task asks its tables in turn, each through a {@code TableReader} that holds an open
 * result and knows how far it came. Nothing outside this package uses more than the connector
 * class.
 */
@NullMarked
package naru.connectors.jdbc;

import org.jspecify.annotations.NullMarked;
