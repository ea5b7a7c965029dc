package naru.simulation;

import naru.log.PartitionLog;
import naru.simulation.check.Ledger.Seen;
import naru.simulation.check.Transaction;
import naru.simulation.check.Violation;
import naru.simulation.client.Client;
import naru.simulation.client.OffsetCommitter;
import naru.simulation.client.Reader;
import naru.simulation.client.World;

import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;

/** What is asked when the faults are over: that everything ends, and that all is there. */
public final class Finale {
    private static final int END_WITHIN_MILLIS = 120_000;

    private final Stage stage;
    private final List<TopicPartition> partitions;

    /** Where it takes place. */
    public interface Stage {
        World world();

        /** Lets one event happen; throws what was violated. */
        void step();

        /** The log that clients read now. */
        @Nullable PartitionLog log(TopicPartition partition);

        Reader reader(TopicPartition partition, boolean committedOnly);

        /** How everything stands, for the story of a failure. */
        String standings();
    }

    public Finale(Stage stage, List<TopicPartition> partitions) {
        this.stage = stage;
        this.partitions = partitions;
    }

    public void until(String what, BooleanSupplier done) {
        long bound = stage.world().nowMillis() + END_WITHIN_MILLIS;
        while (!done.getAsBoolean()) {
            if (stage.world().nowMillis() > bound) {
                throw new Violation("does not come to an end: " + what + stage.standings());
            }
            stage.step();
        }
    }

    public void untilDone(List<Client> clients) {
        for (Client client : clients) {
            until(client.name(), client::isDone);
        }
        until("transactions that nobody ends", this::isStable);
    }

    private boolean isStable() {
        for (TopicPartition partition : partitions) {
            PartitionLog log = stage.log(partition);
            if (log == null || log.lastStableOffset() < log.logEndOffset()) {
                return false;
            }
        }
        return true;
    }

    /** Nothing that was acknowledged or seen is missing; gives what each partition has. */
    public Map<TopicPartition, Reader> checkComplete() {
        Map<TopicPartition, Reader> everything = audit(false);
        everything.forEach((partition, auditor) ->
                stage.world()
                        .ledger()
                        .complete(partition, stage.world().logStart(partition), auditor.all()));
        return everything;
    }

    private Map<TopicPartition, Reader> audit(boolean committedOnly) {
        Map<TopicPartition, Reader> auditors = new HashMap<>();
        for (TopicPartition partition : partitions) {
            Reader auditor = stage.reader(partition, committedOnly);
            auditors.put(partition, auditor);
            readWhole(auditor);
        }
        return auditors;
    }

    private void readWhole(Reader auditor) {
        until(
                auditor.name() + " of " + auditor.partition(),
                () -> {
                    PartitionLog log = stage.log(auditor.partition());
                    boolean reached = log != null && auditor.hasReached(log.lastStableOffset());
                    if (!reached) {
                        auditor.readOn();
                    }
                    return reached;
                });
    }

    /**
     * Each transaction is there as a whole or not at all, and who read all the time saw the same.
     *
     * @param readers those that have read since the beginning
     * @param retained the partition that forgets what is old
     * @param compacted the partition that keeps the last of each key
     */
    public void checkTransactions(
            List<Reader> readers, TopicPartition retained, TopicPartition compacted) {
        Map<TopicPartition, Reader> auditors = audit(true);
        Map<TopicPartition, Set<String>> committed = new HashMap<>();
        Set<Transaction> visible = new HashSet<>();
        auditors.forEach((partition, auditor) -> {
            if (!partition.equals(retained)) {
                Set<String> values = new HashSet<>();
                for (Seen seen : auditor.all()) {
                    values.add(String.valueOf(seen.value()));
                    Transaction transaction =
                            stage.world().ledger().transactionOf(String.valueOf(seen.value()));
                    if (transaction != null) {
                        visible.add(transaction);
                    }
                }
                committed.put(partition, values);
            }
        });
        stage.world().ledger().atomic(committed, visible);
        for (Reader reader : readers) {
            TopicPartition partition = reader.partition();
            boolean whole = !partition.equals(retained) && !partition.equals(compacted);
            if (whole && reader.isCommittedOnly()) {
                readWhole(reader);
                if (!reader.all().equals(auditors.get(partition).all())) {
                    throw new Violation(
                            "who read %s all the time saw something else".formatted(partition));
                }
            }
        }
    }

    public void checkOffsets(List<OffsetCommitter> lookers) {
        for (OffsetCommitter looker : lookers) {
            looker.look();
            until(looker.name() + " to fetch an offset", looker::hasLooked);
        }
    }
}
