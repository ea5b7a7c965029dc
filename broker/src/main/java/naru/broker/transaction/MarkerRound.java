package naru.broker.transaction;

import naru.broker.coordinator.Alarm;
import naru.broker.coordinator.Effects.Decider;
import naru.broker.partition.CommitListener;
import naru.broker.partition.TransactionMarker;
import naru.coordination.transaction.TransactionCommand;
import naru.coordination.transaction.TransactionEffect.WriteMarkers;

import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.protocol.Errors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;

/**
 * The markers of one transaction: each partition on its own, again and again with a growing pause
 * for as long as the coordinator is hosted here.
 *
 * <p>Threads: any. Bounded by the partitions of the transaction.
 */
final class MarkerRound {
    private static final Logger LOG = LoggerFactory.getLogger("naru.transaction");
    private static final long FIRST_PAUSE_MILLIS = 20;
    private static final long LONGEST_PAUSE_MILLIS = 1_000;
    private static final int ATTEMPTS_UNTIL_TOLD = 20;

    private final WriteMarkers write;
    private final MarkerWriter markers;
    private final BooleanSupplier knowsDeletions;
    private final Alarm alarm;
    private final Decider<TransactionCommand> decider;
    private final TransactionMarker marker;
    private final AtomicInteger open;

    /**
     * @param knowsDeletions whether a partition that is not known is one that was deleted
     */
    MarkerRound(
            WriteMarkers write,
            MarkerWriter markers,
            BooleanSupplier knowsDeletions,
            Alarm alarm,
            Decider<TransactionCommand> decider) {
        this.write = write;
        this.markers = markers;
        this.knowsDeletions = knowsDeletions;
        this.alarm = alarm;
        this.decider = decider;
        this.marker =
                new TransactionMarker(
                        write.producerId(),
                        write.producerEpoch(),
                        write.commit(),
                        write.coordinatorEpoch(),
                        write.transactionVersion());
        this.open = new AtomicInteger(write.partitions().size());
    }

    void begin() {
        if (write.partitions().isEmpty()) {
            finish();
        }
        write.partitions().forEach(partition -> tell(partition, FIRST_PAUSE_MILLIS, 1));
    }

    private void tell(TopicPartition partition, long pauseMillis, int attempt) {
        if (decider.isHosted()) {
            boolean knows = knowsDeletions.getAsBoolean();
            Telling telling = new Telling(partition, pauseMillis, attempt, knows);
            try {
                markers.write(partition, marker, telling);
            } catch (RuntimeException e) {
                LOG.error("{} takes no marker; this is a bug in Naru", partition, e);
                telling.onFault(e);
            }
        }
    }

    private void settled() {
        if (open.decrementAndGet() == 0) {
            finish();
        }
    }

    private void finish() {
        decider.tell(new TransactionCommand.MarkersWritten(write.transactionalId(), write.round()));
    }

    /** One attempt at one partition. */
    private final class Telling implements CommitListener {
        private final TopicPartition partition;
        private final long pauseMillis;
        private final int attempt;
        private final boolean knowsDeletions;
        private final AtomicBoolean heard = new AtomicBoolean();

        Telling(TopicPartition partition, long pauseMillis, int attempt, boolean knowsDeletions) {
            this.partition = partition;
            this.pauseMillis = pauseMillis;
            this.attempt = attempt;
            this.knowsDeletions = knowsDeletions;
        }

        @Override
        public void onCommitted() {
            heard.set(true);
            settled();
        }

        /** The partition fails; others are told all the same. */
        void onFault(RuntimeException fault) {
            if (!heard.get()) {
                again(fault.toString());
            }
        }

        @Override
        public void onLost(Errors error, String message) {
            heard.set(true);
            if (error == Errors.UNKNOWN_TOPIC_OR_PARTITION && knowsDeletions) {
                settled();
            } else if (error == Errors.INVALID_PRODUCER_EPOCH) {
                LOG.warn(
                        "{} has seen a later epoch than the transaction of {} that ends: {}",
                        partition,
                        write.transactionalId(),
                        message);
                settled();
            } else if (error == Errors.TRANSACTION_COORDINATOR_FENCED) {
                LOG.info("another coordinator ends {}: {}", write.transactionalId(), message);
            } else {
                again(message);
            }
        }

        private void again(String message) {
            long next = Math.min(2 * pauseMillis, LONGEST_PAUSE_MILLIS);
            if (attempt == ATTEMPTS_UNTIL_TOLD) {
                LOG.warn(
                        "{} cannot be told that the transaction of {} has ended ({}); it is tried"
                                + " again every {} ms, and until then the producer has to wait",
                        partition,
                        write.transactionalId(),
                        message,
                        next);
            }
            alarm.after(pauseMillis, () -> tell(partition, next, attempt + 1));
        }
    }
}
