package io.confluent.connect.jdbc;

/** The name by which configurations made for Confluent's JDBC source ask for ours. */
public final class JdbcSourceConnector extends naru.connectors.jdbc.JdbcSourceConnector {}
