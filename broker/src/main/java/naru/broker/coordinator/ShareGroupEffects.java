package naru.broker.coordinator;

import naru.coordination.Decision;
import naru.coordination.group.GroupCommand;
import naru.coordination.group.modern.TopicPartitions;
import naru.coordination.group.share.ShareEffect;
import naru.coordination.share.ShareCommand;
import naru.coordination.share.ShareKey;

import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.DeleteShareGroupStateResponseData;
import org.apache.kafka.common.message.InitializeShareGroupStateResponseData;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.LongFunction;

/** Brings about what share groups decide: share state begun and deleted, members released. */
public final class ShareGroupEffects implements Effects<GroupCommand> {
    private final Patient<ShareCommand.Asked> shares;
    private final Alarm alarm;
    private final BiConsumer<String, String> onMemberGone;

    /**
     * @param onMemberGone told group and member id
     */
    public ShareGroupEffects(
            Patient<ShareCommand.Asked> shares,
            Alarm alarm,
            BiConsumer<String, String> onMemberGone) {
        this.shares = shares;
        this.alarm = alarm;
        this.onMemberGone = onMemberGone;
    }

    @Override
    public void bringAbout(Decision.Effect effect, Decider<GroupCommand> decider) {
        switch (effect) {
            case ShareEffect.Initialize initialize ->
                    alarm.soon(() -> initialize(initialize, decider));
            case ShareEffect.Delete delete -> alarm.soon(() -> delete(delete, decider));
            case ShareEffect.MemberGone gone ->
                    alarm.soon(() -> onMemberGone.accept(gone.groupId(), gone.memberId()));
            default -> throw new IllegalStateException("groups do not decide " + effect);
        }
    }

    private void initialize(ShareEffect.Initialize wanted, Decider<GroupCommand> decider) {
        Round round =
                new Round(
                        count(wanted.startOffsets()),
                        (done, error) ->
                                decider.tell(
                                        new GroupCommand.ShareStateInitialized(
                                                wanted.groupId(), done, error, wanted.waiting())));
        wanted.startOffsets()
                .forEach((topic, starts) ->
                        starts.forEach((index, start) -> {
                            ShareKey key = new ShareKey(wanted.groupId(), topic, index);
                            round.ask(
                                    key,
                                    ticket ->
                                            new ShareCommand.Initialize(
                                                    ticket, key, wanted.stateEpoch(), start));
                        }));
    }

    private static int count(Map<Uuid, Map<Integer, Long>> partitions) {
        return partitions.values().stream().mapToInt(Map::size).sum();
    }

    private void delete(ShareEffect.Delete wanted, Decider<GroupCommand> decider) {
        Round round =
                new Round(
                        wanted.partitions().count(),
                        (done, error) ->
                                decider.tell(
                                        new GroupCommand.ShareStateDeleted(
                                                wanted.groupId(), done, error, wanted.waiting())));
        wanted.partitions()
                .forEach((topic, index) -> {
                    ShareKey key = new ShareKey(wanted.groupId(), topic, index);
                    round.ask(key, ticket -> new ShareCommand.Delete(ticket, key));
                });
    }

    /** Questions about many share partitions, and one outcome. */
    private final class Round {
        private final BiConsumer<TopicPartitions, Errors> outcome;
        private final Map<Uuid, Set<Integer>> done = new HashMap<>();
        private Errors error = Errors.NONE;
        private int missing;

        Round(int size, BiConsumer<TopicPartitions, Errors> outcome) {
            this.missing = size;
            this.outcome = outcome;
        }

        void ask(ShareKey key, LongFunction<? extends ShareCommand.Asked> command) {
            shares.ask(
                    key.coordinatorKey(),
                    command,
                    new Answer() {
                        @Override
                        public void reply(ApiMessage response) {
                            onAnswer(key, errorOf(response));
                        }

                        @Override
                        public void refuse(Errors refused, String message) {
                            onAnswer(key, refused);
                        }
                    });
        }

        private void onAnswer(ShareKey key, Errors answered) {
            synchronized (this) {
                if (answered == Errors.NONE) {
                    done.computeIfAbsent(key.topicId(), id -> new HashSet<>()).add(key.partition());
                } else {
                    error = answered;
                }
                if (--missing > 0) {
                    return;
                }
            }
            outcome.accept(new TopicPartitions(done), error);
        }
    }

    private static Errors errorOf(ApiMessage response) {
        List<Short> codes =
                switch (response) {
                    case InitializeShareGroupStateResponseData begun ->
                            begun.results().stream()
                                    .flatMap(topic -> topic.partitions().stream())
                                    .map(partition -> partition.errorCode())
                                    .toList();
                    case DeleteShareGroupStateResponseData deleted ->
                            deleted.results().stream()
                                    .flatMap(topic -> topic.partitions().stream())
                                    .map(partition -> partition.errorCode())
                                    .toList();
                    default -> throw new IllegalStateException("not asked for: " + response);
                };
        return Errors.forCode(codes.getFirst());
    }
}
