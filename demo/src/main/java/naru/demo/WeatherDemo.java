package naru.demo;

import naru.demo.database.JdbcDrivers;
import naru.demo.database.WeatherDatabase;
import naru.demo.page.LatestRecords;
import naru.demo.page.Pulse;
import naru.demo.page.Snapshot;
import naru.demo.page.TopologyDrawing;
import naru.demo.page.WeatherPage;
import naru.demo.weather.DataSet;
import naru.demo.weather.Observation;
import naru.demo.weather.Post;
import naru.demo.weather.PostWriter;
import naru.demo.weather.Replay;
import naru.demo.weather.WeatherSchemas;
import naru.demo.weather.WeatherStreams;
import naru.demo.weather.WeatherTopic;
import naru.demo.weather.WeatherTopics;
import naru.http.WebBounds;
import naru.http.WebServer;
import naru.schema.client.HttpSchemaSource;
import naru.schema.client.RegistryAddress;
import naru.schema.client.SchemaSource;
import naru.schema.client.SchemaSourceException;

import org.apache.kafka.clients.admin.Admin;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;

/**
 * The pipeline, running: replay, posts, stream processor, sink, and the page.
 *
 * <p>Threads: made and closed by one; each of its parts has a thread of its own. A part that fails
 * ends alone and is told on the page and by {@link #problems()}.
 */
