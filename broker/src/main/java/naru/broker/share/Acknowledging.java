package naru.broker.share;

import naru.broker.share.Acquisition.Acknowledgement;
import naru.broker.share.ShareSession.Target;
import naru.broker.transport.Request;

import org.apache.kafka.common.protocol.Errors;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** The acknowledgements of one request, for several partitions, which are settled in any order. */
final class Acknowledging {
    /** What became of a partition's acknowledgements. */
    record Result(Errors error, String message) {
        static final Result DONE = new Result(Errors.NONE, "");
    }

    private Acknowledging() {}

    /**
     * Settles all and then, on the request's loop, goes on with what became of each.
     *
     * @param may why a topic's records may not be acknowledged, if so
     */
    static void run(
            Request request,
            ShareQueues queues,
            ShareSession.Id member,
            Map<Target, List<Acknowledgement>> all,
            ShareTopics may,
            Consumer<Map<Target, Result>> then) {
        if (all.isEmpty()) {
            then.accept(Map.of());
            return;
        }
        Map<Target, Result> results = new ConcurrentHashMap<>();
        AtomicInteger missing = new AtomicInteger(all.size());
        Map<Target, List<Acknowledgement>> ordered = new LinkedHashMap<>(all);
        ordered.forEach((target, acknowledgements) ->
                settle(
                        queues,
                        member,
                        target,
                        acknowledgements,
                        may.check(request, target.topicId()),
                        result -> {
                            results.put(target, result);
                            if (missing.decrementAndGet() == 0) {
                                request.onLoop(() -> then.accept(results));
                            }
                        }));
    }

    private static void settle(
            ShareQueues queues,
            ShareSession.Id member,
            Target target,
            List<Acknowledgement> acknowledgements,
            Result access,
            Consumer<Result> settled) {
        if (access.error() != Errors.NONE) {
            settled.accept(access);
            return;
        }
        switch (queues.find(member.groupId(), target.topicId(), target.partition())) {
            case ShareQueues.Found.Not not ->
                    settled.accept(new Result(not.error(), not.message()));
            case ShareQueues.Found.Here here ->
                    here.queue()
                            .acknowledge(
                                    member.memberId(),
                                    acknowledgements,
                                    (error, message) ->
                                            settled.accept(
                                                    error == Errors.NONE
                                                            ? Result.DONE
                                                            : new Result(told(error), message)));
        }
    }

    /** Errors of the share coordinator mean nothing to a consumer: it may try again elsewhere. */
    @SuppressWarnings("EnumSwitchDefault") // a few of many
    private static Errors told(Errors error) {
        return switch (error) {
            case NOT_COORDINATOR, COORDINATOR_NOT_AVAILABLE, COORDINATOR_LOAD_IN_PROGRESS ->
                    Errors.UNKNOWN_SERVER_ERROR;
            case FENCED_STATE_EPOCH, FENCED_LEADER_EPOCH -> Errors.NOT_LEADER_OR_FOLLOWER;
            default -> error;
        };
    }
}
