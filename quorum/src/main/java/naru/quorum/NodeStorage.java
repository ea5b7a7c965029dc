package naru.quorum;

import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.metadata.bootstrap.BootstrapDirectory;
import org.apache.kafka.metadata.bootstrap.BootstrapMetadata;
import org.apache.kafka.metadata.properties.MetaProperties;
import org.apache.kafka.metadata.properties.MetaPropertiesEnsemble;
import org.apache.kafka.metadata.properties.MetaPropertiesVersion;
import org.apache.kafka.metadata.storage.Formatter;
import org.apache.kafka.raft.DynamicVoter;
import org.apache.kafka.raft.DynamicVoters;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The data folders of this node as Kafka's {@code meta.properties} name them.
 *
 * <p>A metadata folder without one is formatted; of the others only {@code meta.properties} is
 * written. Nothing is written before all folders were found to belong together.
 *
 * @param metadataFolder holds the metadata log's folder, {@code __cluster_metadata-0}
 * @param directoryIds of every data folder
 */
record NodeStorage(String clusterId, Path metadataFolder, Map<Path, Uuid> directoryIds) {
    private static final String SEGMENT_SUFFIX = ".log";

    /**
     * @throws StorageRefusedException when a folder is another node's or cluster's, or unusable
     */
    static NodeStorage open(
            QuorumOptions options,
            Path metadataFolder,
            FirstVoters firstVoters,
            NewClusterId newClusterId) {
        List<Path> folders = new ArrayList<>();
        Stream.concat(Stream.of(metadataFolder), options.dataFolders().stream())
                .map(folder -> folder.toAbsolutePath().normalize())
                .distinct()
                .forEach(folders::add);
        try {
            return new Opening(options, folders, firstVoters, newClusterId).open();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new StorageRefusedException("The start was interrupted", interrupted);
        } catch (StorageRefusedException refused) {
            throw refused;
        } catch (Exception fault) {
            throw new StorageRefusedException(
                    "The data folder " + folders.getFirst() + " cannot be used: " + fault, fault);
        }
    }

    Path metadataLogFolder() {
        return metadataFolder.resolve(
                Topic.CLUSTER_METADATA_TOPIC_NAME
                        + "-"
                        + Topic.CLUSTER_METADATA_TOPIC_PARTITION.partition());
    }

    Uuid metadataDirectoryId() {
        Uuid id = directoryIds.get(metadataFolder);
        if (id == null) {
            throw new IllegalStateException("no directory id of " + metadataFolder);
        }
        return id;
    }

    /** The records that a new metadata log starts with. */
    BootstrapMetadata bootstrapMetadata() throws Exception {
        return new BootstrapDirectory(metadataFolder.toString()).read();
    }

    /** Where the cluster's id comes from when neither the folders nor the settings say it. */
    @FunctionalInterface
    interface NewClusterId {
        String get() throws InterruptedException;
    }

