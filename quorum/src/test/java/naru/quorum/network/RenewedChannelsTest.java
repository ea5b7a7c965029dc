package naru.quorum.network;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.memory.MemoryPool;
import org.apache.kafka.common.network.ChannelBuilder;
import org.apache.kafka.common.network.ChannelMetadataRegistry;
import org.apache.kafka.common.network.KafkaChannel;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.channels.SelectionKey;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Which keys a new connection begins with. */
final class RenewedChannelsTest {
    @TempDir Path folder;
    private final List<String> closed = new ArrayList<>();

    /** Knows which key it has read, and refuses to read a broken one. */
    private final class Reading implements ChannelBuilder {
        private final String key;

        Reading(Path file) {
            try {
                key = Files.readString(file);
            } catch (IOException e) {
                throw new KafkaException(e);
            }
            if (key.equals("broken")) {
                throw new KafkaException("no key");
            }
        }

        @Override
        public KafkaChannel buildChannel(
                String id,
                SelectionKey selection,
                int maxReceiveSize,
                @Nullable MemoryPool memoryPool,
                ChannelMetadataRegistry registry) {
            throw new KafkaException("nobody is there");
        }

        @Override
        public void configure(Map<String, ?> configs) {}

        @Override
        public void close() {
            closed.add(key);
        }
    }

    private static String key(RenewedChannels channels) {
        return ((Reading) channels.current()).key;
    }

    @Test
    void newConnectionsUseTheKeysThatAreInTheFilesNow() throws IOException {
        Path file = folder.resolve("key");
        Files.writeString(file, "one");
        try (var channels =
                new RenewedChannels(
                        () -> new Reading(file),
                        Map.of(
                                "listener.name.nodes.ssl.keystore.location",
                                file.toString(),
                                "ssl.truststore.location",
                                folder.resolve("none").toString()))) {
            assertThat(key(channels)).isEqualTo("one");
            assertThat(key(channels)).isEqualTo("one");
            Files.writeString(file, "second");
            assertThat(key(channels)).isEqualTo("second");
            Files.writeString(file, "broken");
            assertThat(key(channels)).isEqualTo("second");
            assertThat(closed).isEmpty();
            Files.writeString(file, "the third");
            assertThat(key(channels)).isEqualTo("the third");
            assertThat(closed).containsExactly("one");
        }
        assertThat(closed).containsExactly("one", "second", "the third");
    }
}
