package naru.broker.api;

import naru.broker.partition.Partition;
import naru.broker.transaction.Enrolment;
import naru.broker.transport.Request;
import naru.log.PartitionLog;
import naru.log.producer.AppendTerms;
import naru.wire.RecordBatchLayout;

import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.message.ProduceResponseData.PartitionProduceResponse;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The batches of one produce request that may begin a transaction in their partition, which their
 * coordinator has to agree to first (KIP-890). It is asked once for all. Until it has answered, the
 * connection reads no further request, so nothing of the same producer overtakes.
 *
 * <p>Threads: the request's loop. Memory: batches are copied only if the answer does not come at
 * once, and then counted with the frames that are held.
 */
final class TransactionalBatches {
    private static final short ADDS_SINCE = 12;
    private static final short KNOWS_ABORTABLE_SINCE = 11;

    private final Request request;
    private final Enrolment enrolment;
    private final Enrolment.Producer producer;
    private final List<Batch> batches = new ArrayList<>(1);
    private final Thread loop = Thread.currentThread();
    private boolean asking;
    private boolean settled;
    private boolean kept = true;
    private boolean copied;

    /** Appended on its terms, if the coordinator agrees. */
    record Batch(
            Partition partition,
            ByteBuffer bytes,
            AppendTerms terms,
            PartitionProduceResponse reply) {
        private Batch copied() {
            ByteBuffer copy = ByteBuffer.allocate(bytes.remaining()).put(bytes.duplicate());
            return new Batch(partition, copy.flip(), terms, reply);
        }
    }

    /** What is done when the coordinator has answered. */
    interface Then {
        /** The batch may be appended. */
        void append(Batch batch);

        void refuse(Batch batch, Errors error, String message);

        void done();
    }

    TransactionalBatches(Request request, Enrolment enrolment, Enrolment.Producer producer) {
        this.request = request;
        this.enrolment = enrolment;
        this.producer = producer;
    }

    /** On which terms the batch may be appended; null when it goes on with a transaction. */
    static @Nullable AppendTerms toBeVerified(PartitionLog log, ByteBuffer batch) {
        int at = batch.position();
        return log.toBeVerified(
                RecordBatchLayout.producerId(batch, at),
                RecordBatchLayout.producerEpoch(batch, at));
    }

    static Enrolment.Producer producer(String transactionalId, ByteBuffer batch) {
        int at = batch.position();
        return new Enrolment.Producer(
                transactionalId,
                RecordBatchLayout.producerId(batch, at),
                RecordBatchLayout.producerEpoch(batch, at));
    }

    /** False when the batch is another producer's than those before it. */
    boolean add(Batch batch) {
        boolean same = producer.equals(producer(producer.transactionalId(), batch.bytes()));
        return same && batches.add(batch);
    }

    void ask(Then then) {
        Set<TopicPartition> partitions = new LinkedHashSet<>();
        batches.forEach(batch -> partitions.add(batch.partition().topicPartition()));
        asking = true;
        enrolment.ask(
                producer,
                partitions,
                request.version() >= ADDS_SINCE,
                errors -> {
                    if (Thread.currentThread() == loop && asking) {
                        settle(errors, then);
                    } else {
                        request.onLoop(() -> settleLater(errors, then));
                    }
                });
        asking = false;
        if (!settled && !copied) {
            keep();
        }
    }

    /** Makes the batches outlast the loop's pass that brought them. */
    void keep() {
        copied = true;
        int bytes = batches.stream().mapToInt(batch -> batch.bytes().remaining()).sum();
        kept = request.retain(bytes);
        if (kept) {
            batches.replaceAll(Batch::copied);
        }
    }

    private void settleLater(Map<TopicPartition, Errors> errors, Then then) {
        try {
            settle(errors, then);
        } catch (RuntimeException e) {
            request.fail(e);
        }
    }

    private void settle(Map<TopicPartition, Errors> errors, Then then) {
        settled = true;
        for (Batch batch : batches) {
            Errors error =
                    errors.getOrDefault(
                            batch.partition().topicPartition(), Errors.UNKNOWN_SERVER_ERROR);
            if (!kept) {
                then.refuse(
                        batch,
                        Errors.NOT_ENOUGH_REPLICAS,
                        "memory for requests that wait is short; try again");
            } else if (error == Errors.NONE) {
                then.append(batch);
            } else {
                then.refuse(batch, told(error, request.version()), message(batch, error));
            }
        }
        then.done();
    }

    /** What clients of this version take as "try again", and as "the transaction is lost". */
    // All other errors of the coordinator are passed on as they are.
    @SuppressWarnings("EnumSwitchDefault")
    static Errors told(Errors error, short version) {
        return switch (error) {
            case CONCURRENT_TRANSACTIONS ->
                    version >= ADDS_SINCE ? error : Errors.NOT_ENOUGH_REPLICAS;
            case COORDINATOR_LOAD_IN_PROGRESS, COORDINATOR_NOT_AVAILABLE, NOT_COORDINATOR ->
                    Errors.NOT_ENOUGH_REPLICAS;
            case TRANSACTION_ABORTABLE ->
                    version >= KNOWS_ABORTABLE_SINCE ? error : Errors.INVALID_TXN_STATE;
            default -> error;
        };
    }

    private String message(Batch batch, Errors error) {
        return "the coordinator of %s does not let it write to %s: %s"
                .formatted(
                        producer.transactionalId(),
                        batch.partition().topicPartition(),
                        error.message());
    }
}
