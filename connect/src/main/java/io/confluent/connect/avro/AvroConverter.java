package io.confluent.connect.avro;

/** The name by which configurations made for Confluent's converter ask for ours. */
public final class AvroConverter extends naru.connect.convert.AvroConverter {}
