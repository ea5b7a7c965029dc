package naru.broker.api;

import naru.broker.access.Access;
import naru.broker.config.RecordPolicy;
import naru.broker.enforce.RecordGate;
import naru.broker.partition.Partition;
import naru.broker.partition.PartitionLookup;
import naru.broker.transaction.Enrolment;
import naru.broker.transport.Request;
import naru.broker.transport.RequestHandler;
import naru.log.AppendOutcome;
import naru.log.Origin;
import naru.log.PartitionLog;
import naru.log.producer.AppendTerms;
import naru.wire.RecordBatchLayout;

import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceRequestData.PartitionProduceData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceData;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.message.ProduceResponseData.BatchIndexAndErrorMessage;
import org.apache.kafka.common.message.ProduceResponseData.PartitionProduceResponse;
import org.apache.kafka.common.message.ProduceResponseData.TopicProduceResponse;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.resource.ResourceType;
import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Produce: appends one batch to each partition named, and answers when it is replicated as far as
 * {@code acks} asks. Everything but that wait happens on the caller's loop.
 */
public final class Produce implements RequestHandler {
    private static final short ACKS_NONE = 0;
    private static final short ACKS_LEADER = 1;
    private static final short ACKS_ALL = -1;
    private static final short FIRST_VERSION_WITH_ZSTD = 7;
    private static final short FIRST_VERSION_WITH_TOPIC_IDS = 13;

    /** Clients of this id may write to internal topics, as Kafka lets its own administration do. */
    private static final String ADMIN_CLIENT_ID = "__admin_client";

    private final PartitionLookup lookup;
    private final Enrolment enrolment;
    private final Access access;

    private final @Nullable RecordGate gate;

    /** Takes any records, whatever topics demand of them. */
    public Produce(PartitionLookup lookup, Enrolment enrolment, Access access) {
        this(lookup, enrolment, access, null);
    }

    /**
     * @param gate asked where a topic demands something of its records; null: never
     */
    public Produce(
            PartitionLookup lookup, Enrolment enrolment, Access access, @Nullable RecordGate gate) {
        this.gate = gate;
        this.lookup = lookup;
        this.enrolment = enrolment;
        this.access = access;
    }

    @Override
    public void handle(Request request) {
        ProduceRequestData body = (ProduceRequestData) request.body();
        short acks = body.acks();
        if (acks < ACKS_ALL || acks > ACKS_LEADER) {
            request.reply(
                    Errors.INVALID_REQUIRED_ACKS,
                    "acks is " + acks + " and may be 0, 1 or -1 (all)");
            return;
        }
        Appends appends = new Appends(request, acks);
        for (TopicProduceData topic : body.topicData()) {
            appends.topic(topic);
        }
        appends.finish(body.timeoutMs());
    }

    /** One request's appends and what became of them. Used on the request's loop. */
    private final class Appends {
        private final Request request;
        private final short acks;
        private final boolean mayUseId;
        private final ProduceResponseData response = new ProduceResponseData();
        private final List<CommitWait.Waiting> waiting = new ArrayList<>(0);
        private @Nullable TransactionalBatches toBeVerified;
        private @Nullable CheckedBatches checked;
        private @Nullable String firstRefusal;

        Appends(Request request, short acks) {
            this.request = request;
            this.acks = acks;
            String id = transactionalId();
            this.mayUseId =
                    id == null
                            || access.allowed(
                                    request, AclOperation.WRITE, ResourceType.TRANSACTIONAL_ID, id);
        }

        private @Nullable String transactionalId() {
            return ((ProduceRequestData) request.body()).transactionalId();
        }

        void topic(TopicProduceData topic) {
            boolean byId = request.version() >= FIRST_VERSION_WITH_TOPIC_IDS;
            String name = byId ? lookup.topicName(topic.topicId()) : topic.name();
            List<PartitionProduceResponse> replies = new ArrayList<>(topic.partitionData().size());
            for (PartitionProduceData partition : topic.partitionData()) {
                replies.add(partition(name, topic.topicId(), byId, partition));
            }
            response.responses()
                    .add(
                            new TopicProduceResponse()
                                    .setName(topic.name())
                                    .setTopicId(topic.topicId())
                                    .setPartitionResponses(replies));
        }

