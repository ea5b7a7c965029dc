package naru.quorum;

import org.apache.kafka.image.MetadataDelta;
import org.apache.kafka.image.MetadataImage;
import org.apache.kafka.image.loader.LoaderManifest;
import org.apache.kafka.image.loader.MetadataLoader;
import org.apache.kafka.image.publisher.MetadataPublisher;
import org.apache.kafka.raft.LeaderAndEpoch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Shows each new image to the listeners, and to everybody else once they have all seen it.
 *
 * <p>Threads: all but {@link #image()} and {@link #subscribe} is the metadata loader's one thread.
 * A listener that throws is reported and goes on being called.
 */
final class ImagePublication implements MetadataPublisher {
    private static final Logger LOG = LoggerFactory.getLogger(ImagePublication.class);

    private final MetadataLoader loader;
    private final Supplier<Short> kraftVersion;
    private final Consumer<ImageView> published;
    private final List<Quorum.Listener> listeners = new ArrayList<>();
    private final AtomicInteger subscriptions = new AtomicInteger();
    private final Queue<Admission> waiting = new ConcurrentLinkedQueue<>();
    private boolean started;
    private LeaderAndEpoch leader = LeaderAndEpoch.UNKNOWN;
    private volatile ImageView image = ImageView.empty();

    /**
     * @param published called with each image after it is {@link #image()}
     */
    ImagePublication(
            MetadataLoader loader, Supplier<Short> kraftVersion, Consumer<ImageView> published) {
        this.loader = loader;
        this.kraftVersion = kraftVersion;
        this.published = published;
    }

    ImageView image() {
        return image;
    }

    @Override
    public String name() {
        return "cluster-image";
    }

    @Override
    public void onMetadataUpdate(
            MetadataDelta delta, MetadataImage metadata, LoaderManifest manifest) {
        ImageView next = view(metadata);
        ClusterChange change = Changes.of(delta);
        if (!started) {
            started = true;
            for (Admission early : waiting) {
                early.admit(change, next);
            }
        } else {
            for (Quorum.Listener listener : listeners) {
                call(listener, change, next);
            }
        }
        publish(next);
        for (Quorum.Listener listener : listeners) {
            tell(listener, next);
        }
    }

    @Override
    public void onControllerChange(LeaderAndEpoch newLeader) {
        leader = newLeader;
        publish(view(image.metadata()));
    }

    @Override
    public void close() {}

    private ImageView view(MetadataImage metadata) {
        return new ImageView(metadata, leader.leaderId(), kraftVersion.get());
    }

    private void publish(ImageView next) {
        image = next;
        published.accept(next);
    }

    /** The loader calls a new publisher with all there is; that call admits the listener. */
    void subscribe(Quorum.Listener listener) {
        Admission admission = new Admission(listener, subscriptions.incrementAndGet());
        waiting.add(admission);
        var _ =
                loader.installPublishers(List.of(admission))
                        .whenComplete((done, fault) -> {
                            if (fault != null) {
                                LOG.error("A listener of cluster images is not called", fault);
                            }
                        });
    }

    private static void call(Quorum.Listener listener, ClusterChange change, ImageView next) {
        try {
            listener.onImage(change, next);
        } catch (RuntimeException fault) {
            LOG.error("A listener failed on the cluster image {}", next.offset(), fault);
        }
    }

    private static void tell(Quorum.Listener listener, ClusterImage published) {
        try {
            listener.onPublished(published);
        } catch (RuntimeException fault) {
            LOG.error("A listener failed on the published image {}", published.offset(), fault);
        }
    }

    private final class Admission implements MetadataPublisher {
        private final Quorum.Listener listener;
        private final String name;
        private boolean removed;

        Admission(Quorum.Listener listener, int number) {
            this.listener = listener;
            this.name = "subscription-" + number;
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public void onMetadataUpdate(
                MetadataDelta delta, MetadataImage metadata, LoaderManifest manifest) {
            if (!removed) {
                removed = true;
                ImageView present = view(metadata);
                admit(Changes.of(delta), present);
                tell(listener, present);
                var _ = loader.removeAndClosePublisher(this);
            }
        }

        @Override
        public void close() {}

        private void admit(ClusterChange whole, ImageView present) {
            if (waiting.remove(this)) {
                call(listener, whole, present);
                listeners.add(listener);
            }
        }
    }
}
