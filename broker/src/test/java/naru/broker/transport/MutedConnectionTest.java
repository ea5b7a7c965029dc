package naru.broker.transport;

import static org.assertj.core.api.Assertions.assertThat;

import naru.broker.Peer;
import naru.broker.quota.ClientQuotas;
import naru.broker.quota.ConnectionRates;
import naru.broker.quota.QuotaKind;
import naru.broker.quota.Windows;

import org.apache.kafka.common.message.HeartbeatRequestData;
import org.apache.kafka.common.message.HeartbeatResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.quota.ClientQuotaEntity;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;

@Timeout(60)
class MutedConnectionTest {
    private static final short VERSION = 4;
    private static final int LONG_MILLIS = 3_600_000;

    private final Windows windows = Windows.ofSeconds(11, 1);
    private final ClientQuotas quotas =
            new ClientQuotas(
                    windows, windows, () -> TimeUnit.NANOSECONDS.toMillis(System.nanoTime()));
    private final AtomicInteger served = new AtomicInteger();
    private Transport transport;
    private int port;

    /** A heartbeat of generation n has its connection be muted for n milliseconds. */
    @BeforeEach
    void start() throws IOException {
        ApiTable apis = new ApiTable();
        apis.serve(
                ApiKeys.HEARTBEAT,
                request -> {
                    served.incrementAndGet();
                    request.throttle(((HeartbeatRequestData) request.body()).generationId());
                    request.reply(new HeartbeatResponseData());
                });
        transport =
                new Transport(
                        new TransportOptions(1, 1 << 20, 4 << 20, 600_000, -1, -1, 50),
                        new ConnectionLimits(),
                        quotas);
        port =
                transport
                        .bind(
                                new ListenerOptions(
                                        "PLAINTEXT",
                                        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                                        apis))
                        .getPort();
        transport.start();
    }

    @AfterEach
    void stop() {
        transport.close();
    }

    private static HeartbeatRequestData muting(int millis) {
        return new HeartbeatRequestData().setGroupId("g").setMemberId("m").setGenerationId(millis);
    }

    private static int answered(Peer peer, int correlation) throws IOException {
        return ((HeartbeatResponseData) peer.receive(ApiKeys.HEARTBEAT, VERSION, correlation))
                .throttleTimeMs();
    }

    private static void await(BooleanSupplier condition) throws InterruptedException {
        for (int i = 0; i < 2_000 && !condition.getAsBoolean(); i++) {
            TimeUnit.MILLISECONDS.sleep(10);
        }
        assertThat(condition.getAsBoolean()).isTrue();
    }

    @Test
    void answerTellsTheTimeAndTheNextRequestWaitsForIt() throws Exception {
        try (Peer peer = new Peer(port)) {
            long begin = System.nanoTime();
            peer.send(ApiKeys.HEARTBEAT, VERSION, 1, muting(700));
            assertThat(answered(peer, 1)).isEqualTo(700);
            peer.send(ApiKeys.HEARTBEAT, VERSION, 2, muting(0));
            assertThat(answered(peer, 2)).isZero();
            assertThat(System.nanoTime() - begin)
                    .as("served before its time")
                    .isGreaterThan(TimeUnit.MILLISECONDS.toNanos(690));
        }
    }

    @Test
    void requestsSentAlongWaitTooAndAreAllServedInOrder() throws Exception {
        try (Peer peer = new Peer(port)) {
            for (int i = 0; i < 20; i++) {
                peer.send(ApiKeys.HEARTBEAT, VERSION, i, muting(i == 3 ? 500 : 0));
            }
            for (int i = 0; i < 20; i++) {
                assertThat(answered(peer, i)).isEqualTo(i == 3 ? 500 : 0);
            }
        }
        await(() -> transport.frameMemoryBytes() == 0);
    }

    @Test
    void otherConnectionsOfTheLoopAreServedMeanwhile() throws Exception {
        try (Peer muted = new Peer(port);
                Peer other = new Peer(port)) {
            muted.send(ApiKeys.HEARTBEAT, VERSION, 1, muting(LONG_MILLIS));
            answered(muted, 1);
            muted.send(ApiKeys.HEARTBEAT, VERSION, 2, muting(0));
            for (int i = 0; i < 100; i++) {
                other.send(ApiKeys.HEARTBEAT, VERSION, i, muting(0));
                assertThat(answered(other, i)).isZero();
            }
            assertThat(served).hasValue(101);
        }
    }

    @Test
    void mutedConnectionEndsWhenItsClientGoes() throws Exception {
        try (Peer peer = new Peer(port)) {
            peer.send(ApiKeys.HEARTBEAT, VERSION, 1, muting(LONG_MILLIS));
            answered(peer, 1);
            assertThat(transport.connections()).isEqualTo(1);
        }
        await(() -> transport.connections() == 0);
        assertThat(transport.frameMemoryBytes()).isZero();
    }

    @Test
    void produceQuotaOfTheUserMutesItsConnection() throws Exception {
        quotas.set(
                Map.of(
                        new ClientQuotaEntity(Map.of(ClientQuotaEntity.USER, "ANONYMOUS")),
                        Map.of(QuotaKind.REQUEST_TIME.key(), 0.000001)));
        try (Peer peer = new Peer(port)) {
            peer.send(ApiKeys.HEARTBEAT, VERSION, 1, muting(0));
            assertThat(answered(peer, 1)).as("one sample at most").isEqualTo(1000);
            peer.send(ApiKeys.HEARTBEAT, VERSION, 2, muting(0));
            assertThat(answered(peer, 2)).isEqualTo(1000);
        }
        assertThat(quotas.counts().violations(QuotaKind.REQUEST_TIME)).isEqualTo(2);
    }

    @Test
    void addressThatConnectsTooFastIsNotServed() throws Exception {
        quotas.connectionRates()
                .set(
                        new ConnectionRates.AddressBounds(
                                Map.of(InetAddress.getLoopbackAddress(), 0.2), null));
        int ended = 0;
        for (int i = 0; i < 6; i++) {
            try (Peer peer = new Peer(port)) {
                peer.send(ApiKeys.HEARTBEAT, VERSION, i, muting(0));
                if (peer.isEnded()) {
                    ended++;
                }
            }
        }
        assertThat(ended).as("2 in 10 s are free").isBetween(3, 4);
    }

    @Test
    void listenerRestsAndServesEverybodyInTheEnd() throws Exception {
        quotas.connectionRates().set(new ConnectionRates.NodeBounds(1, Map.of(), Set.of()));
        for (int i = 0; i < 12; i++) {
            try (Peer peer = new Peer(port)) {
                peer.send(ApiKeys.HEARTBEAT, VERSION, i, muting(0));
                assertThat(answered(peer, i)).isZero();
            }
        }
        assertThat(quotas.counts().connectionRests()).isPositive();
    }
}
