package naru.quorum;

import static naru.quorum.QuorumFixture.await;
import static naru.quorum.QuorumFixture.awaitUntil;
import static naru.quorum.QuorumFixture.openAndRegister;
import static naru.quorum.QuorumFixture.options;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.apache.kafka.clients.admin.EndpointType;
import org.apache.kafka.common.errors.UnsupportedVersionException;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.message.DescribeClusterRequestData;
import org.apache.kafka.common.message.DescribeClusterResponseData;
import org.apache.kafka.common.message.DescribeQuorumResponseData;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.UnregisterBrokerRequestData;
import org.apache.kafka.common.network.ClientInformation;
import org.apache.kafka.common.network.ListenerName;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.requests.AbstractRequest;
import org.apache.kafka.common.requests.DescribeClusterRequest;
import org.apache.kafka.common.requests.DescribeQuorumRequest;
import org.apache.kafka.common.requests.MetadataRequest;
import org.apache.kafka.common.requests.RequestContext;
import org.apache.kafka.common.requests.RequestHeader;
import org.apache.kafka.common.requests.UnregisterBrokerRequest;
import org.apache.kafka.common.security.auth.KafkaPrincipal;
import org.apache.kafka.common.security.auth.SecurityProtocol;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.net.InetAddress;
import java.nio.file.Path;
import java.util.Map;

@SuppressWarnings("NullAway.Init")
final class ControllerListenerTest {
    private static final int CORRELATION = 42;

    @TempDir Path folder;
    private KraftQuorum quorum;

    @BeforeEach
    void open() {
        quorum =
                openAndRegister(
                        options(folder, null, Map.of("broker.heartbeat.interval.ms", "100")));
    }

    @AfterEach
    void close() {
        quorum.close();
    }

    @Test
    void raftAnswersForItsLog() {
        var request =
                new DescribeQuorumRequest.Builder(
                                DescribeQuorumRequest.singletonRequest(
                                        Topic.CLUSTER_METADATA_TOPIC_PARTITION))
                        .build();

        var reply = (DescribeQuorumResponseData) handle(request);

        assertThat(reply.topics().getFirst().partitions().getFirst().leaderId())
                .isEqualTo(QuorumFixture.NODE_ID);
    }

    @Test
    void controllersAreDescribedByTheirEndpointOnThatListener() {
        var request =
                new DescribeClusterRequest.Builder(
                                new DescribeClusterRequestData()
                                        .setEndpointType(EndpointType.CONTROLLER.id()))
                        .build();

        awaitUntil(() -> !((DescribeClusterResponseData) handle(request)).brokers().isEmpty());

        var reply = (DescribeClusterResponseData) handle(request);
        assertThat(reply.controllerId()).isEqualTo(QuorumFixture.NODE_ID);
        assertThat(reply.brokers().find(QuorumFixture.NODE_ID).port())
                .isEqualTo(QuorumFixture.CONTROLLER.port());
    }

    @Test
    void brokerThatWasUnregisteredWhileItLivesRegistersAgain() {
        long epoch = quorum.brokerEpoch();

        handle(
                new UnregisterBrokerRequest.Builder(
                                new UnregisterBrokerRequestData()
                                        .setBrokerId(QuorumFixture.NODE_ID))
                        .build());

        awaitUntil(() -> quorum.brokerEpoch() > epoch);
        awaitUntil(() -> {
            var broker = quorum.image().broker(QuorumFixture.NODE_ID);
            return broker != null && !broker.fenced();
        });
    }

    @Test
    void requestOfBrokersOnlyIsUnsupported() {
        AbstractRequest request = new MetadataRequest(new MetadataRequestData(), (short) 12);

        assertThatThrownBy(() -> handle(request)).isInstanceOf(UnsupportedVersionException.class);
    }

    private ApiMessage handle(AbstractRequest request) {
        RequestHeader header = header(request);
        RequestContext context =
                new RequestContext(
                        header,
                        "connection",
                        InetAddress.getLoopbackAddress(),
                        KafkaPrincipal.ANONYMOUS,
                        ListenerName.normalised(QuorumFixture.CONTROLLER.listenerName()),
                        SecurityProtocol.PLAINTEXT,
                        ClientInformation.EMPTY,
                        true);
        return await(quorum.handle(context, header, request));
    }

    private static RequestHeader header(AbstractRequest request) {
        return new RequestHeader(request.apiKey(), request.version(), "test", CORRELATION);
    }
}
