package naru.broker.replication;

import naru.broker.partition.Partition;
import naru.broker.partition.Standing;

import org.apache.kafka.common.TopicPartition;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The fetchers of this broker: up to {@code num.replica.fetchers} for each leader that it follows,
 * and none for another. Threads: any; the metadata thread, as a rule.
 */
public final class Fetchers implements AutoCloseable {
    private final int perLeader;
    private final FetchTerms terms;
    private final FollowThrottle throttle;
    private final FetcherDriver.Maker drivers;
    private final Map<Place, Running> running = new HashMap<>();
    private final Map<TopicPartition, Place> places = new HashMap<>();
    private long formerRequests;
    private long formerBytes;
    private long formerFailures;
    private boolean closed;

    private record Place(int leader, int index) {}

    private record Running(ReplicaFetcher fetcher, FetcherDriver driver) {}

    /** What all fetchers together have done so far. */
    public record Totals(int fetchers, long requests, long bytes, long failures) {}

    public Fetchers(
            int perLeader, FetchTerms terms, FollowThrottle throttle, FetcherDriver.Maker drivers) {
        this.perLeader = perLeader;
        this.terms = terms;
        this.throttle = throttle;
        this.drivers = drivers;
    }

    public synchronized void follow(Partition partition, Standing.Following following) {
        if (closed) {
            return;
        }
        TopicPartition name = partition.topicPartition();
        unfollow(name);
        Place place = new Place(following.leader(), Math.floorMod(name.hashCode() * 31, perLeader));
        Running one = running.computeIfAbsent(place, this::start);
        places.put(name, place);
        one.fetcher.add(partition, following);
        one.driver.wake();
    }

    private Running start(Place place) {
        ReplicaFetcher fetcher = new ReplicaFetcher(place.leader, terms, throttle);
        return new Running(fetcher, drivers.drive(place.leader, fetcher));
    }

    /** A fetcher with nothing left ends. */
    public synchronized void unfollow(TopicPartition partition) {
        Place place = places.remove(partition);
        Running one = place == null ? null : running.get(place);
        if (one != null) {
            one.fetcher.remove(partition);
            if (one.fetcher.isEmpty()) {
                running.remove(place);
                one.driver.close();
                formerRequests += one.fetcher.stats().requests();
                formerBytes += one.fetcher.stats().bytes();
                formerFailures += one.fetcher.stats().failures();
            }
        }
    }

    public synchronized Totals totals() {
        long requests = formerRequests;
        long bytes = formerBytes;
        long failures = formerFailures;
        for (Running one : running.values()) {
            requests += one.fetcher.stats().requests();
            bytes += one.fetcher.stats().bytes();
            failures += one.fetcher.stats().failures();
        }
        return new Totals(running.size(), requests, bytes, failures);
    }

    @Override
    public void close() {
        List<FetcherDriver> ending = new ArrayList<>();
        synchronized (this) {
            closed = true;
            running.values().forEach(one -> ending.add(one.driver));
            running.clear();
            places.clear();
        }
        ending.forEach(FetcherDriver::close);
        ending.forEach(FetcherDriver::awaitEnd);
    }
}
