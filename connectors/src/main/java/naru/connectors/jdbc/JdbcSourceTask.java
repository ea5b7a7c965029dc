package naru.connectors.jdbc;

import naru.connectors.Backoff;
import naru.connectors.ConnectorVersion;
import naru.connectors.StopSignal;

import org.apache.kafka.connect.errors.ConnectException;
import org.apache.kafka.connect.source.SourceRecord;
import org.apache.kafka.connect.source.SourceTask;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Reads its tables in turn over one connection. While the database is away it waits and tries
 * again, for as long as it takes; what another try cannot mend ends the task after a few of them.
 *
 * <p>Threads: Connect's thread of the task; {@link #stop} may come from another.
 */
public final class JdbcSourceTask extends SourceTask {
    private static final Logger LOG = LoggerFactory.getLogger(JdbcSourceTask.class);
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(1);
    private static final int TRIES_OF_THE_HOPELESS = 3;

    private final StopSignal stop = new StopSignal();
    private final ReentrantLock polling = new ReentrantLock();
    private final List<TableReader> readers = new ArrayList<>();
    private JdbcSourceConfig config = unset();
    private Backoff backoff = new Backoff(Duration.ofSeconds(1), Duration.ofSeconds(1));
    private Dialect dialect = Dialect.OTHER;
    private @Nullable Connection connection;
    private long retryNanos = System.nanoTime();

    @SuppressWarnings("NullAway") // Connect starts a task before it uses it.
    private static JdbcSourceConfig unset() {
        return null;
    }

    @Override
    public String version() {
        return ConnectorVersion.text();
    }

    @Override
    public void start(Map<String, String> properties) {
        config = new JdbcSourceConfig(properties);
        backoff = new Backoff(config.backoff(), config.backoffMost());
        long now = System.nanoTime();
        if (config.hasQuery()) {
            Map<String, Object> kept =
                    context.offsetStorageReader().offset(TableReader.queryPartition());
            readers.add(new TableReader(config, null, Position.of(kept), now));
            return;
        }
        String tables = properties.getOrDefault(JdbcSourceConfig.TASK_TABLES, "");
        for (String encoded : tables.split(JdbcSourceConnector.BETWEEN_TABLES, -1)) {
            if (!encoded.isEmpty()) {
                TableId table = TableId.decoded(encoded);
                readers.add(new TableReader(config, table, kept(table), now));
            }
        }
    }

    private Position kept(TableId table) {
        for (Map<String, Object> partition : table.partitions()) {
            Map<String, Object> offset = context.offsetStorageReader().offset(partition);
            if (offset != null && !offset.isEmpty()) {
                return Position.of(offset);
            }
        }
        return Position.START;
    }

    @Override
    public @Nullable List<SourceRecord> poll() throws InterruptedException {
        polling.lockInterruptibly();
        try {
            return stop.isStopped() ? null : rows();
        } finally {
            if (stop.isStopped()) {
                disconnect();
            }
            polling.unlock();
        }
    }

    private @Nullable List<SourceRecord> rows() throws InterruptedException {
        TableReader reader =
                readers.stream().min(Comparator.comparingLong(this::waitNanos)).orElse(null);
        if (reader == null) {
            stop.await(LONGEST_WAIT);
            return null;
        }
        long wait = Math.max(waitNanos(reader), retryNanos - System.nanoTime());
        if (wait > 0) {
            stop.await(Duration.ofNanos(Math.min(wait, LONGEST_WAIT.toNanos())).plusMillis(1));
            return null;
        }
        return read(reader);
    }

    private long waitNanos(TableReader reader) {
        return reader.dueNanos() - System.nanoTime();
    }

    private @Nullable List<SourceRecord> read(TableReader reader) {
        try {
            List<SourceRecord> records = reader.next(connected(), dialect);
            backoff.succeeded();
            return records.isEmpty() ? null : records;
        } catch (SQLException e) {
            disconnect();
            afterFault(reader, e);
            return null;
        } catch (RuntimeException e) {
            disconnect();
            throw e;
        }
    }

    private void afterFault(TableReader reader, SQLException fault) {
        if (stop.isStopped()) {
            return;
        }
        Duration wait = backoff.afterFailure();
        boolean passing = Connections.isPassing(fault);
        if (!passing && backoff.failures() >= TRIES_OF_THE_HOPELESS) {
            throw new ConnectException(
                    "cannot read %s of %s: %s"
                            .formatted(
                                    reader.name(),
                                    Connections.shown(config.url()),
                                    fault.getMessage()),
                    fault);
        }
        LOG.warn(
                "cannot read {} of {}, trying again in {} ms: {}",
                reader.name(),
                Connections.shown(config.url()),
                wait.toMillis(),
                fault.getMessage());
        retryNanos = System.nanoTime() + wait.toNanos();
    }

    /** Without automatic commits PostgreSQL gives a result in portions, not all at once. */
    private Connection connected() throws SQLException {
        Connection current = connection;
        if (current == null) {
            current = Connections.open(config);
            connection = current;
            current.setAutoCommit(false);
            dialect = Dialect.of(current);
        }
        return current;
    }

    private void disconnect() {
        readers.forEach(TableReader::close);
        Connection current = connection;
        connection = null;
        if (current != null) {
            try {
                current.close();
            } catch (SQLException e) {
                LOG.debug("the connection did not close: {}", e.getMessage());
            }
        }
    }

    /** A poll that is under way closes the connection itself when it ends. */
    @Override
    public void stop() {
        stop.stop();
        if (polling.tryLock()) {
            try {
                disconnect();
            } finally {
                polling.unlock();
            }
        }
    }
}
