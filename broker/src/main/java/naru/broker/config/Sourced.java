package naru.broker.config;

import org.apache.kafka.common.requests.DescribeConfigsResponse.ConfigSource;

/**
 * A value and where it comes from.
 *
 * @param name of the setting it was given under, which may be a synonym
 * @param text as it was given there
 * @param value in the unit of the setting that was asked for
 */
record Sourced(String name, String text, String value, ConfigSource source) {}
