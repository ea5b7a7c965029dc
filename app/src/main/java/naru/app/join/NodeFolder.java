package naru.app.join;

import java.io.IOException;
import java.io.StringWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.stream.Stream;

/** The data folder of a node that joins, and what it says of itself. */
public final class NodeFolder {
    /** Settings that a start on this folder begins with. */
    public static final String SETTINGS = "node.properties";

    private static final String META_PROPERTIES = "meta.properties";
    private static final String AUTO_JOIN = "controller.quorum.auto.join.enable";

    private final Path folder;

    public NodeFolder(Path folder) {
        this.folder = folder;
    }

    public Path path() {
        return folder;
    }

    /**
     * Makes the folder where there is none.
     *
     * @throws JoinFailure when it is somebody's already
     */
    void requireNew(String clusterId) {
        Path meta = folder.resolve(META_PROPERTIES);
        if (Files.exists(meta)) {
            throw new JoinFailure(
                    whose(read(meta), clusterId)
                            + ". To join with another node, name another folder: --data DIR");
        }
        Path settings = folder.resolve(SETTINGS);
        if (Files.exists(settings)) {
            String other = read(settings).getProperty("naru.cluster.id", "");
            throw new JoinFailure(
                    other.equals(clusterId)
                            ? "%s has been prepared by a join that was interrupted. Go on with: naru start --data %s"
                                    .formatted(folder, folder)
                            : "%s was prepared for the cluster %s. Name another folder: --data DIR"
                                    .formatted(folder, other));
        }
        try {
            Files.createDirectories(folder);
            try (Stream<Path> files = Files.list(folder)) {
                if (files.anyMatch(NodeFolder::isForeign)) {
                    throw new JoinFailure(
                            folder
                                    + " is not empty. Name a new folder, or an empty one: --data"
                                    + " DIR");
                }
            }
        } catch (IOException e) {
            throw new JoinFailure(folder + " cannot be used: " + e, e);
        }
    }

    /** What a join that was cut off has left is nobody's. */
    private static boolean isForeign(Path file) {
        String name = file.getFileName().toString();
        return !name.startsWith("security-")
                && !name.equals(SETTINGS + ".tmp")
                && !name.equals("lost+found");
    }

    private String whose(Properties meta, String clusterId) {
        String cluster = meta.getProperty("cluster.id", "unknown");
        String node = meta.getProperty("node.id", "unknown");
        return cluster.equals(clusterId)
                ? "%s is node %s of this cluster already. Start it with: naru start --data %s"
                        .formatted(folder, node, folder)
                : "%s is node %s of another cluster, %s".formatted(folder, node, cluster);
    }

    /**
     * The id of the node that the folder is of.
     *
     * @throws JoinFailure when it is no node of this cluster
     */
    int nodeOf(String clusterId) {
        Path file = folder.resolve(META_PROPERTIES);
        if (!Files.exists(file)) {
            throw new JoinFailure(folder + " is no node's folder; name one: --data DIR");
        }
        Properties meta = read(file);
        if (!clusterId.equals(meta.getProperty("cluster.id"))) {
            throw new JoinFailure(whose(meta, clusterId));
        }
        return Integer.parseInt(meta.getProperty("node.id", "0").strip());
    }

    /** Whether its node is to join the voters, and has not yet. */
    public boolean isToVote() {
        Path settings = folder.resolve(SETTINGS);
        return Files.exists(settings)
                && Boolean.parseBoolean(read(settings).getProperty(AUTO_JOIN, "false").strip());
    }

    private static Properties read(Path file) {
        Properties properties = new Properties();
        try (var reader = Files.newBufferedReader(file)) {
            properties.load(reader);
        } catch (IOException | IllegalArgumentException unreadable) {
            throw new JoinFailure(file + " cannot be read: " + unreadable.getMessage(), unreadable);
        }
        return properties;
    }

    /** Writes the settings as the last step: from then on the folder is a node's. */
    void write(Map<String, String> settings) {
        Path next = folder.resolve(SETTINGS + ".tmp");
        try {
            if (!Files.exists(next)) {
                Files.createFile(next);
            }
            Files.setPosixFilePermissions(next, PosixFilePermissions.fromString("rw-------"));
            Files.writeString(next, text(settings), StandardCharsets.UTF_8);
            Files.move(
                    next,
                    folder.resolve(SETTINGS),
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new JoinFailure(folder + " cannot be written: " + e, e);
        }
    }

    private static String text(Map<String, String> settings) throws IOException {
        StringBuilder text = new StringBuilder();
        text.append(
                "# Made by naru cluster join. naru start --data reads it first: what a file or\n");
        text.append("# the command line says is stronger.\n");
        for (Map.Entry<String, String> setting : new TreeMap<>(settings).entrySet()) {
            Properties one = new Properties();
            one.setProperty(setting.getKey(), setting.getValue());
            Writer escaped = new StringWriter();
            one.store(escaped, null);
            escaped.toString()
                    .lines()
                    .filter(line -> !line.startsWith("#"))
                    .forEach(line -> text.append(line.replace("\\:", ":")).append('\n'));
        }
        return text.toString();
    }

    /** A voter need not become one again: it would come back after it was taken from the voters. */
    public void joinNoMore() {
        Properties properties = read(folder.resolve(SETTINGS));
        if (properties.remove(AUTO_JOIN) != null) {
            Map<String, String> settings = new TreeMap<>();
            properties
                    .stringPropertyNames()
                    .forEach(key -> settings.put(key, properties.getProperty(key)));
            write(settings);
        }
    }
}
