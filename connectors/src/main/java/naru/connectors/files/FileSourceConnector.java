package naru.connectors.files;

import naru.connectors.ConnectorVersion;
import naru.connectors.Findings;

import org.apache.kafka.common.config.Config;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.connect.connector.Task;
import org.apache.kafka.connect.source.ExactlyOnceSupport;
import org.apache.kafka.connect.source.SourceConnector;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads the files of a folder into a topic and watches for more. Several tasks share the files by
 * their names; the order of files holds within each task.
 */
public final class FileSourceConnector extends SourceConnector {
    private Map<String, String> properties = Map.of();

    @Override
    public String version() {
        return ConnectorVersion.text();
    }

    @Override
    public ConfigDef config() {
        return FileSourceConfig.DEFINITION;
    }

    @Override
    public Class<? extends Task> taskClass() {
        return FileSourceTask.class;
    }

    @Override
    public Config validate(Map<String, String> given) {
        Config config = super.validate(given);
        Findings findings = new Findings(config);
        if (findings.none()) {
            check(new FileSourceConfig(given), findings);
        }
        return config;
    }

    private static void check(FileSourceConfig config, Findings findings) {
        if (!Files.isDirectory(config.folder())) {
            findings.add(
                    FileSourceConfig.PATH,
                    "there is no folder %s on the worker's machine".formatted(config.folder()));
        } else if (!Files.isReadable(config.folder())) {
            findings.add(
                    FileSourceConfig.PATH,
                    "the worker may not read the folder %s".formatted(config.folder()));
        }
        Path finished = config.finishedFolder();
        if (config.moves() && finished == null) {
            findings.add(
                    FileSourceConfig.FINISHED_FOLDER,
                    "finished=move needs the folder to which read files go");
        } else if (config.moves() && config.folder().equals(finished)) {
            findings.add(
                    FileSourceConfig.FINISHED_FOLDER,
                    "must be another folder than path, or moved files would be read again");
        }
        if (config.follows() && (config.moves() || config.deletes())) {
            findings.add(
                    FileSourceConfig.FINISHED,
                    "must be keep when follow=true: a file that grows on is never finished");
        }
        if (config.follows() && config.format() == FileFormat.AVRO) {
            findings.add(
                    FileSourceConfig.FOLLOW,
                    "must be false with format=avro: such a file is read when it is complete");
        }
        try {
            config.types();
        } catch (IllegalArgumentException e) {
            findings.add(FileSourceConfig.CSV_TYPES, String.valueOf(e.getMessage()));
        }
    }

    @Override
    public ExactlyOnceSupport exactlyOnceSupport(Map<String, String> given) {
        return ExactlyOnceSupport.SUPPORTED;
    }

    @Override
    public void start(Map<String, String> given) {
        properties = Map.copyOf(given);
    }

    @Override
    public List<Map<String, String>> taskConfigs(int maxTasks) {
        List<Map<String, String>> tasks = new ArrayList<>();
        for (int number = 0; number < maxTasks; number++) {
            Map<String, String> task = new HashMap<>(properties);
            task.put(FileSourceConfig.TASK, "" + number);
            task.put(FileSourceConfig.TASKS, "" + maxTasks);
            tasks.add(task);
        }
        return tasks;
    }

    @Override
    public void stop() {
        // Holds nothing.
    }
}
