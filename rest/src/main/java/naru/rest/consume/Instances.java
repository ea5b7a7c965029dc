package naru.rest.consume;

import naru.http.Budget;
import naru.http.Refusal;
import naru.rest.cluster.Sweeper;
import naru.rest.record.Embedded;

import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.LongSupplier;

/**
 * All consumer instances of this process, by group and name; bounded over all and for each user.
 * Those that nobody has asked for some time are ended.
 *
 * <p>Threads: any.
 */
public final class Instances implements AutoCloseable {
    private static final int FETCH_BYTES = 1 << 20;
    private static final int ANSWER_MILLIS = 15_000;

    private final Bounds bounds;
    private final Budget reading;
    private final LongSupplier nanos;
    private final Sweeper sweeper;
    private final Map<Name, Instance> instances = new HashMap<>();
    private boolean swept;
    private boolean closed;

    /**
     * @param all instances at once
     * @param perUser of one user
     * @param idle after which an instance is ended
     */
    public record Bounds(int all, int perUser, Duration idle) {}

    /** Whose an instance is and where it is found. */
    public record Name(String group, String instance) {}

    /**
     * @param reading memory for what reads have found and not delivered
     */
    public Instances(Bounds bounds, Budget reading, LongSupplier nanos, Sweeper sweeper) {
        this.bounds = bounds;
        this.reading = reading;
        this.nanos = nanos;
        this.sweeper = sweeper;
    }

    /**
     * @param owner key of the user
     * @param clients properties by which its consumers reach the cluster
     * @return the instance's name within the group
     */
    public String create(
            String owner, String group, InstanceSettings settings, Map<String, Object> clients) {
        String chosen = settings.name();
        String instance = chosen == null ? "rest-consumer-" + UUID.randomUUID() : chosen;
        Name name = new Name(group, instance);
        synchronized (instances) {
            refuseWhenTaken(owner, name);
            instances.put(
                    name,
                    new Instance(
                            owner, settings, consumer(name, settings, clients), reading, nanos));
            if (!swept) {
                swept = true;
                sweeper.every(
                        Duration.ofMillis(Math.max(50, bounds.idle.toMillis() / 5)), this::endIdle);
            }
        }
        return instance;
    }

    private void refuseWhenTaken(String owner, Name name) {
        if (instances.containsKey(name)) {
            throw new Refusal(
                    409,
                    40902,
                    "Consumer with specified consumer ID already exists in the specified consumer"
                            + " group.");
        }
        long theirs = instances.values().stream().filter(i -> i.owner().equals(owner)).count();
        if (closed || instances.size() >= bounds.all || theirs >= bounds.perUser) {
            throw new Refusal(
                    429,
                    42901,
                    "There are %d consumer instances, %d of them yours; at most %d and %d are kept. Delete one that is not needed"
                            .formatted(instances.size(), theirs, bounds.all, bounds.perUser));
        }
    }

    private static Consumer<byte[], byte[]> consumer(
            Name name, InstanceSettings settings, Map<String, Object> clients) {
        Map<String, Object> all = new HashMap<>(clients);
        all.put(ConsumerConfig.GROUP_ID_CONFIG, name.group());
        all.put(ConsumerConfig.CLIENT_ID_CONFIG, name.instance());
        all.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        all.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, settings.autoOffsetReset());
        all.put(ConsumerConfig.FETCH_MAX_BYTES_CONFIG, FETCH_BYTES);
        all.put(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, FETCH_BYTES / 4);
        all.put(ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, ANSWER_MILLIS);
        return new KafkaConsumer<>(all, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    static Refusal unknown() {
        return new Refusal(404, 40403, "Consumer instance not found.");
    }

    private Instance find(String owner, Name name) {
        synchronized (instances) {
            Instance found = instances.get(name);
            if (found == null || !found.owner().equals(owner)) {
                throw unknown();
            }
            return found;
        }
    }

    public void delete(String owner, Name name) {
        Instance found;
        synchronized (instances) {
            found = find(owner, name);
            instances.remove(name);
        }
        found.close();
    }

    public void subscribe(String owner, Name name, Set<String> topics) throws InterruptedException {
        find(owner, name).subscribe(topics);
    }

    public void subscribe(String owner, Name name, String pattern) throws InterruptedException {
        find(owner, name).subscribe(pattern);
    }

    public void unsubscribe(String owner, Name name) throws InterruptedException {
        find(owner, name).unsubscribe();
    }

    public Set<String> subscription(String owner, Name name) throws InterruptedException {
        return find(owner, name).inTurn(Consumer::subscription);
    }

    public void assign(String owner, Name name, Collection<TopicPartition> partitions)
            throws InterruptedException {
        find(owner, name).assign(partitions);
    }

    public Set<TopicPartition> assignment(String owner, Name name) throws InterruptedException {
        return find(owner, name).inTurn(Consumer::assignment);
    }

    public void seek(String owner, Name name, Map<TopicPartition, OffsetAndMetadata> positions)
            throws InterruptedException {
        find(owner, name).seek(positions);
    }

    public void seekToEdge(
            String owner, Name name, Collection<TopicPartition> partitions, boolean end)
            throws InterruptedException {
        find(owner, name).seekToEdge(partitions, end);
    }

    /**
     * @param positions empty: what was delivered so far
     * @param waits until the cluster has it
     */
    public void commit(
            String owner,
            Name name,
            Map<TopicPartition, OffsetAndMetadata> positions,
            boolean waits)
            throws InterruptedException {
        find(owner, name).commit(positions, waits);
    }

    public Map<TopicPartition, OffsetAndMetadata> committed(
            String owner, Name name, Set<TopicPartition> partitions) throws InterruptedException {
        return find(owner, name).inTurn(consumer -> consumer.committed(partitions));
    }

    public Embedded format(String owner, Name name) {
        return find(owner, name).format();
    }

    /**
     * @param timeoutMillis negative: what the instance was made with
     */
    public Batch read(String owner, Name name, long timeoutMillis, long mostBytes)
            throws InterruptedException {
        Instance found = find(owner, name);
        return found.read(
                timeoutMillis < 0 ? found.requestTimeoutMillis() : timeoutMillis, mostBytes);
    }

    private void endIdle() {
        List<Instance> idle = new ArrayList<>();
        synchronized (instances) {
            instances
                    .values()
                    .removeIf(each -> {
                        boolean ends = each.idleSince(bounds.idle.toNanos());
                        if (ends) {
                            idle.add(each);
                        }
                        return ends;
                    });
        }
        idle.forEach(Instance::close);
    }

    public int count() {
        synchronized (instances) {
            return instances.size();
        }
    }

    @Override
    public void close() {
        List<Instance> all;
        synchronized (instances) {
            closed = true;
            all = new ArrayList<>(instances.values());
            instances.clear();
        }
        List<Thread> ending =
                all.stream().map(each -> Thread.ofVirtual().start(each::close)).toList();
        for (Thread each : ending) {
            try {
                each.join(Duration.ofSeconds(10));
            } catch (InterruptedException stopping) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
