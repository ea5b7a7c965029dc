package naru.broker.transaction;

import naru.quorum.ClusterController.ProducerIdBlock;

import org.apache.kafka.common.errors.CoordinatorLoadInProgressException;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/**
 * Hands out producer ids from blocks that the controller gives. Threads: any; at most one block is
 * asked for at a time, and who comes meanwhile waits for it.
 */
public final class ProducerIds {
    private static final int MOST_WAITING = 10_000;

    private final Supplier<CompletableFuture<ProducerIdBlock>> blocks;
    private final Queue<CompletableFuture<Long>> waiting = new ArrayDeque<>();
    private long next;
    private long end;
    private boolean asking;

    public ProducerIds(Supplier<CompletableFuture<ProducerIdBlock>> blocks) {
        this.blocks = blocks;
    }

    public CompletableFuture<Long> next() {
        CompletableFuture<Long> id = new CompletableFuture<>();
        synchronized (this) {
            if (next < end) {
                id.complete(next++);
                return id;
            }
            if (waiting.size() >= MOST_WAITING) {
                id.completeExceptionally(
                        new CoordinatorLoadInProgressException(
                                "too many producers wait for an id"));
                return id;
            }
            waiting.add(id);
            if (asking) {
                return id;
            }
            asking = true;
        }
        ask();
        return id;
    }

    private void ask() {
        CompletableFuture<ProducerIdBlock> asked;
        try {
            asked = blocks.get();
        } catch (RuntimeException e) {
            fail(e);
            return;
        }
        asked.whenComplete((block, failure) -> {
            if (failure != null) {
                fail(failure);
            } else {
                take(block);
            }
        });
    }

    private void fail(Throwable failure) {
        Queue<CompletableFuture<Long>> failed;
        synchronized (this) {
            asking = false;
            failed = new ArrayDeque<>(waiting);
            waiting.clear();
        }
        failed.forEach(id -> id.completeExceptionally(failure));
    }

    private void take(ProducerIdBlock block) {
        Queue<Runnable> given = new ArrayDeque<>();
        boolean more;
        synchronized (this) {
            next = block.first();
            end = block.first() + block.size();
            while (next < end && !waiting.isEmpty()) {
                CompletableFuture<Long> id = waiting.remove();
                long value = next++;
                given.add(() -> id.complete(value));
            }
            more = !waiting.isEmpty();
            asking = more;
        }
        given.forEach(Runnable::run);
        if (more) {
            ask();
        }
    }
}
