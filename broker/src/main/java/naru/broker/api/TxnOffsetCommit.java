package naru.broker.api;

import naru.broker.access.Access;
import naru.broker.coordinator.Answer;
import naru.broker.coordinator.Coordinator;
import naru.broker.partition.PartitionLookup;
import naru.broker.transaction.Enrolment;
import naru.broker.transport.Request;
import naru.broker.transport.RequestHandler;
import naru.coordination.group.GroupCommand;
import naru.log.producer.AppendTerms;
import naru.quorum.ClusterImage;
import naru.quorum.Quorum;

import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.message.TxnOffsetCommitRequestData;
import org.apache.kafka.common.message.TxnOffsetCommitRequestData.TxnOffsetCommitRequestTopic;
import org.apache.kafka.common.message.TxnOffsetCommitResponseData;
import org.apache.kafka.common.message.TxnOffsetCommitResponseData.TxnOffsetCommitResponsePartition;
import org.apache.kafka.common.message.TxnOffsetCommitResponseData.TxnOffsetCommitResponseTopic;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * TxnOffsetCommit: offsets that count when the producer's transaction commits (KIP-98, 447). The
 * group's partition must be in the transaction, to which version 5 adds it (KIP-890).
 */
public final class TxnOffsetCommit implements RequestHandler {
    private static final short KNOWS_LOADING_SINCE = 2;
    private static final short KNOWS_ABORTABLE_SINCE = 4;
    private static final short ADDS_SINCE = 5;

    private final Coordinator<GroupCommand> groups;
    private final Enrolment enrolment;
    private final PartitionLookup lookup;
    private final Quorum quorum;
    private final Access access;

    public TxnOffsetCommit(
            Coordinator<GroupCommand> groups,
            Enrolment enrolment,
            PartitionLookup lookup,
            Quorum quorum,
            Access access) {
        this.groups = groups;
        this.enrolment = enrolment;
        this.lookup = lookup;
        this.quorum = quorum;
        this.access = access;
    }

    @Override
    public void handle(Request request) {
        TxnOffsetCommitRequestData body = (TxnOffsetCommitRequestData) request.body();
        boolean allowed =
                TransactionAnswer.isAllowed(access, request, body.transactionalId())
                        && GroupAnswer.isAllowed(
                                access, request, AclOperation.READ, body.groupId());
        if (!allowed) {
            return;
        }
        List<TxnOffsetCommitRequestTopic> known = new ArrayList<>();
        List<TxnOffsetCommitResponseTopic> refused = new ArrayList<>(0);
        for (TxnOffsetCommitRequestTopic topic : body.topics()) {
            if (!access.allowedOnTopic(request, AclOperation.READ, topic.name())) {
                refused.add(refused(topic, Errors.TOPIC_AUTHORIZATION_FAILED));
            } else {
                split(topic, known, refused);
            }
        }
        if (known.isEmpty()) {
            request.reply(new TxnOffsetCommitResponseData().setTopics(refused));
            return;
        }
        Committed answer = new Committed(request, known, refused);
        verify(request.version(), body.duplicate().setTopics(known), answer);
    }

    private void split(
            TxnOffsetCommitRequestTopic topic,
            List<TxnOffsetCommitRequestTopic> known,
            List<TxnOffsetCommitResponseTopic> refused) {
        ClusterImage.Topic present = quorum.image().topic(topic.name());
        TxnOffsetCommitRequestTopic there = topic.duplicate();
        TxnOffsetCommitRequestTopic missing = topic.duplicate();
        there.partitions()
                .removeIf(p -> present == null || present.partition(p.partitionIndex()) == null);
        missing.partitions()
                .removeIf(p -> present != null && present.partition(p.partitionIndex()) != null);
        if (!there.partitions().isEmpty()) {
            known.add(there);
        }
        if (!missing.partitions().isEmpty()) {
            refused.add(refused(missing, Errors.UNKNOWN_TOPIC_OR_PARTITION));
        }
    }

