package naru.broker.api;

import naru.broker.access.Access;
import naru.broker.transport.Request;
import naru.broker.transport.RequestHandler;
import naru.quorum.ClusterImage;
import naru.quorum.Quorum;

import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.message.DescribeClusterRequestData;
import org.apache.kafka.common.message.DescribeClusterResponseData;
import org.apache.kafka.common.message.DescribeClusterResponseData.DescribeClusterBroker;
import org.apache.kafka.common.protocol.Errors;

/** DescribeCluster: the brokers and the cluster's id (KIP-700, 1073). */
public final class DescribeCluster implements RequestHandler {
    private static final byte BROKERS = 1;
    private static final byte CONTROLLERS = 2;

    private final Quorum quorum;
    private final Addresses addresses;
    private final Access access;

    public DescribeCluster(Quorum quorum, Addresses addresses, Access access) {
        this.quorum = quorum;
        this.addresses = addresses;
        this.access = access;
    }

    @Override
    public void handle(Request request) {
        DescribeClusterRequestData body = (DescribeClusterRequestData) request.body();
        DescribeClusterResponseData response = new DescribeClusterResponseData();
        if (body.endpointType() != BROKERS) {
            boolean known = body.endpointType() == CONTROLLERS;
            Errors error =
                    known ? Errors.MISMATCHED_ENDPOINT_TYPE : Errors.UNSUPPORTED_ENDPOINT_TYPE;
            request.reply(
                    response.setErrorCode(error.code())
                            .setErrorMessage(
                                    "This is a broker's endpoint; it cannot list endpoints of type "
                                            + body.endpointType()
                                            + "."));
            return;
        }
        ClusterImage image = quorum.image();
        response.setClusterId(quorum.clusterId())
                .setEndpointType(BROKERS)
                .setControllerId(quorum.nodeId());
        for (Addresses.Reachable broker : addresses.reachable(request, image)) {
            if (broker.fenced() && !body.includeFencedBrokers()) {
                continue;
            }
            response.brokers()
                    .add(
                            new DescribeClusterBroker()
                                    .setBrokerId(broker.id())
                                    .setHost(broker.host())
                                    .setPort(broker.port())
                                    .setRack(broker.rack())
                                    .setIsFenced(broker.fenced()));
        }
        if (body.includeClusterAuthorizedOperations()) {
            response.setClusterAuthorizedOperations(
                    access.permittedOnCluster(request, AclOperation.DESCRIBE)
                            ? AuthorizedOperations.onCluster(access, request)
                            : 0);
        }
        request.reply(response);
    }
}
