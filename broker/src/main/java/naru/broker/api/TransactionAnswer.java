package naru.broker.api;

import naru.broker.access.Access;
import naru.broker.coordinator.Answer;
import naru.broker.transport.Request;

import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.resource.ResourceType;
import org.jspecify.annotations.Nullable;

import java.util.function.UnaryOperator;

/**
 * Gives a transaction shard's answer to the client.
 *
 * @param adapt makes it what the request's version knows
 */
record TransactionAnswer(Request request, UnaryOperator<ApiMessage> adapt) implements Answer {
    @Override
    public void reply(ApiMessage response) {
        request.reply(adapt.apply(response));
    }

    @Override
    public void refuse(Errors error, String message) {
        request.reply(ofAppend(error), message);
    }

    /** State that is too large for its log is no fault that the client can mend. */
    static Errors ofAppend(Errors error) {
        boolean tooLarge =
                error == Errors.MESSAGE_TOO_LARGE || error == Errors.RECORD_LIST_TOO_LARGE;
        return tooLarge ? Errors.UNKNOWN_SERVER_ERROR : error;
    }

    /** Older clients know a fenced producer by another name. */
    static short fencedAs(short code, boolean knowsFencing) {
        return !knowsFencing && code == Errors.PRODUCER_FENCED.code()
                ? Errors.INVALID_PRODUCER_EPOCH.code()
                : code;
    }

    /** Answers the request, and says false, when the client may not. */
    static boolean isAllowed(Access access, Request request, @Nullable String transactionalId) {
        if (transactionalId != null
                && access.allowed(
                        request,
                        AclOperation.WRITE,
                        ResourceType.TRANSACTIONAL_ID,
                        transactionalId)) {
            return true;
        }
        request.reply(
                Errors.TRANSACTIONAL_ID_AUTHORIZATION_FAILED,
                Errors.TRANSACTIONAL_ID_AUTHORIZATION_FAILED.message());
        return false;
    }
}