    /** Nobody is asked while the producer's transaction goes on in the group's partition. */
    private void verify(short version, TxnOffsetCommitRequestData request, Committed answer) {
        TopicPartition partition = groups.partitionOf(request.groupId());
        if (!(lookup.led(partition.topic(), partition.partition(), PartitionLookup.NO_EPOCH)
                instanceof PartitionLookup.Found.Led led)) {
            answer.refuse(Errors.NOT_COORDINATOR, "this broker does not coordinate the group");
            return;
        }
        AppendTerms terms =
                led.standing().log().toBeVerified(request.producerId(), request.producerEpoch());
        if (terms == null) {
            commit(request, AppendTerms.UNVERIFIED, answer);
            return;
        }
        enrolment.ask(
                new Enrolment.Producer(
                        request.transactionalId(), request.producerId(), request.producerEpoch()),
                Set.of(partition),
                version >= ADDS_SINCE,
                errors -> {
                    Errors error = errors.getOrDefault(partition, Errors.UNKNOWN_SERVER_ERROR);
                    if (error == Errors.NONE) {
                        commit(request, terms, answer);
                    } else {
                        answer.refuse(told(error, version), error.message());
                    }
                });
    }

    // All other errors of the coordinator are passed on as they are.
    @SuppressWarnings("EnumSwitchDefault")
    private static Errors told(Errors error, short version) {
        return switch (error) {
            case TRANSACTION_ABORTABLE ->
                    version >= KNOWS_ABORTABLE_SINCE ? error : Errors.INVALID_TXN_STATE;
            case CONCURRENT_TRANSACTIONS ->
                    version >= ADDS_SINCE ? error : Errors.COORDINATOR_NOT_AVAILABLE;
            case COORDINATOR_LOAD_IN_PROGRESS, COORDINATOR_NOT_AVAILABLE, NOT_COORDINATOR ->
                    Errors.COORDINATOR_NOT_AVAILABLE;
            default -> error;
        };
    }

    private void commit(TxnOffsetCommitRequestData request, AppendTerms terms, Committed answer) {
        groups.ask(
                request.groupId(),
                ticket -> new GroupCommand.TxnOffsetCommit(ticket, request, terms.verifiedAt()),
                answer.retriedWhenStale());
    }

    private static TxnOffsetCommitResponseTopic refused(
            TxnOffsetCommitRequestTopic topic, Errors error) {
        TxnOffsetCommitResponseTopic answer =
                new TxnOffsetCommitResponseTopic().setName(topic.name());
        topic.partitions()
                .forEach(partition ->
                        answer.partitions()
                                .add(
                                        new TxnOffsetCommitResponsePartition()
                                                .setPartitionIndex(partition.partitionIndex())
                                                .setErrorCode(error.code())));
        return answer;
    }

    private record Committed(
            Request request,
            List<TxnOffsetCommitRequestTopic> asked,
            List<TxnOffsetCommitResponseTopic> refused)
            implements Answer {
        /** A marker that was written since the coordinator was asked has made its answer stale. */
        Answer retriedWhenStale() {
            return new Answer() {
                @Override
                public void reply(ApiMessage response) {
                    Committed.this.reply(response);
                }

                @Override
                public void refuse(Errors error, String message) {
                    Committed.this.refuse(
                            error == Errors.INVALID_TXN_STATE
                                    ? told(Errors.CONCURRENT_TRANSACTIONS, request.version())
                                    : error,
                            message);
                }
            };
        }

        @Override
        public void reply(ApiMessage response) {
            ((TxnOffsetCommitResponseData) response).topics().addAll(refused);
            request.reply(response);
        }

        @Override
        public void refuse(Errors error, String message) {
            boolean loading = error == Errors.COORDINATOR_LOAD_IN_PROGRESS;
            Errors told =
                    loading && request.version() < KNOWS_LOADING_SINCE
                            ? Errors.COORDINATOR_NOT_AVAILABLE
                            : TransactionAnswer.ofAppend(error);
            TxnOffsetCommitResponseData response = new TxnOffsetCommitResponseData();
            asked.forEach(topic -> response.topics().add(TxnOffsetCommit.refused(topic, told)));
            response.topics().addAll(refused);
            request.reply(response);
        }
    }
}
