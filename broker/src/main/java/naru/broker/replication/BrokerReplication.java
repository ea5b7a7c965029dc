package naru.broker.replication;

import naru.broker.partition.Followers.Change;
import naru.broker.partition.Partition;
import naru.broker.partition.Replication;
import naru.broker.partition.Standing;
import naru.quorum.ClusterImage;
import naru.quorum.ClusterImage.BrokerNode;

import org.apache.kafka.common.DirectoryId;
import org.apache.kafka.common.Uuid;
import org.jspecify.annotations.Nullable;

import java.util.function.LongSupplier;
import java.util.function.Supplier;

/** What a broker's partitions need of others: fetchers, changes of who is in sync, the rules. */
public final class BrokerReplication implements Replication {
    private static final long NOT_TOLD = -1;

    private final long mostLagMillis;
    private final Supplier<ClusterImage> image;
    private final LongSupplier clock;
    private final Fetchers fetchers;
    private final InSyncChanges changes;

    /**
     * @param mostLagMillis {@code replica.lag.time.max.ms}
     * @param clock milliseconds of a clock that never goes back
     */
    public BrokerReplication(
            long mostLagMillis,
            Supplier<ClusterImage> image,
            LongSupplier clock,
            Fetchers fetchers,
            InSyncChanges changes) {
        this.mostLagMillis = mostLagMillis;
        this.image = image;
        this.clock = clock;
        this.fetchers = fetchers;
        this.changes = changes;
    }

    public Fetchers fetchers() {
        return fetchers;
    }

    public InSyncChanges changes() {
        return changes;
    }

    @Override
    public long nowMillis() {
        return clock.getAsLong();
    }

    @Override
    public long mostLagMillis() {
        return mostLagMillis;
    }

    @Override
    public boolean mayBeInSync(int broker, long brokerEpoch, @Nullable Uuid directory) {
        BrokerNode known = image.get().broker(broker);
        return known != null
                && !known.fenced()
                && !known.inControlledShutdown()
                && (brokerEpoch == NOT_TOLD || brokerEpoch == known.epoch())
                && (directory == null || DirectoryId.isOnline(directory, known.directories()));
    }

    @Override
    public void ask(Partition partition, Change change) {
        changes.ask(partition, change);
    }

    @Override
    public void follow(Partition partition, Standing.Following following) {
        fetchers.follow(partition, following);
    }

    @Override
    public void unfollow(Partition partition) {
        fetchers.unfollow(partition.topicPartition());
    }
}
