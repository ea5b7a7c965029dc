package naru.broker.api;

import naru.broker.access.Access;
import naru.broker.coordinator.Answer;
import naru.broker.transport.Request;

import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.resource.ResourceType;

/** Gives a shard's answer to the client as it is. */
record GroupAnswer(Request request) implements Answer {
    @Override
    public void reply(ApiMessage response) {
        request.reply(response);
    }

    @Override
    public void refuse(Errors error, String message) {
        request.reply(error, message);
    }

    /** Answers the request, and says false, when the client may not. */
    static boolean isAllowed(
            Access access, Request request, AclOperation operation, String groupId) {
        if (access.allowed(request, operation, ResourceType.GROUP, groupId)) {
            return true;
        }
        request.reply(
                Errors.GROUP_AUTHORIZATION_FAILED, Errors.GROUP_AUTHORIZATION_FAILED.message());
        return false;
    }
}
