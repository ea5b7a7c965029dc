package naru.connectors.jdbc;

import naru.connectors.StopSignal;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;

/**
 * Looks from time to time which tables there are, on a thread of its own, and says when that
 * changed. While the database is away the last list holds.
 */
final class TableWatch {
    private static final Logger LOG = LoggerFactory.getLogger(TableWatch.class);

    private final JdbcSourceConfig config;
    private final Runnable onChange;
    private final StopSignal stop = new StopSignal();
    private final Thread thread;
    private @Nullable List<TableId> tables;
    private String fault = "it did not answer yet";

    TableWatch(JdbcSourceConfig config, Runnable onChange) {
        this.config = config;
        this.onChange = onChange;
        this.thread = Thread.ofPlatform().daemon().name("naru-jdbc-tables").unstarted(this::watch);
    }

    void start() {
        thread.start();
    }

    void stop() {
        stop.stop();
        thread.interrupt();
    }

    /** Null when the database did not answer within the bound. */
    synchronized @Nullable List<TableId> tables(Duration bound) throws InterruptedException {
        long deadline = System.nanoTime() + bound.toNanos();
        while (tables == null) {
            long left = (deadline - System.nanoTime()) / 1_000_000;
            if (left <= 0) {
                return null;
            }
            wait(left);
        }
        return tables;
    }

    synchronized String fault() {
        return fault;
    }

    private void watch() {
        try {
            Duration pause;
            do {
                pause = look();
            } while (!stop.await(pause));
        } catch (InterruptedException e) {
            // Stopped.
        }
    }

    private Duration look() {
        try (Connection connection = Connections.open(config)) {
            found(new Tables(config).list(connection));
            return config.tablePollInterval();
        } catch (SQLException | RuntimeException e) {
            if (!stop.isStopped()) {
                LOG.warn(
                        "cannot list the tables of {}: {}",
                        Connections.shown(config.url()),
                        e.getMessage());
                synchronized (this) {
                    fault = String.valueOf(e.getMessage());
                }
            }
            return config.backoff().compareTo(config.tablePollInterval()) < 0
                    ? config.backoff()
                    : config.tablePollInterval();
        }
    }

    private void found(List<TableId> now) {
        boolean changed;
        synchronized (this) {
            changed = tables != null && !tables.equals(now);
            tables = now;
            notifyAll();
        }
        if (changed && !stop.isStopped()) {
            LOG.info("the tables are now {}", now.stream().map(TableId::qualified).toList());
            onChange.run();
        }
    }
}