    private record Opening(
            QuorumOptions options,
            List<Path> folders,
            FirstVoters firstVoters,
            NewClusterId newClusterId) {

        NodeStorage open() throws Exception {
            for (Path folder : folders) {
                Files.createDirectories(folder);
            }
            MetaPropertiesEnsemble found = load();
            for (String broken : found.errorLogDirs()) {
                throw new StorageRefusedException("The data folder " + broken + " cannot be read");
            }
            verify(found);
            String clusterId = clusterId(found);
            Path metadataFolder = folders.getFirst();
            if (!found.logDirProps().containsKey(metadataFolder.toString())) {
                formatMetadataFolder(metadataFolder, clusterId);
            }
            writeMissing(load(), clusterId);
            return new NodeStorage(clusterId, metadataFolder, directoryIds(load()));
        }

        private MetaPropertiesEnsemble load() throws IOException {
            return new MetaPropertiesEnsemble.Loader()
                    .addLogDirs(folders.stream().map(Path::toString).toList())
                    .addMetadataLogDir(folders.getFirst().toString())
                    .load();
        }

        private void verify(MetaPropertiesEnsemble found) {
            for (Map.Entry<String, MetaProperties> entry : found.logDirProps().entrySet()) {
                MetaProperties properties = entry.getValue();
                int nodeId = properties.nodeId().orElse(options.nodeId());
                if (nodeId != options.nodeId()) {
                    throw new StorageRefusedException(
                            "The data folder %s belongs to node.id=%d, not to %d; set node.id=%d or choose another folder"
                                    .formatted(entry.getKey(), nodeId, options.nodeId(), nodeId));
                }
                String expected = expectedClusterId(found);
                String clusterId = properties.clusterId().orElse("");
                if (!clusterId.equals(expected)) {
                    throw new StorageRefusedException(
                            "The data folder %s belongs to the cluster %s, not to %s; choose another folder"
                                    .formatted(entry.getKey(), clusterId, expected));
                }
            }
        }

        private @Nullable String expectedClusterId(MetaPropertiesEnsemble found) {
            return options.clusterId() != null
                    ? options.clusterId()
                    : found.clusterId().orElse(null);
        }

        private String clusterId(MetaPropertiesEnsemble found) throws InterruptedException {
            String clusterId = expectedClusterId(found);
            return clusterId != null ? clusterId : newClusterId.get();
        }

        private void formatMetadataFolder(Path folder, String clusterId) throws Exception {
            refuseLogWithoutOwner(
                    folder.resolve(Topic.CLUSTER_METADATA_TOPIC_PARTITION.toString()));
            PrintStream silence =
                    new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
            Formatter formatter =
                    new Formatter()
                            .setPrintStream(silence)
                            .setNodeId(options.nodeId())
                            .setClusterId(clusterId)
                            .addDirectory(folder.toString())
                            .setMetadataLogDirectory(folder.toString())
                            .setControllerListenerName(options.controllers().name());
            switch (firstVoters) {
                case FirstVoters.ThisNode alone -> {
                    ClusterImage.BrokerEndpoint endpoint =
                            options.controllers().endpoints().getFirst();
                    DynamicVoter self =
                            new DynamicVoter(
                                    Uuid.randomUuid(),
                                    options.nodeId(),
                                    endpoint.host(),
                                    endpoint.port());
                    formatter
                            .setHasDynamicQuorum(true)
                            .setInitialControllers(new DynamicVoters(List.of(self)));
                }
                case FirstVoters.Initial(DynamicVoters voters) ->
                        formatter.setHasDynamicQuorum(true).setInitialControllers(voters);
                case FirstVoters.Others others -> formatter.setHasDynamicQuorum(true);
                case FirstVoters.Configured voters -> formatter.setHasDynamicQuorum(false);
            }
            formatter.run();
        }

        /** Formatting over somebody's metadata would lose every topic in it. */
        private static void refuseLogWithoutOwner(Path logFolder) throws IOException {
            if (!Files.isDirectory(logFolder)) {
                return;
            }
            try (Stream<Path> files = Files.list(logFolder)) {
                if (files.anyMatch(file -> file.toString().endsWith(SEGMENT_SUFFIX))) {
                    throw new StorageRefusedException(
                            "The folder %s holds a metadata log but %s is missing beside it; restore that file or choose another folder"
                                    .formatted(
                                            logFolder,
                                            MetaPropertiesEnsemble.META_PROPERTIES_NAME));
                }
            }
        }

        private void writeMissing(MetaPropertiesEnsemble found, String clusterId)
                throws IOException {
            MetaPropertiesEnsemble.Copier copier = new MetaPropertiesEnsemble.Copier(found);
            for (String folder : found.emptyLogDirs()) {
                copier.setLogDirProps(folder, properties(clusterId, copier));
            }
            for (Map.Entry<String, MetaProperties> entry : found.logDirProps().entrySet()) {
                if (entry.getValue().directoryId().isEmpty()) {
                    copier.setLogDirProps(
                            entry.getKey(),
                            new MetaProperties.Builder(entry.getValue())
                                    .setDirectoryId(copier.generateValidDirectoryId())
                                    .build());
                }
            }
            copier.setWriteErrorHandler((folder, fault) -> {
                throw new StorageRefusedException(
                        "meta.properties cannot be written to " + folder + ": " + fault, fault);
            });
            copier.writeLogDirChanges();
        }

        private MetaProperties properties(String clusterId, MetaPropertiesEnsemble.Copier copier) {
            return new MetaProperties.Builder()
                    .setVersion(MetaPropertiesVersion.V1)
                    .setClusterId(clusterId)
                    .setNodeId(options.nodeId())
                    .setDirectoryId(copier.generateValidDirectoryId())
                    .build();
        }

        private static Map<Path, Uuid> directoryIds(MetaPropertiesEnsemble found) {
            Map<Path, Uuid> ids = new LinkedHashMap<>();
            found.logDirProps()
                    .forEach((folder, properties) ->
                            ids.put(Path.of(folder), properties.directoryId().orElseThrow()));
            return Map.copyOf(ids);
        }
    }
}
