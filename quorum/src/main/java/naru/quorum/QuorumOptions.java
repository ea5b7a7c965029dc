package naru.quorum;

import org.jspecify.annotations.Nullable;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * What a node brings to its part in the quorum.
 *
 * @param clusterId cluster that the folders must belong to; null takes what they say, and for new
 *     folders what the quorum says, or a new one
 * @param dataFolders {@code log.dirs}; the metadata log is in {@code metadata.log.dir} or the first
 * @param properties the node's configuration by Kafka's names, see {@link QuorumSettings}; keys of
 *     others are looked at only for defaults of topics
 */
public record QuorumOptions(
        int nodeId,
        @Nullable String clusterId,
        ControllerListeners controllers,
        List<Path> dataFolders,
        Map<String, String> properties,
        ConfigRules configRules,
        FatalFault fatalFault) {

    public QuorumOptions {
        if (dataFolders.isEmpty()) {
            throw new IllegalArgumentException("a quorum needs a data folder");
        }
        dataFolders = List.copyOf(dataFolders);
        properties = Map.copyOf(properties);
    }
}
