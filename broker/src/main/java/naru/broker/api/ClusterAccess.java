package naru.broker.api;

import naru.broker.access.Access;
import naru.broker.transport.Request;

import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.protocol.Errors;

/** What a request kind as a whole needs on the cluster. */
final class ClusterAccess {
    private ClusterAccess() {}

    /** Answers the request, and says false, when the client may not. */
    static boolean isAllowed(Access access, Request request, AclOperation operation) {
        if (access.allowedOnCluster(request, operation)) {
            return true;
        }
        request.reply(
                Errors.CLUSTER_AUTHORIZATION_FAILED, Errors.CLUSTER_AUTHORIZATION_FAILED.message());
        return false;
    }
}
