package naru.broker;

import naru.broker.config.DynamicConfig;
import naru.broker.config.NodeConfig;
import naru.broker.config.TopicConfigs;
import naru.log.LogDirectories;
import naru.log.LogDirectory;
import naru.log.LogDirectoryOptions;
import naru.log.checkpoint.DataFolder;
import naru.log.disk.Disk;
import naru.quorum.FatalFault;
import naru.quorum.KraftQuorum;

import org.apache.kafka.common.Uuid;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The data folders of a node while it starts: held, then named by the quorum, then opened. Those
 * that cannot be are offline, but for the one of the metadata log, without which there is no node.
 */
final class LogFolders {
    private static final Logger LOG = LoggerFactory.getLogger("naru.node");

    private final NodeConfig config;
    private final Disk disk;
    private final Map<Path, String> offline = new LinkedHashMap<>();

    private LogFolders(NodeConfig config, Disk disk) {
        this.config = config;
        this.disk = disk;
    }

    /**
     * Takes the locks of all folders.
     *
     * @param parts get what gives the folders free again
     * @throws IOException when another process holds one of them, or that of the metadata log
     *     cannot be used
     */
    static LogFolders hold(NodeConfig config, Disk disk, Deque<AutoCloseable> parts)
            throws IOException {
        LogFolders folders = new LogFolders(config, disk);
        Set<Path> all = new LinkedHashSet<>();
        all.add(config.metadataFolder());
        all.addAll(config.dataFolders());
        for (Path folder : all) {
            try {
                parts.push(DataFolder.open(disk, folder));
            } catch (DataFolder.HeldException held) {
                throw held;
            } catch (IOException refusal) {
                if (folder.equals(config.metadataFolder())) {
                    throw refusal;
                }
                LOG.error("The data folder {} is offline: {}", folder, refusal.toString());
                folders.offline.put(folder, String.valueOf(refusal));
            }
        }
        return folders;
    }

    /** Those that could be held; the metadata folder stands for them when there is none. */
    List<Path> held() {
        List<Path> held = new ArrayList<>(config.dataFolders());
        held.removeAll(offline.keySet());
        return held.isEmpty() ? List.of(config.metadataFolder()) : held;
    }

    /**
     * Opens the logs.
     *
     * @param fatalFault told when the last folder has failed, or that of the metadata log
     */
    LogDirectories open(
            KraftQuorum quorum, TopicConfigs topics, DynamicConfig dynamic, FatalFault fatalFault) {
        quorum.offlineFolders()
                .forEach((folder, reason) -> {
                    LOG.error("{}; it is offline", reason);
                    offline.put(folder, reason);
                });
        List<LogDirectoryOptions> options = new ArrayList<>();
        for (Path folder : config.dataFolders()) {
            Uuid directoryId = quorum.directoryIds().get(folder);
            if (!offline.containsKey(folder) && directoryId != null) {
                options.add(options(folder, directoryId, topics, dynamic));
            }
        }
        LogDirectories logs = LogDirectories.open(options, offline, disk, Clock.systemUTC());
        dynamic.subscribe((changed, now) -> logs.wakeCompaction());
        watch(logs, quorum, fatalFault);
        cordon(logs, quorum, dynamic.current());
        dynamic.subscribe((changed, now) -> cordon(logs, quorum, now));
        return logs;
    }

    private static void cordon(LogDirectories logs, KraftQuorum quorum, NodeConfig now) {
        Set<Path> folders = now.cordonedFolders();
        logs.cordon(folders);
        quorum.cordon(
                logs.opened().stream()
                        .filter(logs::isCordoned)
                        .map(LogDirectory::directoryId)
                        .collect(Collectors.toSet()));
    }

    /**
     * Until a log is placed, nothing of it may go: the metadata, and so what holds for its topic,
     * may not be known here yet.
     */
    private LogDirectoryOptions options(
            Path folder, Uuid directoryId, TopicConfigs topics, DynamicConfig dynamic) {
        return new LogDirectoryOptions(
                folder,
                directoryId,
                partition -> topics.effective(partition.topic()).log().keepingAll(),
                config.number("log.flush.offset.checkpoint.interval.ms"),
                config.number("log.retention.check.interval.ms"),
                config.number("producer.id.expiration.ms"),
                Math.max(config.integer("num.recovery.threads.per.data.dir"), config.loops()),
                () -> dynamic.current().compaction(),
                true);
    }

    /**
     * The quorum is told of folders that fail; without the last, or the metadata, the node ends.
     */
    void watch(LogDirectories logs, KraftQuorum quorum, FatalFault fatalFault) {
        logs.whenFailed(failed -> {
            quorum.directoryFailed(failed.directoryId());
            if (failed.path().equals(config.metadataFolder())) {
                fatalFault.onFatalFault(reason(failed) + "; the metadata log was in it", null);
            } else if (logs.online().isEmpty()) {
                fatalFault.onFatalFault(reason(failed) + "; no other is left", null);
            }
        });
    }

    private static String reason(LogDirectory failed) {
        return String.valueOf(failed.failure());
    }
}
