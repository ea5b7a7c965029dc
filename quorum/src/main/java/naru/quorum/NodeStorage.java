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
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The data folders of this node as Kafka's {@code meta.properties} name them.
 *
 * <p>A metadata folder without one is formatted; of the others only {@code meta.properties} is
 * written. Nothing is written before all folders were found to belong together. A data folder that
 * cannot be read or written is offline, unless the metadata log is in it.
 *
 * @param metadataFolder holds the metadata log's folder, {@code __cluster_metadata-0}
 * @param directoryIds of every folder that is not offline
 * @param offlineFolders why they cannot be used
 * @param former what stands in the metadata folder
 */
record NodeStorage(
        String clusterId,
        Path metadataFolder,
        Map<Path, Uuid> directoryIds,
        Map<Path, String> offlineFolders,
        FormerMetadata former) {
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
            return new Opening(options, folders, firstVoters, newClusterId, new TreeMap<>()).open();
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
        return logFolder(metadataFolder);
    }

    private static Path logFolder(Path metadataFolder) {
        return metadataFolder.resolve(Topic.CLUSTER_METADATA_TOPIC_PARTITION.toString());
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

    /**
     * @param folders the metadata folder first
     * @param offline what is found not to be usable
     */
    private record Opening(
            QuorumOptions options,
            List<Path> folders,
            FirstVoters firstVoters,
            NewClusterId newClusterId,
            Map<Path, String> offline) {

        NodeStorage open() throws Exception {
            Path metadataFolder = folders.getFirst();
            Files.createDirectories(metadataFolder);
            for (Path folder : folders) {
                try {
                    Files.createDirectories(folder);
                } catch (IOException refusal) {
                    offline.put(folder, "The data folder " + folder + " is no folder: " + refusal);
                }
            }
            MetaPropertiesEnsemble found = load();
            for (String broken : found.errorLogDirs()) {
                offline.put(Path.of(broken), "The data folder " + broken + " cannot be read");
            }
            String useless = offline.get(metadataFolder);
            if (useless != null) {
                throw new StorageRefusedException(useless);
            }
            verify(found);
            refuseOtherMetadataLogs();
            String clusterId = clusterId(found);
            if (!found.logDirProps().containsKey(metadataFolder.toString())) {
                formatMetadataFolder(metadataFolder, clusterId);
            }
            requireMetadata(metadataFolder);
            FormerMetadata former = FormerMetadata.read(metadataFolder, logFolder(metadataFolder));
            former.check(metadataFolder, options, firstVoters);
            writeMissing(load(), clusterId);
            return new NodeStorage(
                    clusterId, metadataFolder, directoryIds(load()), offline, former);
        }

        private MetaPropertiesEnsemble load() throws IOException {
            return new MetaPropertiesEnsemble.Loader()
                    .addLogDirs(
                            folders.stream()
                                    .filter(folder -> !offline.containsKey(folder))
                                    .map(Path::toString)
                                    .toList())
                    .addMetadataLogDir(folders.getFirst().toString())
                    .load();
        }

        private void verify(MetaPropertiesEnsemble found) {
            Map<Uuid, String> owners = new HashMap<>();
            for (Map.Entry<String, MetaProperties> entry : found.logDirProps().entrySet()) {
                MetaProperties properties = entry.getValue();
                String other =
                        properties.directoryId().isEmpty()
                                ? null
                                : owners.put(properties.directoryId().get(), entry.getKey());
                if (other != null) {
                    throw new StorageRefusedException(
                            "The data folders %s and %s have the same directory.id=%s; one is a copy of the other, use only one of them"
                                    .formatted(
                                            other, entry.getKey(), properties.directoryId().get()));
                }
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

        /** The order of folders has changed, and another one than before would be formatted. */
        private void refuseOtherMetadataLogs() {
            for (Path folder : folders.subList(1, folders.size())) {
                String name = Topic.CLUSTER_METADATA_TOPIC_PARTITION.toString();
                if (Files.exists(folder.resolve(name))) {
                    throw new StorageRefusedException(
                            "The data folder %s holds the metadata log %s, and the metadata folder is %s; set metadata.log.dir=%s or name that folder first in log.dirs"
                                    .formatted(folder, name, folders.getFirst(), folder));
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
            refuseLogWithoutOwner(logFolder(folder));
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

        /** With metadata of nothing every partition in the folder would be taken for a leftover. */
        private static void requireMetadata(Path folder) {
            boolean formatted =
                    Files.exists(folder.resolve(BootstrapDirectory.BINARY_BOOTSTRAP_FILENAME));
            if (!formatted && !Files.isDirectory(logFolder(folder))) {
                throw new StorageRefusedException(
                        "The data folder %s holds no metadata log (%s); set metadata.log.dir to the folder that does"
                                .formatted(folder, logFolder(folder).getFileName()));
            }
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
                String reason = "meta.properties cannot be written to " + folder + ": " + fault;
                if (Path.of(folder).equals(folders.getFirst())) {
                    throw new StorageRefusedException(reason, fault);
                }
                offline.put(Path.of(folder), reason);
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
