/**
 * A name that configurations made elsewhere ask for, and nothing else. Kafka's worker loads it by
 * that name where no plug-in of the same name is there.
 */
@NullMarked
package io.confluent.connect.avro;

import org.jspecify.annotations.NullMarked;
