/** Tests of the JDBC source against real databases. */
@NullMarked
package naru.connectors.jdbc;

import org.jspecify.annotations.NullMarked;
