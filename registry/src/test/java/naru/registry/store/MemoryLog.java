package naru.registry.store;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.node.ObjectNode;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** A log in memory that several registries share, as nodes share the topic. */
public final class MemoryLog {
    private final List<Entry> entries = new ArrayList<>();
    private @Nullable View writer;

    /** A record as it stands in the topic. */
    private record Entry(String key, @Nullable String value) {}

    /** One node's view of it. */
    public StoreLog view() {
        return new View();
    }

    public synchronized void add(String key, @Nullable String value) {
        entries.add(new Entry(key, value));
    }

    /** The keys, in order. */
    public synchronized List<String> keys() {
        return entries.stream().map(Entry::key).toList();
    }

    /** A node that was put out does not know it until it writes. */
    private final class View implements StoreLog {
        private @Nullable Reader reader;
        private boolean believesToWrite;
        private int next;

        @Override
        public void open(Reader given, Duration most) {
            reader = given;
            catchUp();
        }

        private void catchUp() {
            Reader mine = Objects.requireNonNull(reader);
            synchronized (MemoryLog.this) {
                for (; next < entries.size(); next++) {
                    Entry entry = entries.get(next);
                    String value = entry.value();
                    RecordIntake.give(
                            mine,
                            entry.key().getBytes(UTF_8),
                            value == null ? null : value.getBytes(UTF_8),
                            next,
                            "offset " + next);
                }
            }
        }

        @Override
        public String trouble() {
            return "";
        }

        @Override
        public boolean isWriter() {
            return believesToWrite;
        }

        @Override
        public void becomeWriter(Duration most) {
            synchronized (MemoryLog.this) {
                writer = this;
                believesToWrite = true;
            }
            catchUp();
        }

        @Override
        public void append(List<Change> changes, Duration most) throws Fenced {
            synchronized (MemoryLog.this) {
                if (writer != this) {
                    believesToWrite = false;
                    throw new Fenced("another writes", null);
                }
                for (Change change : changes) {
                    ObjectNode value = change.value();
                    add(
                            new String(change.key().bytes(), UTF_8),
                            value == null ? null : value.toString());
                }
            }
            catchUp();
        }

        @Override
        public void close() {
            // Nothing is held.
        }
    }
}
