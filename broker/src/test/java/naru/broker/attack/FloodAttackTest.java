package naru.broker.attack;

import static org.assertj.core.api.Assertions.assertThat;

import naru.broker.Peer;

import org.apache.kafka.common.message.SaslAuthenticateRequestData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Strangers who want all the memory or all the connections there are. */
@Timeout(120)
class FloodAttackTest {
    private static final int STRANGERS = 100;
    private static final int MEMORY_BYTES = 8 << 20;

    @TempDir static Path folder;
    private static Fortress fortress;

    @BeforeAll
    static void start() throws Exception {
        Map<String, String> settings = Fortress.settings(folder);
        settings.put("queued.max.request.bytes", Integer.toString(MEMORY_BYTES));
        settings.put("socket.request.max.bytes", Integer.toString(MEMORY_BYTES / 2));
        settings.put("naru.authentication.timeout.ms", "20000");
        fortress = Fortress.start(folder, settings);
    }

    @AfterAll
    static void stop() {
        fortress.close();
    }

    /** Together they send six times what all frames may hold. */
    @Test
    void whoIsKnownHasRoomForALargeFrameWhileStrangersHoldHalvesOfFrames() throws Exception {
        List<Peer> strangers = new ArrayList<>();
        try (Peer bob = fortress.enter("bob")) {
            byte[] half = ByteBuffer.allocate(500_000).putInt(510_000).array();
            for (int i = 0; i < STRANGERS; i++) {
                Peer peer = fortress.stranger();
                strangers.add(peer);
                sendAsFarAsItIsTaken(peer, half);
            }
            var large = new SaslAuthenticateRequestData().setAuthBytes(new byte[3 << 20]);
            for (int i = 0; i < 3; i++) {
                bob.ask(ApiKeys.SASL_AUTHENTICATE, 2, i, large);
            }
            fortress.sing();
        } finally {
            for (Peer peer : strangers) {
                peer.close();
            }
        }
    }

    private static void sendAsFarAsItIsTaken(Peer peer, byte[] bytes) throws IOException {
        try {
            peer.sendBytes(bytes);
        } catch (SocketException ended) {
            assertThat(peer.drain()).isZero();
        }
    }
}
