package naru.broker.share;

import naru.broker.transport.Request;

import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.IntSupplier;

/**
 * The share sessions of this broker, at most {@code group.share.max.share.sessions}. Threads: any.
 */
public final class ShareSessions {
    private final ShareQueues queues;
    private final IntSupplier most;
    private final Map<ShareSession.Id, ShareSession> sessions = new ConcurrentHashMap<>();
    private final Map<Long, Set<ShareSession>> byConnection = new ConcurrentHashMap<>();

    public ShareSessions(ShareQueues queues, IntSupplier most) {
        this.queues = queues;
        this.most = most;
    }

    public int size() {
        return sessions.size();
    }

    sealed interface Found {
        record Session(ShareSession session) implements Found {}

        record Not(Errors error, String message) implements Found {}
    }

    /** A new session in the place of the member's old one. */
    Found begin(ShareSession.Id id, Request request) {
        ShareSession before = sessions.get(id);
        if (before != null) {
            close(before);
        }
        synchronized (this) {
            if (sessions.size() >= most.getAsInt()) {
                return new Found.Not(
                        Errors.SHARE_SESSION_LIMIT_REACHED,
                        "this broker has group.share.max.share.sessions share sessions");
            }
            ShareSession session = new ShareSession(id, request.connectionId());
            sessions.put(id, session);
            byConnection
                    .computeIfAbsent(
                            request.connectionId(), connection -> ConcurrentHashMap.newKeySet())
                    .add(session);
            return new Found.Session(session);
        }
    }

    /** The member's session, if this is its next request. The last request has any epoch. */
    Found next(ShareSession.Id id, int epoch) {
        ShareSession session = sessions.get(id);
        if (session == null) {
            return new Found.Not(
                    Errors.SHARE_SESSION_NOT_FOUND, "there is no share session of this member");
        }
        synchronized (session) {
            if (epoch != ShareSession.FINAL_EPOCH) {
                if (session.epoch() != epoch) {
                    return new Found.Not(
                            Errors.INVALID_SHARE_SESSION_EPOCH,
                            "epoch %d of the share session was expected, not %d"
                                    .formatted(session.epoch(), epoch));
                }
                session.advance();
            }
        }
        return new Found.Session(session);
    }

    /** Ends the session; what its member holds is available again. */
    void close(ShareSession session) {
        synchronized (session) {
            if (session.isClosed()) {
                return;
            }
            session.close();
        }
        sessions.remove(session.id, session);
        Set<ShareSession> siblings = byConnection.get(session.connectionId);
        if (siblings != null) {
            siblings.remove(session);
        }
        String groupId = session.id.groupId();
        queues.release(groupId, session.id.memberId());
        if (sessions.keySet().stream().noneMatch(id -> id.groupId().equals(groupId))) {
            queues.rest(groupId);
        }
    }

    /** The connection is lost, and so are its sessions. */
    public void onDisconnected(long connectionId) {
        Set<ShareSession> lost = byConnection.remove(connectionId);
        if (lost != null) {
            List.copyOf(lost).forEach(this::close);
        }
    }

    /** The member was put out of the group. */
    public void onMemberGone(String groupId, String memberId) {
        ShareSession session = sessions.get(new ShareSession.Id(groupId, memberId));
        if (session != null) {
            close(session);
        }
    }

    @Nullable ShareSession present(ShareSession.Id id) {
        return sessions.get(id);
    }
}
