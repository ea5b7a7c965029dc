package naru.demo.page;

import java.util.List;

/**
 * The pipeline at one moment, as the page gets it.
 *
 * @param problems sentences about what could not be seen or does not work
 */
public record Snapshot(
        Replaying replay,
        List<Stream> streams,
        List<Group> groups,
        Processor processor,
        Sink sink,
        Database database,
        List<Sighting> sightings,
        List<String> problems) {
    /** Rates go back so many seconds. */
    public static final int HISTORY = 60;

    /**
     * @param phase starting, running, done or failed
     * @param day ISO date of the last observation that was written; empty before
     * @param daysPerSecond 0 for as fast as it goes
     */
    public record Replaying(
            String phase, String day, int daysDone, int days, double daysPerSecond) {}

    /**
     * A topic.
     *
     * @param rate events in a second, lately
     * @param rates of the last {@link #HISTORY} seconds, oldest first
     */
    public record Stream(
            String topic,
            String description,
            long records,
            double rate,
            List<Double> rates,
            int schemaId) {}

    /**
     * A consumer group.
     *
     * @param lag records that it has not done yet
     */
    public record Group(String group, String what, long lag, List<Position> positions) {}

    /** Where a group is in a partition; committed is -1 before its first commit. */
    public record Position(String topic, int partition, long committed, long end) {}

    /**
     * @param state as Kafka Streams names it
     */
    public record Processor(String application, String state) {}

    /**
     * @param state as Connect names it; ABSENT before the connector is made
     */
    public record Sink(String connector, String state, List<String> tasks, String problem) {}

    /**
     * @param rate rows in a second, lately
     */
    public record Database(
            String address,
            long rows,
            double rate,
            List<Double> rates,
            List<Table> tables,
            String problem) {}

    public record Table(String table, long rows) {}

    /** Extreme weather, with what was posted about it. */
    public record Sighting(
            String id,
            String city,
            String observedOn,
            String kind,
            double measured,
            String unit,
            List<Posted> posts) {}

    public record Posted(String author, String postedAt, String text) {}
}
