package naru.broker.api;

import naru.broker.access.Access;
import naru.broker.transport.Request;

import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.resource.Resource;
import org.apache.kafka.common.resource.ResourceType;

import java.util.Set;

/** Operations that a principal may do, as the bit field that Kafka answers (KIP-430). */
final class AuthorizedOperations {
    /** Stands for "not asked". */
    static final int OMITTED = Integer.MIN_VALUE;

    private AuthorizedOperations() {}

    static int onTopic(Access access, Request request, String topic) {
        return bits(access.allowedOperations(request, ResourceType.TOPIC, topic));
    }

    static int onGroup(Access access, Request request, String groupId) {
        return bits(access.allowedOperations(request, ResourceType.GROUP, groupId));
    }

    static int onCluster(Access access, Request request) {
        return bits(access.allowedOperations(request, ResourceType.CLUSTER, Resource.CLUSTER_NAME));
    }

    private static int bits(Set<AclOperation> operations) {
        int bits = 0;
        for (AclOperation operation : operations) {
            bits |= 1 << operation.code();
        }
        return bits;
    }
}
