package naru.broker.replication;

import naru.broker.fetch.ReplicaChoice;
import naru.broker.partition.Followers;
import naru.broker.partition.Partition;
import naru.broker.partition.Standing;
import naru.quorum.ClusterImage;
import naru.quorum.ClusterImage.BrokerNode;

import org.jspecify.annotations.Nullable;

import java.util.Comparator;
import java.util.function.Supplier;

/**
 * The replica in the consumer's rack that is in sync, holds the offset and has come furthest; the
 * leader if that is one of them (Kafka's {@code RackAwareReplicaSelector}).
 */
public final class RackAwareChoice implements ReplicaChoice {
    private static final Comparator<Followers.Progress> FURTHEST =
            Comparator.comparingLong(Followers.Progress::endOffset)
                    .thenComparingLong(Followers.Progress::caughtUpMillis);

    private final int self;
    private final @Nullable String ownRack;
    private final Supplier<ClusterImage> image;

    public RackAwareChoice(int self, @Nullable String ownRack, Supplier<ClusterImage> image) {
        this.self = self;
        this.ownRack = ownRack;
        this.image = image;
    }

    @Override
    public int closest(
            Partition partition,
            Standing.Leading leading,
            String rack,
            String listenerName,
            long offset) {
        Followers followers = leading.followers();
        if (rack.equals(ownRack) || followers == null) {
            return LEADER;
        }
        return followers.progress().stream()
                .filter(one -> one.broker() != self && one.inSync())
                .filter(one -> one.logStartOffset() <= offset && offset <= one.endOffset())
                .filter(one -> isReachedIn(rack, listenerName, one.broker()))
                .max(FURTHEST)
                .map(Followers.Progress::broker)
                .orElse(LEADER);
    }

    private boolean isReachedIn(String rack, String listenerName, int broker) {
        BrokerNode known = image.get().broker(broker);
        return known != null
                && !known.fenced()
                && rack.equals(known.rack())
                && known.endpoint(listenerName) != null;
    }
}
