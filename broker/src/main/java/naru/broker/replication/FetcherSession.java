package naru.broker.replication;

import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.requests.FetchMetadata;
import org.apache.kafka.common.requests.FetchRequest;
import org.apache.kafka.common.requests.FetchRequest.PartitionData;
import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What a leader has been told to fetch for this fetcher, so that it need not be told again
 * (KIP-227). Owned by the fetcher's driver.
 */
final class FetcherSession {
    private int id = FetchMetadata.INVALID_SESSION_ID;
    private int epoch = FetchMetadata.INITIAL_EPOCH;

    /** What is to be fetched, those first that were not served lately. */
    private final Map<Key, Entry> wanted = new LinkedHashMap<>();

    /** What the leader knows of that; it differs where something has changed. */
    private final Map<Key, Entry> told = new LinkedHashMap<>();

    private final Set<Key> changed = new LinkedHashSet<>();

    /** A partition as answers name it. */
    record Key(Uuid topicId, int index) {
        static Key of(TopicIdPartition partition) {
            return new Key(partition.topicId(), partition.partition());
        }
    }

    /** A partition and what is, or was, asked for it. */
    record Entry(Followed followed, PartitionData data) {}

    void want(Followed followed, PartitionData data) {
        Key key = Key.of(followed.key);
        wanted.put(key, new Entry(followed, data));
        changed.add(key);
    }

    /** What the request that was sent last has asked for, or null. */
    @Nullable Entry asked(Uuid topicId, int index) {
        return told.get(new Key(topicId, index));
    }

    /** It was served: others come first the next time that all are named. */
    void served(TopicIdPartition partition) {
        Key key = Key.of(partition);
        Entry entry = wanted.remove(key);
        if (entry != null) {
            wanted.put(key, entry);
        }
    }

    void forget(TopicIdPartition partition) {
        Key key = Key.of(partition);
        if (wanted.remove(key) != null || told.containsKey(key)) {
            changed.add(key);
        }
    }

    boolean isEmpty() {
        return wanted.isEmpty();
    }

    private boolean isFull() {
        return epoch == FetchMetadata.INITIAL_EPOCH;
    }

    /** The next request: everything, or what has changed. */
    FetchRequest.Builder request(FetchTerms terms) {
        Map<TopicPartition, PartitionData> named = new LinkedHashMap<>();
        List<TopicIdPartition> forgotten = new ArrayList<>();
        if (isFull()) {
            told.clear();
            wanted.values()
                    .forEach(entry -> named.put(entry.followed.key.topicPartition(), entry.data));
            told.putAll(wanted);
        } else {
            changed.forEach(key -> tell(key, named, forgotten));
        }
        changed.clear();
        return new FetchRequest.Builder(
                        ReplicaFetcher.OLDEST_FETCH,
                        ReplicaFetcher.NEWEST_FETCH,
                        terms.brokerId(),
                        terms.brokerEpoch().getAsLong(),
                        terms.maxWaitMillis(),
                        terms.minBytes(),
                        named)
                .setMaxBytes(terms.maxBytes())
                .removed(forgotten)
                .metadata(new FetchMetadata(id, epoch));
    }

    private void tell(
            Key key, Map<TopicPartition, PartitionData> named, List<TopicIdPartition> forgotten) {
        Entry entry = wanted.get(key);
        if (entry == null) {
            Entry former = told.remove(key);
            if (former != null) {
                forgotten.add(former.followed.key);
            }
            return;
        }
        Entry former = told.put(key, entry);
        if (former == null || !former.data.equals(entry.data)) {
            named.put(entry.followed.key.topicPartition(), entry.data);
        }
    }

    /** The leader has answered, with the session that goes on or begins, or with none. */
    void answered(int sessionId) {
        if (isFull()) {
            id = sessionId;
            epoch =
                    sessionId == FetchMetadata.INVALID_SESSION_ID
                            ? FetchMetadata.INITIAL_EPOCH
                            : FetchMetadata.nextEpoch(FetchMetadata.INITIAL_EPOCH);
        } else {
            epoch = FetchMetadata.nextEpoch(epoch);
        }
    }

    /** The leader does not know the session; the next request names everything. */
    void lost() {
        id = FetchMetadata.INVALID_SESSION_ID;
        epoch = FetchMetadata.INITIAL_EPOCH;
    }

    /** Nobody knows what the leader has seen; the next request ends the session and begins one. */
    void interrupted() {
        epoch = FetchMetadata.INITIAL_EPOCH;
    }
}
