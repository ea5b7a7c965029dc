package naru.demo.page;

import com.fasterxml.jackson.databind.JsonNode;

import naru.demo.database.WeatherDatabase;
import naru.demo.page.Snapshot.Posted;
import naru.demo.page.Snapshot.Sighting;
import naru.demo.weather.PostWriter;
import naru.demo.weather.WeatherStreams;
import naru.demo.weather.WeatherTopic;

import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import java.util.function.ToIntFunction;

/**
 * Looks at the pipeline once a second. What cannot be seen is told as a problem and leaves the last
 * figures as they were.
 *
 * <p>Threads: {@link #run} has one of its own; the snapshot may be asked for by any.
 */
public final class Pulse implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger("naru.demo");
    private static final int SIGHTINGS = 24;
    private static final int POSTS_OF_ONE = 4;
    private static final long SECOND = 1_000;

    private final ClusterLook cluster;
    private final WeatherDatabase database;
    private final List<WeatherTopic> tables;
    private final Surroundings surroundings;
    private final Map<WeatherTopic, RecentRates> rates = new EnumMap<>(WeatherTopic.class);
    private final RecentRates rowRates = new RecentRates();
    private final CountDownLatch stop = new CountDownLatch(1);

    private List<Snapshot.Stream> streams = List.of();
    private List<Snapshot.Group> groups = List.of();
    private Snapshot.Database rows;
    private volatile Snapshot snapshot;

    /**
     * What others know.
     *
     * @param sink is allowed to block, and to fail
     * @param problems of the pipeline's threads
     */
    public record Surroundings(
            Supplier<Snapshot.Replaying> replay,
            Supplier<Snapshot.Processor> processor,
            Supplier<Snapshot.Sink> sink,
            Supplier<@Nullable LatestRecords> records,
            ToIntFunction<WeatherTopic> schemaIds,
            Supplier<List<String>> problems) {}

    /**
     * @param sinkGroup consumer group of the sink
     * @param tables topics whose rows the sink writes
     */
    public Pulse(
            Admin admin,
            WeatherDatabase database,
            String sinkGroup,
            List<WeatherTopic> tables,
            Surroundings surroundings) {
        this.cluster =
                new ClusterLook(
                        admin,
                        List.of(
                                new ClusterLook.Reader(
                                        PostWriter.GROUP,
                                        "writes posts",
                                        List.of(WeatherTopic.DAILY)),
                                new ClusterLook.Reader(
                                        WeatherStreams.APPLICATION,
                                        "Kafka Streams",
                                        List.of(WeatherTopic.DAILY, WeatherTopic.POSTS)),
                                new ClusterLook.Reader(sinkGroup, "JDBC sink", tables)));
        this.database = database;
        this.tables = List.copyOf(tables);
        this.surroundings = surroundings;
        for (WeatherTopic topic : WeatherTopic.values()) {
            rates.put(topic, new RecentRates());
        }
        this.rows =
                new Snapshot.Database(database.address().shown(), 0, 0, List.of(), List.of(), "");
        this.snapshot = assemble(List.of());
    }

    public Snapshot snapshot() {
        return snapshot;
    }

    public void stop() {
        stop.countDown();
    }

    @Override
    public void run() {
        try {
            do {
                look();
            } while (!stop.await(SECOND, TimeUnit.MILLISECONDS));
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    private void look() throws InterruptedException {
        List<String> problems = new ArrayList<>(surroundings.problems.get());
        try {
            ClusterLook.Extent extent = cluster.extent();
            long now = System.nanoTime();
            List<Snapshot.Stream> seen = new ArrayList<>();
            for (WeatherTopic topic : WeatherTopic.values()) {
                seen.add(stream(topic, extent.records(topic.topic()), now));
            }
            streams = List.copyOf(seen);
            groups = cluster.groups(extent);
        } catch (ExecutionException | TimeoutException | KafkaException fault) {
            LOG.debug("the cluster could not be looked at", fault);
            problems.add("The cluster does not answer: " + reason(fault));
        }
        countRows(problems);
        snapshot = assemble(problems);
    }

    private Snapshot.Stream stream(WeatherTopic topic, long records, long now) {
        RecentRates recent = rates.computeIfAbsent(topic, each -> new RecentRates());
        recent.add(now, records);
        return new Snapshot.Stream(
                topic.topic(),
                topic.description(),
                records,
                recent.now(),
                recent.history(),
                surroundings.schemaIds.applyAsInt(topic));
    }

    private void countRows(List<String> problems) {
        String address = database.address().shown();
        try {
            List<Snapshot.Table> counted = new ArrayList<>();
            for (WeatherTopic topic : tables) {
                counted.add(new Snapshot.Table(topic.table(), database.count(topic.table())));
            }
            long all = counted.stream().mapToLong(Snapshot.Table::rows).sum();
            rowRates.add(System.nanoTime(), all);
            rows =
                    new Snapshot.Database(
                            address, all, rowRates.now(), rowRates.history(), counted, "");
        } catch (SQLException fault) {
            LOG.debug("the database could not be read", fault);
            String problem = String.valueOf(fault.getMessage());
            problems.add("The database cannot be read: " + problem);
            rows =
                    new Snapshot.Database(
                            address, rows.rows(), 0, rowRates.history(), rows.tables(), problem);
        }
    }

    private Snapshot assemble(List<String> problems) {
        List<String> all = new ArrayList<>(problems);
        Snapshot.Sink sink = surroundings.sink.get();
        if (!sink.problem().isEmpty()) {
            all.add("The JDBC sink: " + sink.problem().lines().findFirst().orElse(""));
        }
        return new Snapshot(
                surroundings.replay.get(),
                streams,
                groups,
                surroundings.processor.get(),
                sink,
                rows,
                sightings(),
                all);
    }

    /** The newest extremes, each with its posts. */
    private List<Sighting> sightings() {
        LatestRecords records = surroundings.records.get();
        if (records == null) {
            return List.of();
        }
        Map<String, Sighting> found = new LinkedHashMap<>();
        for (LatestRecords.Shown each : records.of(WeatherTopic.EXTREMES.topic())) {
            JsonNode extreme = each.value();
            found.put(extreme.path("id").asText(), sighting(extreme));
        }
        for (LatestRecords.Shown each : records.of(WeatherTopic.REPORTS.topic()).reversed()) {
            JsonNode report = each.value();
            Sighting sighting = found.get(report.path("extreme_id").asText());
            if (sighting != null && sighting.posts().size() < POSTS_OF_ONE) {
                sighting.posts()
                        .add(
                                new Posted(
                                        report.path("author").asText(),
                                        report.path("posted_at").asText(),
                                        report.path("text").asText()));
            }
        }
        return found.values().stream()
                .sorted(
                        Comparator.comparing(Sighting::observedOn)
                                .thenComparing(Sighting::id)
                                .reversed())
                .limit(SIGHTINGS)
                .toList();
    }

    private static Sighting sighting(JsonNode extreme) {
        return new Sighting(
                extreme.path("id").asText(),
                extreme.path("city").asText(),
                extreme.path("observed_on").asText(),
                extreme.path("kind").asText(),
                extreme.path("measured").asDouble(),
                extreme.path("unit").asText(),
                new ArrayList<>());
    }

    private static String reason(Exception fault) {
        Throwable cause = fault.getCause() == null ? fault : fault.getCause();
        return cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
    }
}
