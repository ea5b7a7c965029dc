package naru.app.cli;

import naru.app.terminal.Amounts;
import naru.broker.balance.Balancer;
import naru.broker.balance.Move;
import naru.broker.balance.MoveRun;

import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.LogDirDescription;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Tells a person how moves go: a line for each that is made, one now and then while it lasts. */
final class MoveProgress implements MoveRun.Watcher {
    private static final long TELL_EVERY_NANOS = TimeUnit.SECONDS.toNanos(5);
    private static final CountDownLatch NEVER = new CountDownLatch(1);

    private final Cluster parent;
    private final Admin admin;
    private final int of;
    private int done;
    private long told = System.nanoTime();

    MoveProgress(Cluster parent, Admin admin, int of) {
        this.parent = parent;
        this.admin = admin;
        this.of = of;
    }

    /** How many moves were made. */
    int done() {
        return done;
    }

    @Override
    public void onUnderWay(List<Move> moves) {
        if (System.nanoTime() - told < TELL_EVERY_NANOS) {
            return;
        }
        told = System.nanoTime();
        if (moves.isEmpty()) {
            say("waits for replicas that are being moved already");
            return;
        }
        List<Move.Replica> coming =
                moves.stream()
                        .filter(Move.Replica.class::isInstance)
                        .map(Move.Replica.class::cast)
                        .toList();
        Map<TopicPartition, Long> copied = copied(coming);
        for (Move.Replica replica : coming) {
            long here = copied.getOrDefault(replica.partition(), 0L);
            say(
                    "%s: %s of %s at node %d"
                            .formatted(
                                    replica.partition(),
                                    Amounts.bytes(here),
                                    Amounts.bytes(replica.sizeBytes()),
                                    replica.to()));
        }
    }

    /** How much of each has come to where it goes. */
    private Map<TopicPartition, Long> copied(List<Move.Replica> moves) {
        Map<TopicPartition, Long> copied = new HashMap<>();
        List<Integer> nodes = moves.stream().map(Move.Replica::to).distinct().toList();
        admin.describeLogDirs(nodes)
                .descriptions()
                .forEach((node, answer) -> {
                    @Nullable Map<String, LogDirDescription> folders =
                            ClusterCommand.awaitOrNull(answer);
                    if (folders != null) {
                        folders.values().forEach(folder -> note(folder, node, moves, copied));
                    }
                });
        return copied;
    }

    private static void note(
            LogDirDescription folder,
            int node,
            List<Move.Replica> moves,
            Map<TopicPartition, Long> copied) {
        for (Move.Replica move : moves) {
            var replica = folder.replicaInfos().get(move.partition());
            if (replica != null && move.to() == node) {
                copied.put(move.partition(), replica.size());
            }
        }
    }

    @Override
    public void onMoved(List<Move> moves) {
        told = System.nanoTime();
        for (Move move : moves) {
            done++;
            say("[" + done + "/" + of + "] " + Balancer.words(move));
        }
    }

    private void say(String line) {
        parent.tell(line);
        parent.terminal.out().flush();
    }

    @Override
    public boolean pause(long millis) {
        waitFor(millis);
        return !Thread.currentThread().isInterrupted();
    }

    static void waitFor(long millis) {
        try {
            var _ = NEVER.await(millis, TimeUnit.MILLISECONDS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
