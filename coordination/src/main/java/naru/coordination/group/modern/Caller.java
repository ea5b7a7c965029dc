package naru.coordination.group.modern;

import java.util.function.Predicate;

/**
 * Who sent a request, as far as a group wants to know.
 *
 * @param version of the request
 * @param host as Kafka writes it, with the leading slash
 * @param maySee may it know of the topic of this name
 */
public record Caller(short version, String clientId, String host, Predicate<String> maySee) {}
