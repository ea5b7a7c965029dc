package naru.simulation;

import naru.log.PartitionLog;
import naru.simulation.check.Ledger.Seen;
import naru.simulation.check.Violation;
import naru.simulation.client.Client;
import naru.simulation.client.OffsetCommitter;
import naru.simulation.client.Reader;
import naru.simulation.client.ShareMember;
import naru.simulation.client.TransactionalWriter;
import naru.simulation.client.World;
import naru.simulation.client.Writer;
import naru.simulation.node.Caller;
import naru.simulation.node.SimulatedTime;

import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.message.InitializeShareGroupStateRequestData;
import org.apache.kafka.common.message.InitializeShareGroupStateRequestData.InitializeStateData;
import org.apache.kafka.common.message.InitializeShareGroupStateResponseData;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The clients of one simulation, its course, and what is asked in the end. */
final class History implements Finale.Stage {
    private static final int HORIZON_MILLIS = 3_500;

    private final Simulation simulation;
    private final Chaos chaos;
    private final List<Client> clients = new ArrayList<>();
    private final List<Reader> readers = new ArrayList<>();
    private final List<ShareMember> members = new ArrayList<>();
    private final List<OffsetCommitter> lookers = new ArrayList<>();
    private final Finale finale = new Finale(this, Topics.ALL);
    private int numbers;

    History(Simulation simulation) {
        this.simulation = simulation;
        this.chaos = new Chaos(simulation, this::onRestart);
    }

    /** Throws what was violated, with the seed, the way to replay it, and the story. */
    static long run(long seed, Plant plant) {
        Simulation simulation = new Simulation(seed, plant);
        try {
            Bugs.tell(simulation::failed, simulation::note);
            new History(simulation).run();
            return simulation.fingerprint();
        } catch (RuntimeException | AssertionError violated) {
            throw new Violation(
                    "seed %d (%s): %s%nreplay it with -Dnaru.simulation.seed=%d%n%s"
                            .formatted(
                                    seed,
                                    simulation.weather(),
                                    violated,
                                    seed,
                                    Boolean.getBoolean("naru.simulation.story")
                                            ? simulation.story()
                                            : ""),
                    violated);
        }
    }

    private void run() {
        boolean all = simulation.weather() != Weather.POWER_CUTS_WITHOUT_FSYNC;
        makeWriters();
        if (all) {
            makeTransactions();
            makeShares();
            committer("simple", true);
        }
        makeReaders(all);
        chaos.begin();
        clients.forEach(Client::goOn);
        if (all) {
            initializeShares();
        }
        while (simulation.nowMillis() < SimulatedTime.START_MILLIS + HORIZON_MILLIS) {
            step();
        }
        end(all);
    }

    @Override
    public World world() {
        return simulation;
    }

    @Override
    public @Nullable PartitionLog log(TopicPartition partition) {
        return simulation.log(partition);
    }

    @Override
    public String standings() {
        return simulation.logs();
    }

    @Override
    public void step() {
        simulation.step();
        if (simulation.disk().isDead() || simulation.hasLostFolder()) {
            chaos.crash();
        }
    }

    private void onRestart() {
        if (simulation.isForgetful()) {
            readers.forEach(Reader::rewind);
        }
    }

    // ---- clients ----

    private <C extends Client> C add(C client) {
        clients.add(client);
        return client;
    }

    private void makeWriters() {
        add(new Writer(simulation, "w1", numbers++, Topics.PLAIN, true, 0));
        add(new Writer(simulation, "w2", numbers++, Topics.PLAIN, true, 0));
        add(new Writer(simulation, "w3", numbers++, Topics.PLAIN, false, 0));
        add(new Writer(simulation, "w4", numbers++, Topics.RETAINED, true, 0));
        add(new Writer(simulation, "w5", numbers++, Topics.COMPACTED, true, 6));
        add(new Writer(simulation, "w6", numbers++, Topics.QUEUE, true, 0));
        add(new Writer(simulation, "w7", numbers++, Topics.LEDGER, true, 0));
    }

