package naru.systemtests;

import naru.testkit.PostgresProcess;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * Inserts and updates rows of the table {@code ships} until it is closed, whether the database is
 * there or not: what the database has is the truth, also of a statement that was not answered.
 */
final class ShipWriter implements AutoCloseable {
    private static final long PAUSE_NANOS = 4_000_000;

    private final PostgresProcess postgres;
    private final Random random;
    private final AtomicInteger written = new AtomicInteger();
    private final Thread thread;
    private volatile boolean closed;

    ShipWriter(PostgresProcess postgres, long seed) {
        this.postgres = postgres;
        this.random = new Random(seed);
        this.thread = Thread.ofPlatform().name("ship-writer").start(this::run);
    }

    static String url(PostgresProcess postgres, String database) {
        return postgres.url().replace("/postgres?", "/" + database + "?");
    }

    /** Statements that were answered. */
    int written() {
        return written.get();
    }

    private void run() {
        while (!closed) {
            try (Connection connection = DriverManager.getConnection(url(postgres, "harbour"));
                    PreparedStatement insert =
                            connection.prepareStatement(
                                    "INSERT INTO ships (name, price) VALUES (?, ?)");
                    PreparedStatement update =
                            connection.prepareStatement(
                                    "UPDATE ships SET version = version + 1, price = price + 0.25,"
                                            + " updated_at = now() WHERE id = (SELECT max(id) FROM"
                                            + " ships) - ?")) {
                while (!closed) {
                    write(insert, update);
                    LockSupport.parkNanos(PAUSE_NANOS);
                }
            } catch (SQLException gone) {
                LockSupport.parkNanos(10 * PAUSE_NANOS);
            }
        }
    }

    private void write(PreparedStatement insert, PreparedStatement update) throws SQLException {
        if (random.nextInt(3) > 0) {
            insert.setString(1, "ship " + random.nextInt());
            insert.setBigDecimal(2, java.math.BigDecimal.valueOf(random.nextInt(100_000), 2));
            insert.executeUpdate();
        } else {
            update.setInt(1, random.nextInt(50));
            update.executeUpdate();
        }
        written.incrementAndGet();
    }

    static void prepare(PostgresProcess postgres) throws SQLException {
        execute(postgres.url(), "CREATE DATABASE harbour", "CREATE DATABASE warehouse");
        execute(
                url(postgres, "harbour"),
                """
                CREATE TABLE ships (id serial PRIMARY KEY, name text NOT NULL,
                    price numeric(10,2) NOT NULL, version int NOT NULL DEFAULT 1,
                    updated_at timestamptz(3) NOT NULL DEFAULT now())
                """,
                "CREATE TABLE crews (LIKE ships INCLUDING ALL)",
                "INSERT INTO ships (name, price) SELECT 'first ' || n, n FROM generate_series(1,"
                        + " 100) n",
                "INSERT INTO crews (name, price) VALUES ('the only one', 1)");
    }

    static void execute(String url, String... statements) throws SQLException {
        try (Connection connection = DriverManager.getConnection(url);
                Statement statement = connection.createStatement()) {
            for (String text : statements) {
                statement.execute(text);
            }
        }
    }

    @Override
    public void close() {
        closed = true;
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
