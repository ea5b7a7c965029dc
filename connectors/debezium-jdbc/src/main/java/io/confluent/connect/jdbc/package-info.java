/** A name that configurations made elsewhere ask for: Confluent's JDBC sink, done by Debezium's. */
@NullMarked
package io.confluent.connect.jdbc;

import org.jspecify.annotations.NullMarked;