    private void makeTransactions() {
        List<TopicPartition> targets =
                List.of(Topics.LEDGER, Topics.OTHER_LEDGER, Topics.COMPACTED, Topics.RETAINED);
        for (int i = 0; i < 3; i++) {
            TransactionalWriter writer =
                    add(new TransactionalWriter(simulation, "t" + i, numbers++, targets, i > 0));
            committer(writer.group(), false);
        }
    }

    private void committer(String group, boolean commits) {
        OffsetCommitter committer =
                add(
                        new OffsetCommitter(
                                simulation,
                                "c" + numbers,
                                numbers++,
                                group,
                                Topics.LEDGER.topic(),
                                commits));
        lookers.add(committer);
    }

    private void makeShares() {
        for (int i = 0; i < 3; i++) {
            members.add(
                    add(
                            new ShareMember(
                                    simulation,
                                    "m" + i,
                                    numbers++,
                                    Topics.SHARE_GROUP,
                                    Topics.QUEUE)));
        }
    }

    @Override
    public Reader reader(TopicPartition partition, boolean committedOnly) {
        boolean dense =
                !partition.equals(Topics.COMPACTED)
                        && simulation.weather() != Weather.POWER_CUTS_WITHOUT_FSYNC;
        return new Reader(
                simulation,
                "r" + numbers + (committedOnly ? "c" : ""),
                numbers++,
                partition,
                committedOnly,
                dense);
    }

    private void makeReaders(boolean all) {
        for (TopicPartition partition : Topics.ALL) {
            readers.add(add(reader(partition, false)));
            if (all) {
                readers.add(add(reader(partition, true)));
            }
        }
    }

    private void initializeShares() {
        InitializeShareGroupStateRequestData request =
                new InitializeShareGroupStateRequestData()
                        .setGroupId(Topics.SHARE_GROUP)
                        .setTopics(
                                List.of(
                                        new InitializeStateData()
                                                .setTopicId(
                                                        simulation.topicId(Topics.QUEUE.topic()))
                                                .setPartitions(
                                                        List.of(
                                                                new InitializeShareGroupStateRequestData
                                                                                .PartitionData()
                                                                        .setPartition(0)
                                                                        .setStateEpoch(1)
                                                                        .setStartOffset(-1)))));
        simulation.send(
                request,
                0,
                -1,
                new Caller() {
                    @Override
                    public void answer(ApiMessage response) {
                        short code =
                                ((InitializeShareGroupStateResponseData) response)
                                        .results()
                                        .getFirst()
                                        .partitions()
                                        .getFirst()
                                        .errorCode();
                        if (code != Errors.NONE.code()) {
                            simulation.after(10, History.this::initializeShares);
                        }
                    }

                    @Override
                    public void refused(Errors error) {
                        simulation.after(10, History.this::initializeShares);
                    }

                    @Override
                    public void disconnected() {
                        simulation.after(10, History.this::initializeShares);
                    }
                });
    }

    // ---- the end ----

    private void end(boolean all) {
        simulation.note("the end begins");
        chaos.end();
        members.forEach(ShareMember::beDiligent);
        simulation.beginEnding();
        if (simulation.node() != null) {
            chaos.stop();
        }
        Set<Client> unending = new HashSet<>(members);
        finale.untilDone(clients.stream().filter(client -> !unending.contains(client)).toList());
        Map<TopicPartition, Reader> everything = finale.checkComplete();
        if (all) {
            finale.checkTransactions(readers, Topics.RETAINED, Topics.COMPACTED);
            finale.checkOffsets(lookers);
            checkShares(everything);
        }
    }

    private void checkShares(Map<TopicPartition, Reader> everything) {
        List<Seen> queued = everything.get(Topics.QUEUE).all();
        finale.until(
                "records that no member gets",
                () -> {
                    for (Seen seen : queued) {
                        if (!simulation.shares().isSettled(seen.offset())) {
                            return false;
                        }
                    }
                    return true;
                });
    }
}