        private PartitionProduceResponse partition(
                @Nullable String name, Uuid id, boolean byId, PartitionProduceData data) {
            PartitionProduceResponse reply =
                    new PartitionProduceResponse().setIndex(data.index()).setBaseOffset(-1);
            if (!mayUseId) {
                return refuse(
                        reply,
                        Errors.TRANSACTIONAL_ID_AUTHORIZATION_FAILED,
                        Errors.TRANSACTIONAL_ID_AUTHORIZATION_FAILED.message());
            }
            if (name == null) {
                return refuse(reply, Errors.UNKNOWN_TOPIC_ID, "no topic has the id " + id);
            }
            if (!access.allowedOnTopic(request, AclOperation.WRITE, name)) {
                return refuse(
                        reply,
                        Errors.TOPIC_AUTHORIZATION_FAILED,
                        Errors.TOPIC_AUTHORIZATION_FAILED.message());
            }
            if (Topic.isInternal(name) && !ADMIN_CLIENT_ID.equals(request.header().clientId())) {
                return refuse(
                        reply,
                        Errors.INVALID_TOPIC_EXCEPTION,
                        name + " is an internal topic, which only the broker writes");
            }
            if (!(data.records() instanceof MemoryRecords records) || records.sizeInBytes() == 0) {
                return refuse(
                        reply,
                        Errors.INVALID_RECORD,
                        "a produce request must carry a record batch");
            }
            return switch (byId
                    ? lookup.led(id, data.index(), PartitionLookup.NO_EPOCH)
                    : lookup.led(name, data.index(), PartitionLookup.NO_EPOCH)) {
                case PartitionLookup.Found.Not not -> {
                    refuse(reply, not.error(), not.message());
                    yield withLeader(reply, name);
                }
                case PartitionLookup.Found.Led led -> {
                    ByteBuffer batches = records.buffer();
                    yield take(led, batches, reply);
                }
            };
        }

        /** Whatever is no batch of magic 2 is left to the log to refuse. */
        private PartitionProduceResponse take(
                PartitionLookup.Found.Led led, ByteBuffer batches, PartitionProduceResponse reply) {
            int at = batches.position();
            boolean isBatch =
                    batches.remaining() >= RecordBatchLayout.HEADER_BYTES
                            && RecordBatchLayout.magic(batches, at) == RecordBatchLayout.MAGIC;
            short attributes = isBatch ? RecordBatchLayout.attributes(batches, at) : 0;
            if (request.version() < FIRST_VERSION_WITH_ZSTD
                    && RecordBatchLayout.compression(attributes) == CompressionType.ZSTD.id) {
                return refuse(
                        reply,
                        Errors.UNSUPPORTED_COMPRESSION_TYPE,
                        "zstd needs a produce request of version 7 or later");
            }
            RecordPolicy policy = led.partition().recordPolicy();
            if (policy != null && gate != null && isBatch) {
                check(gate, led.partition(), policy, batches, reply);
                return reply;
            }
            return proceed(led.partition(), led.standing().log(), batches, Origin.CLIENT, reply);
        }

        private void check(
                RecordGate asked,
                Partition partition,
                RecordPolicy policy,
                ByteBuffer batches,
                PartitionProduceResponse reply) {
            if (checked == null) {
                checked = new CheckedBatches(request, asked, new AfterCheck());
            }
            checked.add(partition, policy, batches, reply);
        }

        /** Goes on with batches whose records are as they should be. */
        private final class AfterCheck implements CheckedBatches.Then {
            @Override
            public void append(
                    Partition partition,
                    ByteBuffer batch,
                    Origin origin,
                    PartitionProduceResponse reply) {
                PartitionLog log = partition.ledLog();
                if (log == null) {
                    outcome(partition, AppendOutcome.EPOCH_OVER, reply);
                } else {
                    var _ = proceed(partition, log, batch, origin, reply);
                }
            }

            @Override
            public void outcome(
                    Partition partition, AppendOutcome outcome, PartitionProduceResponse reply) {
                var _ = answer(partition, 0, outcome, reply);
            }
        }

        private PartitionProduceResponse proceed(
                Partition partition,
                PartitionLog log,
                ByteBuffer batches,
                Origin origin,
                PartitionProduceResponse reply) {
            int at = batches.position();
            boolean transactional =
                    batches.remaining() >= RecordBatchLayout.HEADER_BYTES
                            && RecordBatchLayout.magic(batches, at) == RecordBatchLayout.MAGIC
                            && RecordBatchLayout.isTransactional(
                                    RecordBatchLayout.attributes(batches, at));
            return transactional
                    ? transactional(partition, log, batches, reply)
                    : append(partition, batches, AppendTerms.UNVERIFIED, origin, reply);
        }

        /** Goes on with the producer's transaction, or has the coordinator asked first. */
        private PartitionProduceResponse transactional(
                Partition partition,
                PartitionLog log,
                ByteBuffer batch,
                PartitionProduceResponse reply) {
            String id = transactionalId();
            if (id == null) {
                return refuse(
                        reply,
                        Errors.TRANSACTIONAL_ID_AUTHORIZATION_FAILED,
                        "a transactional batch needs a request with a transactional id");
            }
            AppendTerms terms = TransactionalBatches.toBeVerified(log, batch);
            if (terms == null) {
                return appendOfTransaction(partition, batch, AppendTerms.UNVERIFIED, reply);
            }
            if (toBeVerified == null) {
                toBeVerified =
                        new TransactionalBatches(
                                request, enrolment, TransactionalBatches.producer(id, batch));
            }
            if (!toBeVerified.add(new TransactionalBatches.Batch(partition, batch, terms, reply))) {
                refuse(
                        reply,
                        Errors.INVALID_PRODUCER_ID_MAPPING,
                        "one request carries batches of more than one transactional producer");
            }
            return reply;
        }

