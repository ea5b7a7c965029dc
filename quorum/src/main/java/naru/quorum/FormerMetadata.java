package naru.quorum;

import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.message.VotersRecord;
import org.apache.kafka.common.metadata.FeatureLevelRecord;
import org.apache.kafka.common.metadata.MetadataRecordType;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.ControlRecordUtils;
import org.apache.kafka.common.record.internal.FileLogInputStream;
import org.apache.kafka.common.record.internal.FileRecords;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.utils.ByteUtils;
import org.apache.kafka.controller.QuorumFeatures;
import org.apache.kafka.metadata.VersionRange;
import org.apache.kafka.metadata.bootstrap.BootstrapDirectory;
import org.apache.kafka.raft.ElectionState;
import org.apache.kafka.raft.FileQuorumStateStore;
import org.apache.kafka.raft.generated.QuorumStateData;
import org.apache.kafka.server.common.KRaftVersion;
import org.apache.kafka.server.common.MetadataVersion;
import org.apache.kafka.snapshot.SnapshotPath;
import org.apache.kafka.snapshot.Snapshots;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * What a former run, of this node or of Apache Kafka, has left in a metadata folder, as far as it
 * decides whether and how the folder can be opened. Reading it changes nothing.
 *
 * <p>Reading ends at the first batch that is not whole, where Raft will cut the log off.
 *
 * @param features levels that are finalized, above 0 only, {@code kraft.version} among them
 * @param voters ids of all voters, as the log or the election state has them; empty when neither
 *     names any
 */
record FormerMetadata(Map<String, Short> features, Set<Integer> voters) {
    private static final String LOG_FILE = "\\d{20}\\.log";

    /**
     * @param metadataFolder holds {@code bootstrap.checkpoint} and the metadata log's folder
     */
    static FormerMetadata read(Path metadataFolder, Path logFolder) throws IOException {
        Reading reading = new Reading();
        reading.file(metadataFolder.resolve(BootstrapDirectory.BINARY_BOOTSTRAP_FILENAME), 0);
        if (Files.isDirectory(logFolder)) {
            reading.election(logFolder);
            reading.log(logFolder);
        }
        reading.features.values().removeIf(level -> level == 0);
        return new FormerMetadata(Map.copyOf(reading.features), Set.copyOf(reading.voters));
    }

    /** Whether the voters stand in the log itself (KIP-853), not in the configuration. */
    boolean hasVotersInLog() {
        return features.containsKey(KRaftVersion.FEATURE_NAME);
    }

    /**
     * @param firstVoters whom the configuration names
     * @throws StorageRefusedException when this release, or this configuration, cannot serve what
     *     is there
     */
    void check(Path folder, QuorumOptions options, FirstVoters firstVoters) {
        features.forEach((name, level) -> {
            VersionRange range = supported(name);
            if (range == null) {
                throw new StorageRefusedException(
                        "The data folder %s uses the feature %s at level %d, which this release does not know; take it back with kafka-features downgrade, or start the version that wrote the folder"
                                .formatted(folder, name, level));
            }
            if (!range.contains(level)) {
                throw new StorageRefusedException(
                        "The data folder %s has %s=%d, and this release serves %s to %s; %s"
                                .formatted(
                                        folder,
                                        name,
                                        level,
                                        shown(name, range.min()),
                                        shown(name, range.max()),
                                        level > range.max()
                                                ? "take it back with kafka-features downgrade, or"
                                                        + " start the version that wrote the folder"
                                                : "raise it with kafka-features upgrade of Apache"
                                                        + " Kafka 3.9 first"));
            }
        });
        if (!voters.isEmpty() && !voters.equals(Set.of(options.nodeId()))) {
            checkCompany(folder, options, firstVoters);
        }
    }

    /** A voter that moves to where nobody listens would be lost to the others. */
    private void checkCompany(Path folder, QuorumOptions options, FirstVoters firstVoters) {
        String cluster =
                "The data folder %s of node %d belongs to a cluster whose controllers are the nodes %s, and the configuration "
                        .formatted(folder, options.nodeId(), new TreeSet<>(voters));
        if (!hasVotersInLog() && firstVoters instanceof FirstVoters.ThisNode) {
            throw new StorageRefusedException(
                    cluster
                            + "does not say where they are; set controller.quorum.voters as those"
                            + " nodes have it");
        }
        if (options.controllers().secluded()) {
            throw new StorageRefusedException(
                    cluster
                            + "has no listener by which they reach the controller of this one; add"
                            + " it to listeners, or set process.roles=broker where it has none");
        }
    }

