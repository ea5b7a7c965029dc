package naru.connect.worker;

import naru.connect.ConnectSettings.RestartRule;

import org.apache.kafka.connect.errors.ConnectException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The files of standalone mode, of which each makes a connector. One that is refused, because its
 * database is away or a property is wrong, is told and tried again, later each time; the others
 * run.
 *
 * <p>Threads: one looks at a time.
 */
final class GivenFiles {
    private static final Logger LOG = LoggerFactory.getLogger("naru.connect");

    private final Maker maker;
    private final RestartRule rule;
    private final Map<Path, Attempt> missing = new HashMap<>();

    /** Makes the connector of a file. */
    @FunctionalInterface
    interface Maker {
        /**
         * @throws ConnectException when the file or the connector is refused
         */
        void make(Path file);
    }

    private record Attempt(int number, long dueAt) {}

    GivenFiles(List<Path> files, Maker maker, RestartRule rule) {
        this.maker = maker;
        this.rule = rule;
        files.forEach(file -> missing.put(file, new Attempt(1, Long.MIN_VALUE)));
    }

    void look(long now) {
        for (Map.Entry<Path, Attempt> each : List.copyOf(missing.entrySet())) {
            Attempt attempt = each.getValue();
            if (now < attempt.dueAt) {
                continue;
            }
            try {
                maker.make(each.getKey());
                missing.remove(each.getKey());
            } catch (ConnectException refused) {
                long delay = rule.delayMillis(attempt.number);
                missing.put(each.getKey(), new Attempt(attempt.number + 1, now + delay));
                LOG.error("{}; tried again in {} ms", refused.getMessage(), delay);
            }
        }
    }
}
