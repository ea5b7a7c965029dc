/** A name that configurations made elsewhere ask for: Confluent's JDBC source, done by ours. */
@NullMarked
package io.confluent.connect.jdbc;

import org.jspecify.annotations.NullMarked;