        /**
         * A marker that was written since it was asked who may append has made the answer stale, be
         * it of this transaction or of the one before: the client is to try again.
         */
        private PartitionProduceResponse appendOfTransaction(
                Partition partition,
                ByteBuffer batch,
                AppendTerms terms,
                PartitionProduceResponse reply) {
            PartitionProduceResponse answer = append(partition, batch, terms, Origin.CLIENT, reply);
            return answer.errorCode() == Errors.INVALID_TXN_STATE.code()
                    ? refuse(
                            answer,
                            TransactionalBatches.told(
                                    Errors.CONCURRENT_TRANSACTIONS, request.version()),
                            "a transaction of the producer ended meanwhile; try again")
                    : answer;
        }

        private PartitionProduceResponse append(
                Partition partition,
                ByteBuffer batches,
                AppendTerms terms,
                Origin origin,
                PartitionProduceResponse reply) {
            int size = batches.remaining();
            AppendOutcome outcome =
                    partition.append(batches.duplicate(), origin, acks == ACKS_ALL, terms);
            return answer(partition, size, outcome, reply);
        }

        private PartitionProduceResponse answer(
                Partition partition,
                int size,
                AppendOutcome outcome,
                PartitionProduceResponse reply) {
            return switch (outcome) {
                case AppendOutcome.Appended appended -> {
                    partition.traffic().in(size, appended.lastOffset() - appended.baseOffset() + 1);
                    reply.setBaseOffset(appended.baseOffset())
                            .setLogAppendTimeMs(appended.logAppendTimeMillis())
                            .setLogStartOffset(appended.logStartOffset());
                    yield await(partition, appended.lastOffset(), reply);
                }
                case AppendOutcome.Duplicate duplicate -> {
                    reply.setBaseOffset(duplicate.baseOffset())
                            .setLogAppendTimeMs(duplicate.logAppendTimeMillis())
                            .setLogStartOffset(duplicate.logStartOffset());
                    yield await(partition, duplicate.lastOffset(), reply);
                }
                case AppendOutcome.Refused refused -> {
                    partition.traffic().refused();
                    List<BatchIndexAndErrorMessage> records = new ArrayList<>(0);
                    for (AppendOutcome.RecordError record : refused.records()) {
                        records.add(
                                new BatchIndexAndErrorMessage()
                                        .setBatchIndex(record.index())
                                        .setBatchIndexErrorMessage(record.message()));
                    }
                    yield refuse(
                            reply.setRecordErrors(records), refused.error(), refused.message());
                }
            };
        }

        /**
         * With acks=1 the leader's own copy counts, which {@code naru.ack=fsync} makes durable
         * first.
         */
        private PartitionProduceResponse await(
                Partition partition, long lastOffset, PartitionProduceResponse reply) {
            boolean committed = partition.commitsAtOnce(lastOffset);
            boolean mayLeave =
                    acks == ACKS_NONE || (acks == ACKS_LEADER && !partition.acknowledgesDurable());
            if (!committed && !mayLeave) {
                waiting.add(new CommitWait.Waiting(partition, lastOffset, reply));
            }
            return reply;
        }

        private PartitionProduceResponse refuse(
                PartitionProduceResponse reply, Errors error, String message) {
            if (firstRefusal == null) {
                firstRefusal = message;
            }
            return reply.setErrorCode(error.code()).setErrorMessage(message);
        }

        private PartitionProduceResponse withLeader(PartitionProduceResponse reply, String topic) {
            var state = lookup.state(topic, reply.index());
            if (state != null && request.version() >= 10) {
                reply.currentLeader()
                        .setLeaderId(state.leader())
                        .setLeaderEpoch(state.leaderEpoch());
            }
            return reply;
        }

        void finish(int timeoutMillis) {
            if (checked == null || !checked.waits()) {
                verified(timeoutMillis);
                return;
            }
            if (toBeVerified != null) {
                toBeVerified.keep();
            }
            checked.whenSettled(timeoutMillis, () -> verified(timeoutMillis));
        }

        private void verified(int timeoutMillis) {
            if (toBeVerified == null) {
                answer(timeoutMillis);
                return;
            }
            toBeVerified.ask(
                    new TransactionalBatches.Then() {
                        @Override
                        public void append(TransactionalBatches.Batch batch) {
                            var _ =
                                    appendOfTransaction(
                                            batch.partition(),
                                            batch.bytes(),
                                            batch.terms(),
                                            batch.reply());
                        }

                        @Override
                        public void refuse(
                                TransactionalBatches.Batch batch, Errors error, String message) {
                            var _ = Appends.this.refuse(batch.reply(), error, message);
                        }

                        @Override
                        public void done() {
                            answer(timeoutMillis);
                        }
                    });
        }

        private void answer(int timeoutMillis) {
            if (acks == ACKS_NONE) {
                if (firstRefusal != null) {
                    request.close("a record sent with acks=0 was refused: " + firstRefusal);
                } else {
                    request.noReply();
                }
            } else if (waiting.isEmpty()) {
                request.reply(response);
            } else {
                new CommitWait(request, response, waiting).begin(timeoutMillis);
            }
        }
    }
}