    private static @Nullable VersionRange supported(String name) {
        return name.equals(KRaftVersion.FEATURE_NAME)
                ? VersionRange.of(
                        KRaftVersion.KRAFT_VERSION_0.featureLevel(),
                        KRaftVersion.LATEST_PRODUCTION.featureLevel())
                : QuorumFeatures.defaultSupportedFeatureMap(false).get(name);
    }

    private static String shown(String name, short level) {
        return name.equals(MetadataVersion.FEATURE_NAME)
                ? level + " (" + MetadataVersion.fromFeatureLevel(level).version() + ")"
                : Short.toString(level);
    }

    /** Owned by one call of {@link #read}; later records win. */
    private static final class Reading {
        private final Map<String, Short> features = new TreeMap<>();
        private final Set<Integer> voters = new TreeSet<>();

        void election(Path logFolder) {
            Path file = logFolder.resolve(FileQuorumStateStore.DEFAULT_FILE_NAME);
            Optional<ElectionState> election =
                    new FileQuorumStateStore(file.toFile()).readElectionState();
            election.map(state -> state.toQuorumStateData((short) 0).currentVoters()).stream()
                    .flatMap(List::stream)
                    .map(QuorumStateData.Voter::voterId)
                    .forEach(voters::add);
        }

        void log(Path logFolder) throws IOException {
            List<Path> files;
            try (Stream<Path> all = Files.list(logFolder)) {
                files = all.sorted().toList();
            }
            Optional<SnapshotPath> snapshot =
                    files.stream()
                            .flatMap(file -> Snapshots.parse(file).stream())
                            .filter(each -> !each.partial() && !each.deleted())
                            .max(Comparator.comparing(each -> each.path().getFileName()));
            if (snapshot.isPresent()) {
                file(snapshot.get().path(), 0);
            }
            long from = snapshot.map(each -> each.snapshotId().offset()).orElse(0L);
            for (Path file : files) {
                if (file.getFileName().toString().matches(LOG_FILE)) {
                    file(file, from);
                }
            }
        }

        /** Reads batches of a log or a snapshot that have offsets from this one on. */
        void file(Path file, long from) throws IOException {
            if (!Files.isRegularFile(file)) {
                return;
            }
            try (FileRecords records = FileRecords.open(file.toFile(), false)) {
                for (FileLogInputStream.FileChannelRecordBatch batch : records.batches()) {
                    if (!batch.isValid()) {
                        return;
                    }
                    if (batch.lastOffset() >= from) {
                        for (Record record : batch) {
                            if (batch.isControlBatch()) {
                                control(record);
                            } else {
                                data(record.value());
                            }
                        }
                    }
                }
            } catch (KafkaException notWhole) {
                return;
            }
        }

        private void control(Record record) {
            ControlRecordType type = ControlRecordType.parse(record.key());
            if (type == ControlRecordType.KRAFT_VERSION) {
                features.put(
                        KRaftVersion.FEATURE_NAME,
                        ControlRecordUtils.deserializeKRaftVersionRecord(record).kRaftVersion());
            } else if (type == ControlRecordType.KRAFT_VOTERS) {
                voters.clear();
                ControlRecordUtils.deserializeVotersRecord(record).voters().stream()
                        .map(VotersRecord.Voter::voterId)
                        .forEach(voters::add);
            }
        }

        /** A record begins with the version of its frame, its kind and the version of its kind. */
        private void data(ByteBuffer value) {
            ByteUtils.readUnsignedVarint(value);
            int kind = ByteUtils.readUnsignedVarint(value);
            short version = (short) ByteUtils.readUnsignedVarint(value);
            if (kind == MetadataRecordType.FEATURE_LEVEL_RECORD.id()) {
                FeatureLevelRecord feature =
                        new FeatureLevelRecord(new ByteBufferAccessor(value), version);
                features.put(feature.name(), feature.featureLevel());
            }
        }
    }
}
