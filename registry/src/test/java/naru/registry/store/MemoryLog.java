package naru.registry.store;

import com.fasterxml.jackson.databind.node.ObjectNode;

import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** A log in memory that several registries share, as nodes share the topic. */
public final class MemoryLog {
    private final List<Entry> entries = new ArrayList<>();
    private @Nullable View writer;

    private record Entry(byte[] key, byte @Nullable [] value) {}

    /** One node's view of it. */
    public StoreLog view() {
        return new View();
    }

    public synchronized void add(String key, @Nullable String value) {
        entries.add(
                new Entry(
                        key.getBytes(StandardCharsets.UTF_8),
                        value == null ? null : value.getBytes(StandardCharsets.UTF_8)));
    }

    /** The keys, in order. */
    public synchronized List<String> keys() {
        return entries.stream()
                .map(entry -> new String(entry.key(), StandardCharsets.UTF_8))
                .toList();
    }

    /** Reads only when it is asked to, so that nodes can lag. */
    private final class View implements StoreLog {
        private @Nullable Reader reader;
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
                    byte[] value = entry.value();
                    mine.read(
                            StoreKey.parse(entry.key()),
                            value == null ? null : (ObjectNode) RecordFormat.parse(value),
                            next);
                }
            }
        }

        @Override
        public boolean isWriter() {
            // A node that was put out does not know it until it writes.
            return wasWriter;
        }

        private boolean wasWriter;

        @Override
        public void becomeWriter(Duration most) {
            synchronized (MemoryLog.this) {
                writer = this;
                wasWriter = true;
            }
            catchUp();
        }

        @Override
        public void append(List<Change> changes, Duration most) throws Fenced {
            synchronized (MemoryLog.this) {
                if (writer != this) {
                    wasWriter = false;
                    throw new Fenced("another writes", null);
                }
                for (Change change : changes) {
                    ObjectNode value = change.value();
                    entries.add(
                            new Entry(
                                    change.key().bytes(),
                                    value == null ? null : RecordFormat.bytes(value)));
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
