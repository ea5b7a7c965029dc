package naru.coordination.group.modern;

import org.apache.kafka.common.protocol.Errors;

/** Why a member's request is not carried out. */
public record Refusal(Errors error, String message) {}
