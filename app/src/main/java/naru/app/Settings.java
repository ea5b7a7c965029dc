package naru.app;

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
     * Later wins: the file, {@code sets}, the data folder. Without any word on it the data folder
     * is {@code naru-data} in the working directory.
     */
    static Map<String, String> read(
            @Nullable Path file, Map<String, String> sets, @Nullable Path dataFolder) {
        Map<String, String> settings = file == null ? new TreeMap<>() : readFile(file);
        sets.forEach((key, value) -> settings.put(key.strip(), value.strip()));
        if (dataFolder != null) {
            settings.remove("log.dir");
            settings.put(DATA_KEY, dataFolder.toString());
        } else if (!settings.containsKey(DATA_KEY) && !settings.containsKey("log.dir")) {
            settings.put(DATA_KEY, DATA_DEFAULT);
        }
        return settings;
    }

    private static Map<String, String> readFile(Path file) {
        Properties properties = new Properties();
        try (Reader reader = Files.newBufferedReader(file)) {
            properties.load(reader);
        } catch (NoSuchFileException missing) {
            throw new StartFailure("there is no file " + file + " (--config)", missing);
        } catch (IOException | IllegalArgumentException unreadable) {
            throw new StartFailure(
                    "cannot read " + file + " (--config): " + unreadable.getMessage(), unreadable);
        }
        Map<String, String> settings = new TreeMap<>();
        for (String key : properties.stringPropertyNames()) {
            settings.put(key, properties.getProperty(key).strip());
        }
        return settings;
    }
}
