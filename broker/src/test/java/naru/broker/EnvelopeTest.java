package naru.broker;

import static org.assertj.core.api.Assertions.assertThat;

import naru.broker.access.AccessByRules;
import naru.broker.audit.AuditTrail;
import naru.broker.config.NodeConfig;
import naru.quorum.ClusterImage;

import org.apache.kafka.common.message.CreateTopicsRequestData;
import org.apache.kafka.common.message.CreateTopicsResponseData;
import org.apache.kafka.common.message.EnvelopeRequestData;
import org.apache.kafka.common.message.EnvelopeResponseData;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.AbstractRequest;
import org.apache.kafka.common.requests.CreateTopicsRequest;
import org.apache.kafka.common.requests.MetadataRequest;
import org.apache.kafka.common.requests.RequestHeader;
import org.apache.kafka.common.requests.ResponseHeader;
import org.apache.kafka.common.security.auth.KafkaPrincipal;
import org.apache.kafka.common.security.authenticator.DefaultKafkaPrincipalBuilder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;

/**
 * Requests that one broker passes on in a client's name: who may send them, and who may do what.
 */
@Timeout(120)
class EnvelopeTest {
    private static final KafkaPrincipal BROKER = new KafkaPrincipal("User", "broker");
    private static final KafkaPrincipal CLIENT = new KafkaPrincipal("User", "client");

    @TempDir Path folder;
    private Node node;
    private final ScheduledExecutorService loop =
            Executors.newSingleThreadScheduledExecutor(Thread.ofPlatform().daemon().factory());

    @BeforeEach
    void start() throws Exception {
        AccessByRules rules = new AccessByRules(Set.of(BROKER), false);
        node =
                Node.start(
                        NodeConfig.parse(
                                Map.of(
                                        "log.dirs",
                                        folder.toString(),
                                        "listeners",
                                        "PLAINTEXT://127.0.0.1:0")),
                        (message, cause) -> {
                            throw new AssertionError(message, cause);
                        },
                        new AccessControl(rules, rules, AuditTrail.NONE, null));
    }

    @AfterEach
    void stop() {
        node.close();
        loop.shutdownNow();
    }

    private ApiMessage send(KafkaPrincipal sender, AbstractRequest inner, byte[] principal) {
        RequestHeader header = new RequestHeader(inner.apiKey(), inner.version(), "client", 77);
        DirectRequest request =
                new DirectRequest(
                        ApiKeys.ENVELOPE.latestVersion(),
                        new EnvelopeRequestData()
                                .setRequestData(inner.serializeWithHeader(header))
                                .setRequestPrincipal(principal)
                                .setClientHostAddress(
                                        InetAddress.getLoopbackAddress().getAddress()),
                        sender,
                        InetAddress.getLoopbackAddress(),
                        loop);
        return request.messageOf(node.controllerApis().handler(ApiKeys.ENVELOPE));
    }

    private static byte[] named(KafkaPrincipal principal) {
        return new DefaultKafkaPrincipalBuilder(null, null).serialize(principal);
    }

    private static CreateTopicsRequest creation() {
        var topics = new CreateTopicsRequestData().setTimeoutMs(30_000);
        topics.topics()
                .add(
                        new CreateTopicsRequestData.CreatableTopic()
                                .setName("orders")
                                .setNumPartitions(1)
                                .setReplicationFactor((short) 1));
        return new CreateTopicsRequest.Builder(topics).build();
    }

    private static CreateTopicsResponseData opened(ApiMessage answer) {
        ByteBuffer data = ((EnvelopeResponseData) answer).responseData();
        short version = ApiKeys.CREATE_TOPICS.latestVersion();
        ResponseHeader header =
                ResponseHeader.parse(data, ApiKeys.CREATE_TOPICS.responseHeaderVersion(version));
        assertThat(header.correlationId()).isEqualTo(77);
        return new CreateTopicsResponseData(new ByteBufferAccessor(data), version);
    }

    private static short errorOf(ApiMessage answer) {
        return ((EnvelopeResponseData) answer).errorCode();
    }

    @Test
    void requestInAnEnvelopeIsAnsweredInOne() {
        CreateTopicsResponseData answer = opened(send(BROKER, creation(), named(BROKER)));

        assertThat(answer.topics().find("orders").errorCode()).isZero();
        ClusterImage.Topic topic = node.image().topic("orders");
        assertThat(topic).isNotNull();
    }

    @Test
    void whatIsInsideIsJudgedByThePrincipalInside() {
        CreateTopicsResponseData answer = opened(send(BROKER, creation(), named(CLIENT)));

        assertThat(answer.topics().find("orders").errorCode())
                .isEqualTo(Errors.TOPIC_AUTHORIZATION_FAILED.code());
    }

    @Test
    void clientsSendNoEnvelopes() {
        assertThat(errorOf(send(CLIENT, creation(), named(BROKER))))
                .isEqualTo(Errors.CLUSTER_AUTHORIZATION_FAILED.code());
    }

    @Test
    void requestThatIsNotForwardedIsRefusedInAnEnvelope() {
        AbstractRequest inner = new MetadataRequest(new MetadataRequestData(), (short) 12);

        assertThat(errorOf(send(BROKER, inner, named(BROKER))))
                .isEqualTo(Errors.INVALID_REQUEST.code());
    }

    @Test
    void unreadablePrincipalIsRefused() {
        byte[] hugeLength = {0, 0, (byte) 0xff, (byte) 0xff, (byte) 0xff, (byte) 0xff, 0x0f};

        assertThat(errorOf(send(BROKER, creation(), hugeLength)))
                .isEqualTo(Errors.PRINCIPAL_DESERIALIZATION_FAILURE.code());
    }
}
