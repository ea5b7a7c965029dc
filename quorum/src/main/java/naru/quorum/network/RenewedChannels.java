package naru.quorum.network;

import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.memory.MemoryPool;
import org.apache.kafka.common.network.ChannelBuilder;
import org.apache.kafka.common.network.ChannelMetadataRegistry;
import org.apache.kafka.common.network.KafkaChannel;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.nio.channels.SelectionKey;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Connections to other nodes that begin after a change of the key files use the new keys; keys that
 * cannot be used leave the old ones in use. Those that are open go on as they began.
 *
 * <p>Threads: the selector's, as for any channel builder.
 */
public final class RenewedChannels implements ChannelBuilder {
    private static final Logger LOG = LoggerFactory.getLogger("naru.tls");
    private static final List<String> FILES =
            List.of("ssl.keystore.location", "ssl.truststore.location");

    private final Supplier<ChannelBuilder> builders;
    private final List<Path> files;
    private List<Stamp> stamps;
    private ChannelBuilder builder;

    /** Of whose channels some may still be open. */
    private @Nullable ChannelBuilder former;

    /** What tells a changed file from the one that was read. */
    private record Stamp(long modifiedMillis, long sizeBytes) {}

    /**
     * @param builders each reads the files anew
     * @param settings in which the files are named, for whatever listener
     */
    public RenewedChannels(Supplier<ChannelBuilder> builders, Map<String, ?> settings) {
        this.builders = builders;
        List<Path> named = new ArrayList<>();
        settings.forEach((key, value) -> {
            if (value instanceof String file && FILES.stream().anyMatch(key::endsWith)) {
                named.add(Path.of(file));
            }
        });
        this.files = List.copyOf(named);
        this.stamps = stamps();
        this.builder = builders.get();
    }

    private List<Stamp> stamps() {
        List<Stamp> now = new ArrayList<>();
        for (Path file : files) {
            try {
                now.add(new Stamp(Files.getLastModifiedTime(file).toMillis(), Files.size(file)));
            } catch (IOException missing) {
                now.add(new Stamp(-1, -1));
            }
        }
        return now;
    }

    /** With the keys that are in the files now. */
    ChannelBuilder current() {
        List<Stamp> now = stamps();
        if (!now.equals(stamps)) {
            stamps = now;
            renew();
        }
        return builder;
    }

    private void renew() {
        try {
            ChannelBuilder next = builders.get();
            closeFormer();
            former = builder;
            builder = next;
            LOG.info("new connections to other nodes use new keys: their files have changed");
        } catch (KafkaException unusable) {
            LOG.warn(
                    "connections to other nodes go on with the old keys: their files have changed,"
                            + " but cannot be used: {}",
                    unusable.toString());
        }
    }

    private void closeFormer() {
        if (former != null) {
            former.close();
            former = null;
        }
    }

    @Override
    public KafkaChannel buildChannel(
            String id,
            SelectionKey key,
            int maxReceiveSize,
            @Nullable MemoryPool memoryPool,
            ChannelMetadataRegistry registry) {
        return current().buildChannel(id, key, maxReceiveSize, memoryPool, registry);
    }

    /** Each builder was configured when it was made. */
    @Override
    public void configure(Map<String, ?> ignored) {}

    @Override
    public void close() {
        closeFormer();
        builder.close();
    }
}
