package naru.quorum;

import naru.quorum.ClusterController.Caller;

import org.apache.kafka.common.errors.NotControllerException;
import org.apache.kafka.common.errors.UnknownServerException;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.AbstractResponse;
import org.apache.kafka.common.requests.EnvelopeRequest;
import org.apache.kafka.common.requests.EnvelopeResponse;
import org.apache.kafka.common.requests.RequestHeader;
import org.apache.kafka.common.requests.RequestUtils;
import org.apache.kafka.common.requests.ResponseHeader;
import org.apache.kafka.common.security.authenticator.DefaultKafkaPrincipalBuilder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.net.InetAddress;
import java.nio.ByteBuffer;

/** A client's request in an envelope (KIP-590), and the answer taken out of one. */
record Enveloped(Caller caller, InetAddress clientAddress, ApiMessage request) {
    private static final Logger LOG = LoggerFactory.getLogger(Enveloped.class);
    private static final int NO_CORRELATION = 0;

    private ApiKeys api() {
        return ApiKeys.forId(request.apiKey());
    }

    EnvelopeRequest.Builder builder() {
        RequestHeader header =
                new RequestHeader(api(), caller.apiVersion(), caller.clientId(), NO_CORRELATION);
        ByteBuffer content =
                RequestUtils.serialize(
                        header.data(), header.headerVersion(), request, caller.apiVersion());
        return new EnvelopeRequest.Builder(
                content,
                new DefaultKafkaPrincipalBuilder(null, null).serialize(caller.principal()),
                clientAddress.getAddress());
    }

    /**
     * @throws NotControllerException also when only a part of the answer says so: who lost the
     *     leadership in the middle of a request answers for each topic
     */
    ApiMessage open(EnvelopeResponse response) {
        Errors error = response.error();
        if (error == Errors.NOT_CONTROLLER) {
            throw new NotControllerException("who was asked is the active controller no longer");
        } else if (error == Errors.CLUSTER_AUTHORIZATION_FAILED) {
            LOG.error(
                    "The active controller does not let this node pass on clients' requests;"
                            + " grant its principal CLUSTER_ACTION, or make it one of super.users");
            throw new UnknownServerException("The controller does not trust this broker.");
        } else if (error != Errors.NONE) {
            throw error.exception();
        }
        ByteBuffer content = response.responseData();
        ResponseHeader.parse(content, api().responseHeaderVersion(caller.apiVersion()));
        AbstractResponse answer =
                AbstractResponse.parseResponse(
                        api(), new ByteBufferAccessor(content), caller.apiVersion());
        if (answer.errorCounts().containsKey(Errors.NOT_CONTROLLER)) {
            throw new NotControllerException("who was asked was replaced before it was done");
        }
        return answer.data();
    }
}
