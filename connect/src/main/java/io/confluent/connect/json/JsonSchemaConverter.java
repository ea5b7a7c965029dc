package io.confluent.connect.json;

/** The name by which configurations made for Confluent's converter ask for ours. */
public final class JsonSchemaConverter extends naru.connect.convert.JsonSchemaConverter {}