public final class WeatherDemo implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger("naru.demo");
    private static final long PAUSE_MILLIS = 200;
    private static final long JOIN_MILLIS = 5_000;
    private static final int MOST_PROBLEMS = 10;

    /** A registry that was just woken on a busy machine takes its time. */
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final DemoSettings settings;
    private final DataSet data = DataSet.load();
    private final ExpectedRows expected = ExpectedRows.of(data);
    private final CountDownLatch stop = new CountDownLatch(1);
    private final List<String> problems = new CopyOnWriteArrayList<>();
    private final List<Thread> threads = new ArrayList<>();
    private final Deque<AutoCloseable> opened = new ArrayDeque<>();
    private final SinkConnector sink;
    private volatile boolean sinkMade;
    private volatile @Nullable Replay replay;
    private volatile @Nullable WeatherStreams streams;
    private volatile @Nullable WeatherSchemas schemas;
    private volatile @Nullable LatestRecords records;
    private volatile @Nullable Pulse pulse;
    private @Nullable WeatherDatabase database;

    private WeatherDemo(DemoSettings settings) {
        this.settings = settings;
        this.sink = new SinkConnector(settings.connect());
    }

    /**
     * Returns when all parts run.
     *
     * @throws DemoFailure when one cannot start, with a sentence that says why
     */
    public static WeatherDemo start(DemoSettings settings) throws InterruptedException {
        WeatherDemo demo = new WeatherDemo(settings);
        boolean runs = false;
        try {
            demo.begin();
            runs = true;
            return demo;
        } catch (IOException | SQLException | SchemaSourceException fault) {
            throw new DemoFailure(String.valueOf(fault.getMessage()), fault);
        } catch (ExecutionException fault) {
            throw new DemoFailure("the cluster refuses: " + fault.getCause(), fault);
        } finally {
            if (!runs) {
                demo.close();
            }
        }
    }

    private void begin()
            throws IOException,
                    SQLException,
                    SchemaSourceException,
                    ExecutionException,
                    InterruptedException {
        Files.createDirectories(settings.folder());
        JdbcDrivers drivers = opened(JdbcDrivers.in(settings.drivers()));
        WeatherDatabase rows = opened(new WeatherDatabase(drivers, settings.database()));
        database = rows;
        rows.open();
        Admin admin = opened(Admin.create(settings.clients()));
        Pulse looking =
                new Pulse(
                        admin,
                        rows,
                        SinkConnector.GROUP,
                        SinkConnector.TOPICS,
                        new Pulse.Surroundings(
                                this::replaying,
                                this::processor,
                                this::sinkState,
                                () -> records,
                                this::schemaId,
                                this::problems));
        pulse = looking;
        serve(rows);
        if (settings.fresh()) {
            FreshStart.make(admin, sink, rows, stop);
        }
        WeatherTopics.create(admin);
        SchemaSource registry =
                opened(
                        new HttpSchemaSource(
                                RegistryAddress.of(settings.registry().toString())
                                        .withTimeout(PATIENCE)));
        WeatherSchemas registered = WeatherSchemas.register(registry);
        schemas = registered;
        run("weather-page", looking, looking::stop);
        startPipeline(registered);
        sink.create(settings.database(), settings.registry());
        sinkMade = true;
    }

    private void startPipeline(WeatherSchemas registered) {
        LatestRecords latest = new LatestRecords(settings.clients(), registered);
        records = latest;
        run("weather-records", latest, latest::stop);
        streams =
                opened(
                        WeatherStreams.start(
                                settings.clients(),
                                registered,
                                settings.folder().resolve("streams")));
        PostWriter posts =
                new PostWriter(
                        settings.clients(),
                        registered.serde(WeatherTopic.DAILY, Observation.class),
                        registered.serde(WeatherTopic.POSTS, Post.class));
        run("weather-posts", posts, posts::stop);
        Replay replaying =
                new Replay(
                        settings.clients(),
                        registered.serde(WeatherTopic.DAILY, Observation.class),
                        data,
                        settings.daysPerSecond());
        replay = replaying;
        run("weather-replay", replaying, replaying::stop);
    }

    private void serve(WeatherDatabase rows) throws IOException {
        URI address = settings.page();
        if (address == null) {
            return;
        }
        WeatherPage page =
                new WeatherPage(
                        data.cities(),
                        this::snapshot,
                        this::drawing,
                        () -> records,
                        () -> schemas,
                        rows);
        WebServer server = opened(new WebServer(WebBounds.DEFAULT));
        try {
            server.listen(address, page.front(), null);
        } catch (IOException taken) {
            throw new IOException(
                    "naru.console.listeners: cannot listen on %s: %s. Stop what uses the address, or choose another, for example --set naru.console.listeners=http://127.0.0.1:18080"
                            .formatted(address, taken.getMessage()),
                    taken);
        }
        server.start();
    }

    private <T extends AutoCloseable> T opened(T part) {
        opened.push(part);
        return part;
    }

    private void run(String name, Runnable part, Runnable stopPart) {
        Thread thread =
                Thread.ofPlatform()
                        .name(name)
                        .daemon(true)
                        .start(() -> {
                            try {
                                part.run();
                            } catch (RuntimeException fault) {
                                if (stop.getCount() > 0) {
                                    LOG.error("{} ends", name, fault);
                                    told(name + " has ended: " + fault.getMessage());
                                }
                            }
                        });
        threads.add(thread);
        opened.push(stopPart::run);
    }

    private void told(String problem) {
        if (problems.size() < MOST_PROBLEMS) {
            problems.add(problem);
        }
    }

    /** The pipeline as it is now. */
    public Snapshot snapshot() {
        Pulse looking = pulse;
        if (looking == null) {
            throw new IllegalStateException("asked before it was started");
        }
        return looking.snapshot();
    }

    public ExpectedRows expected() {
        return expected;
    }

    /** Days of the data set. */
    public int days() {
        return data.days();
    }

    /** What has ended and why; empty while all is well. */
    public List<String> problems() {
        return List.copyOf(problems);
    }

    /**
     * Waits until all rows are in the database, or at least as many.
     *
     * @param silence seconds without a new row after which it is given up
     * @throws DemoFailure when a part has ended, or nothing moves any more
     */
    public void awaitAllRows(int silence) throws InterruptedException {
        long last = -1;
        long movedAt = System.nanoTime();
        while (snapshot().database().rows() < expected.count()) {
            if (!problems.isEmpty()) {
                throw new DemoFailure(String.join("\n", problems));
            }
            long moved = moved();
            if (moved != last) {
                last = moved;
                movedAt = System.nanoTime();
            } else if (System.nanoTime() - movedAt > TimeUnit.SECONDS.toNanos(silence)) {
                throw new DemoFailure(
                        "nothing moves any more: %d of %d rows are in the database; %s"
                                .formatted(
                                        snapshot().database().rows(),
                                        expected.count(),
                                        String.join("; ", snapshot().problems())));
            }
            if (stop.await(PAUSE_MILLIS, TimeUnit.MILLISECONDS)) {
                throw new DemoFailure("stopped");
            }
        }
    }

    private long moved() {
        return snapshot().database().rows()
                + snapshot().streams().stream().mapToLong(Snapshot.Stream::records).sum();
    }

    /** Rows of a topic's table that are not what the data set must give. */
    public long differing(WeatherTopic topic) {
        WeatherDatabase rows = database;
        if (rows == null) {
            throw new IllegalStateException("asked before it was started");
        }
        try {
            return expected.differing(rows, topic);
        } catch (SQLException fault) {
            throw new DemoFailure("the rows cannot be read: " + fault.getMessage(), fault);
        }
    }

    private Snapshot.Replaying replaying() {
        Replay now = replay;
        String day = now == null ? "" : now.day();
        String phase =
                !problems.isEmpty()
                        ? "failed"
                        : now == null ? "starting" : now.isDone() ? "done" : "running";
        return new Snapshot.Replaying(
                phase, day, data.daysUntil(day), data.days(), settings.daysPerSecond());
    }

    private Snapshot.Processor processor() {
        WeatherStreams now = streams;
        return new Snapshot.Processor(
                WeatherStreams.APPLICATION, now == null ? "CREATED" : now.state());
    }

    private Snapshot.Sink sinkState() {
        SinkConnector.Status status = SinkConnector.Status.ABSENT;
        try {
            if (sinkMade) {
                status = sink.status();
            }
        } catch (DemoFailure silent) {
            status =
                    new SinkConnector.Status(
                            "UNKNOWN", List.of(), String.valueOf(silent.getMessage()));
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
        }
        return new Snapshot.Sink(
                SinkConnector.NAME, status.state(), status.tasks(), status.problem());
    }

    private @Nullable TopologyDrawing drawing() {
        WeatherStreams now = streams;
        return now == null ? null : TopologyDrawing.of(now.description());
    }

    private int schemaId(WeatherTopic topic) {
        WeatherSchemas known = schemas;
        return known == null ? 0 : known.id(topic);
    }

    /** Ends all parts; what was written stays, and the next start goes on from there. */
    @Override
    public void close() {
        stop.countDown();
        while (!opened.isEmpty()) {
            try {
                opened.pop().close();
            } catch (Exception fault) {
                LOG.warn("a part of the demo did not stop cleanly", fault);
            }
        }
        try {
            for (Thread thread : threads) {
                thread.join(JOIN_MILLIS);
            }
        } catch (InterruptedException hurried) {
            Thread.currentThread().interrupt();
        }
    }
}
