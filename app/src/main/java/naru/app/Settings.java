package naru.app;

import naru.app.join.NodeFolder;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;

/** The settings of a node as they were given: a properties file, then what overrides it. */
final class Settings {
    private static final String DATA_KEY = "log.dirs";
    private static final String DATA_DEFAULT = "naru-data";

    private Settings() {}

    /**
     * Later wins: what the data folder says of itself, the file, {@code sets}, the data folder.
     * Without any word on it the data folder is {@code naru-data} in the working directory.
     */
    static Map<String, String> read(
            @Nullable Path file, Map<String, String> sets, @Nullable Path dataFolder) {
        Map<String, String> given = file == null ? new TreeMap<>() : readFile(file, "--config");
        sets.forEach((key, value) -> given.put(key.strip(), value.strip()));
        if (dataFolder != null) {
            given.remove("log.dir");
            given.put(DATA_KEY, dataFolder.toString());
        } else if (!given.containsKey(DATA_KEY) && !given.containsKey("log.dir")) {
            given.put(DATA_KEY, DATA_DEFAULT);
        }
        Path own = folder(given).path().resolve(NodeFolder.SETTINGS);
        if (!Files.exists(own)) {
            return given;
        }
        Map<String, String> settings = readFile(own, "made by naru cluster join");
        settings.putAll(given);
        return settings;
    }

    /** The first data folder, where the node keeps what it knows of itself. */
    static NodeFolder folder(Map<String, String> settings) {
        String folders = settings.getOrDefault(DATA_KEY, settings.getOrDefault("log.dir", ""));
        return new NodeFolder(Path.of(folders.split(",", -1)[0].strip()));
    }

    private static Map<String, String> readFile(Path file, String origin) {
        Properties properties = new Properties();
        try (Reader reader = Files.newBufferedReader(file)) {
            properties.load(reader);
        } catch (NoSuchFileException missing) {
            throw new StartFailure("there is no file " + file + " (" + origin + ")", missing);
        } catch (IOException | IllegalArgumentException unreadable) {
            throw new StartFailure(
                    "cannot read " + file + " (" + origin + "): " + unreadable.getMessage(),
                    unreadable);
        }
        Map<String, String> settings = new TreeMap<>();
        for (String key : properties.stringPropertyNames()) {
            settings.put(key, properties.getProperty(key).strip());
        }
        return settings;
    }
}
