package naru.broker.partition;

import naru.quorum.ClusterChange;
import naru.quorum.ClusterImage;
import naru.quorum.Quorum;

import java.util.function.LongSupplier;

/**
 * Keeps the metadata from a listener until they show that this run of the broker is registered, and
 * then begins with all of them. What they say before is of the run before: that it leads, in an
 * epoch in which it has appended what this run may have lost with the power.
 *
 * <p>Threads: the metadata thread.
 */
public final class SinceRegistration implements Quorum.Listener {
    private static final long NOT_REGISTERED = -1;

    private final int nodeId;
    private final LongSupplier brokerEpoch;
    private final Quorum.Listener listener;
    private boolean isRegistered;

    /**
     * @param brokerEpoch of this run, or -1 while it is not registered
     */
    public SinceRegistration(int nodeId, LongSupplier brokerEpoch, Quorum.Listener listener) {
        this.nodeId = nodeId;
        this.brokerEpoch = brokerEpoch;
        this.listener = listener;
    }

    @Override
    public void onImage(ClusterChange change, ClusterImage image) {
        if (isRegistered) {
            listener.onImage(change, image);
        } else if (shows(image)) {
            isRegistered = true;
            listener.onImage(ClusterChange.whole(image), image);
        }
    }

    private boolean shows(ClusterImage image) {
        ClusterImage.BrokerNode self = image.broker(nodeId);
        long epoch = brokerEpoch.getAsLong();
        return self != null && epoch != NOT_REGISTERED && self.epoch() >= epoch;
    }

    @Override
    public void onPublished(ClusterImage image) {
        if (isRegistered) {
            listener.onPublished(image);
        }
    }
}
