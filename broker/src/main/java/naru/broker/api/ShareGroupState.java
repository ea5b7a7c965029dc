package naru.broker.api;

import naru.broker.access.Access;
import naru.broker.coordinator.Answer;
import naru.broker.coordinator.Coordinator;
import naru.broker.transport.Request;
import naru.broker.transport.RequestHandler;
import naru.coordination.share.DeliveryState;
import naru.coordination.share.ShareAnswers;
import naru.coordination.share.ShareCommand;
import naru.coordination.share.ShareKey;
import naru.coordination.share.StateBatch;

import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.message.DeleteShareGroupStateRequestData;
import org.apache.kafka.common.message.InitializeShareGroupStateRequestData;
import org.apache.kafka.common.message.ReadShareGroupStateRequestData;
import org.apache.kafka.common.message.ReadShareGroupStateSummaryRequestData;
import org.apache.kafka.common.message.WriteShareGroupStateRequestData;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.function.LongFunction;

/**
 * InitializeShareGroupState, ReadShareGroupState, WriteShareGroupState, DeleteShareGroupState and
 * ReadShareGroupStateSummary: what brokers ask of the share coordinator. Each partition is a
 * question of its own.
 */
public final class ShareGroupState implements RequestHandler {
    private final Coordinator<ShareCommand> coordinator;
    private final Access access;

    public ShareGroupState(Coordinator<ShareCommand> coordinator, Access access) {
        this.coordinator = coordinator;
        this.access = access;
    }

    /** The share partition that a coordinator's key names, or null. Groups may have colons. */
    static @Nullable ShareKey key(String text) {
        int beforePartition = text.lastIndexOf(':');
        int beforeTopic = text.lastIndexOf(':', beforePartition - 1);
        if (beforeTopic < 1) {
            return null;
        }
        try {
            return new ShareKey(
                    text.substring(0, beforeTopic),
                    Uuid.fromString(text.substring(beforeTopic + 1, beforePartition)),
                    Integer.parseInt(text.substring(beforePartition + 1)));
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    @Override
    public void handle(Request request) {
        if (!ClusterAccess.isAllowed(access, request, AclOperation.CLUSTER_ACTION)) {
            return;
        }
        List<LongFunction<ShareCommand.Asked>> commands = commands(request.body());
        Gathering<ApiMessage> gathering =
                Gathering.of(
                        commands.size(),
                        parts -> request.reply(ShareAnswers.merged(request.body(), parts)));
        for (int i = 0; i < commands.size(); i++) {
            ask(commands.get(i), i, gathering);
        }
    }

    private void ask(
            LongFunction<ShareCommand.Asked> command, int index, Gathering<ApiMessage> gathering) {
        ShareCommand.Asked asked = command.apply(0);
        coordinator.ask(
                asked.key().coordinatorKey(),
                command,
                new Answer() {
                    @Override
                    public void reply(ApiMessage response) {
                        gathering.put(index, response);
                    }

                    @Override
                    public void refuse(Errors error, String message) {
                        gathering.put(index, ShareAnswers.of(asked, error, message));
                    }
                });
    }

    private static List<LongFunction<ShareCommand.Asked>> commands(ApiMessage body) {
        return switch (body) {
            case InitializeShareGroupStateRequestData all -> initializations(all);
            case ReadShareGroupStateRequestData all -> reads(all);
            case ReadShareGroupStateSummaryRequestData all -> summaries(all);
            case WriteShareGroupStateRequestData all -> writes(all);
            case DeleteShareGroupStateRequestData all -> deletions(all);
            default -> throw new IllegalArgumentException("not about share state: " + body);
        };
    }

    private static List<LongFunction<ShareCommand.Asked>> initializations(
            InitializeShareGroupStateRequestData all) {
        List<LongFunction<ShareCommand.Asked>> commands = new ArrayList<>();
        for (var topic : all.topics()) {
            for (var one : topic.partitions()) {
                ShareKey key = new ShareKey(all.groupId(), topic.topicId(), one.partition());
                commands.add(ticket ->
                        new ShareCommand.Initialize(
                                ticket, key, one.stateEpoch(), one.startOffset()));
            }
        }
        return commands;
    }

    private static List<LongFunction<ShareCommand.Asked>> reads(
            ReadShareGroupStateRequestData all) {
        List<LongFunction<ShareCommand.Asked>> commands = new ArrayList<>();
        for (var topic : all.topics()) {
            for (var one : topic.partitions()) {
                ShareKey key = new ShareKey(all.groupId(), topic.topicId(), one.partition());
                commands.add(ticket -> new ShareCommand.Read(ticket, key, one.leaderEpoch()));
            }
        }
        return commands;
    }

    private static List<LongFunction<ShareCommand.Asked>> summaries(
            ReadShareGroupStateSummaryRequestData all) {
        List<LongFunction<ShareCommand.Asked>> commands = new ArrayList<>();
        for (var topic : all.topics()) {
            for (var one : topic.partitions()) {
                ShareKey key = new ShareKey(all.groupId(), topic.topicId(), one.partition());
                commands.add(
                        ticket -> new ShareCommand.ReadSummary(ticket, key, one.leaderEpoch()));
            }
        }
        return commands;
    }

    private static List<LongFunction<ShareCommand.Asked>> writes(
            WriteShareGroupStateRequestData all) {
        List<LongFunction<ShareCommand.Asked>> commands = new ArrayList<>();
        for (var topic : all.topics()) {
            for (var one : topic.partitions()) {
                ShareKey key = new ShareKey(all.groupId(), topic.topicId(), one.partition());
                List<StateBatch> batches =
                        one.stateBatches().stream().map(ShareGroupState::batch).toList();
                commands.add(ticket ->
                        new ShareCommand.Write(
                                ticket,
                                key,
                                one.stateEpoch(),
                                one.leaderEpoch(),
                                one.startOffset(),
                                one.deliveryCompleteCount(),
                                batches));
            }
        }
        return commands;
    }

    private static List<LongFunction<ShareCommand.Asked>> deletions(
            DeleteShareGroupStateRequestData all) {
        List<LongFunction<ShareCommand.Asked>> commands = new ArrayList<>();
        for (var topic : all.topics()) {
            for (var one : topic.partitions()) {
                ShareKey key = new ShareKey(all.groupId(), topic.topicId(), one.partition());
                commands.add(ticket -> new ShareCommand.Delete(ticket, key));
            }
        }
        return commands;
    }

    private static StateBatch batch(WriteShareGroupStateRequestData.StateBatch batch) {
        DeliveryState state = DeliveryState.ofId(batch.deliveryState());
        if (state == null
                || state == DeliveryState.ACQUIRED
                || batch.firstOffset() > batch.lastOffset()) {
            throw new InvalidRequestException("a state batch that cannot be: " + batch);
        }
        return new StateBatch(
                batch.firstOffset(), batch.lastOffset(), state, batch.deliveryCount());
    }
}
