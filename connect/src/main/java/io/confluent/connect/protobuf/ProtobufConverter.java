package io.confluent.connect.protobuf;

/** The name by which configurations made for Confluent's converter ask for ours. */
public final class ProtobufConverter extends naru.connect.convert.ProtobufConverter {}
