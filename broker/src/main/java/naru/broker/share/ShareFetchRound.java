package naru.broker.share;

import naru.broker.partition.DataListener;
import naru.broker.share.Acquisition.Wish;
import naru.broker.share.ShareQueue.Fetched;
import naru.broker.share.ShareSession.Target;
import naru.broker.transport.Request;

import org.apache.kafka.common.protocol.Errors;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What one ShareFetch asks of the partitions of its session. Owned by the request's loop. A share
 * partition that is lost meanwhile is told to the member and not sought again.
 */
final class ShareFetchRound {
    private final ShareSession session;
    private final Wish wish;
    private final int maxBytes;
    private final Map<Target, ShareQueue> queues = new LinkedHashMap<>();
    private final Map<Target, Fetched> fetched = new LinkedHashMap<>();

    ShareFetchRound(
            Request request,
            ShareSession session,
            ShareQueues all,
            ShareTopics topics,
            Wish wish,
            int maxBytes) {
        this.session = session;
        this.wish = wish;
        this.maxBytes = maxBytes;
        synchronized (session) {
            for (Target target : session.targets()) {
                Acknowledging.Result access = topics.check(request, target.topicId());
                if (access.error() != Errors.NONE) {
                    fetched.put(target, new Fetched.Failed(access.error(), access.message()));
                    continue;
                }
                switch (all.find(session.id.groupId(), target.topicId(), target.partition())) {
                    case ShareQueues.Found.Here here -> queues.put(target, here.queue());
                    case ShareQueues.Found.Not not ->
                            fetched.put(target, new Fetched.Failed(not.error(), not.message()));
                }
            }
        }
    }

    /** What there is to answer: records or errors. */
    Map<Target, Fetched> fetched() {
        return fetched;
    }

    /** Whether there could be so many bytes now. */
    boolean mayHave(int minBytes) {
        if (minBytes <= 1 || !fetched.isEmpty()) {
            return true;
        }
        long bytes = 0;
        for (ShareQueue queue : queues.values()) {
            bytes += queue.readable(maxBytes);
        }
        return bytes >= minBytes;
    }

    /** Acquires what there is; true when there is something to answer. */
    boolean acquire() {
        synchronized (session) {
            if (session.isClosed()) {
                return true;
            }
            long left = wish.maxRecords();
            int bytesLeft = maxBytes;
            for (Map.Entry<Target, ShareQueue> each : queues.entrySet()) {
                if (left <= 0 || bytesLeft <= 0) {
                    break;
                }
                Wish rest = new Wish((int) left, wish.batchSize(), wish.strict());
                switch (each.getValue().fetch(session.id.memberId(), rest, bytesLeft)) {
                    case Fetched.Nothing nothing -> {}
                    case Fetched.Failed failed -> fetched.put(each.getKey(), failed);
                    case Fetched.Records records -> {
                        fetched.put(each.getKey(), records);
                        left -= records.count();
                        bytesLeft -= records.region().sizeBytes();
                    }
                }
            }
        }
        return !fetched.isEmpty();
    }

    /** Has the listener told of more in any of the partitions. */
    void listen(DataListener listener) {
        for (ShareQueue queue : queues.values()) {
            queue.await(listener);
        }
    }

    boolean isOver() {
        synchronized (session) {
            return session.isClosed();
        }
    }
}
