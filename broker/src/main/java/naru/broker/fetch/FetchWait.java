package naru.broker.fetch;

import naru.broker.partition.DataListener;
import naru.broker.partition.Partition;
import naru.broker.partition.View;
import naru.broker.transport.Request;
import naru.broker.transport.Timeout;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * A fetch that has not found enough yet. It waits on all its partitions until one has more, reads
 * again, and answers when there are {@code minBytes} or its time is over. Owned by the request's
 * loop; partitions wake it from any thread.
 */
final class FetchWait {
    private final Request request;
    private final View view;
    private final int minBytes;
    private final Supplier<List<Answer>> read;
    private final Consumer<List<Answer>> reply;
    private final List<Ear> ears = new ArrayList<>();
    private volatile boolean done;
    private volatile boolean woken;
    private @Nullable Timeout timeout;

    FetchWait(
            Request request,
            View view,
            int minBytes,
            Supplier<List<Answer>> read,
            Consumer<List<Answer>> reply) {
        this.request = request;
        this.view = view;
        this.minBytes = minBytes;
        this.read = read;
        this.reply = reply;
    }

    /** Whether these answers need no waiting. */
    static boolean isEnough(List<Answer> answers, int minBytes) {
        long bytes = 0;
        for (Answer answer : answers) {
            if (answer.isError() || answer.isDiverging() || answer.isElsewhere()) {
                return true;
            }
            bytes += answer.sizeBytes();
        }
        return bytes >= minBytes;
    }

    void begin(List<Answer> answers, long waitMillis) {
        timeout = request.after(waitMillis, this::onTimeout);
        while (ears.size() < answers.size()) {
            ears.add(new Ear());
        }
        listen(answers);
    }

    /** Each read answers for the same partitions in the same order. */
    private void listen(List<Answer> answers) {
        for (int i = 0; i < answers.size(); i++) {
            Answer answer = answers.get(i);
            if (answer.partition() != null) {
                ears.get(i).listen(answer.partition(), answer.seenEnd());
            }
        }
    }

    /**
     * Listens to one partition, which forgets it when it has called it. A topic that is made anew
     * has another partition; the former one calls nobody any more.
     */
    private final class Ear implements DataListener {
        private volatile boolean listening;
        private @Nullable Partition heard;

        void listen(Partition partition, long seenEnd) {
            if (!listening || heard != partition) {
                listening = true;
                heard = partition;
                if (!partition.awaitDataHere(this, view, seenEnd)) {
                    wake();
                }
            }
        }

        @Override
        public void onChange() {
            listening = false;
            wake();
        }

        @Override
        public boolean isDone() {
            return done;
        }
    }

    private void wake() {
        if (!done && !woken) {
            woken = true;
            request.onLoop(this::onWake);
        }
    }

    private void onWake() {
        if (done) {
            return;
        }
        woken = false;
        try {
            List<Answer> answers = read.get();
            if (isEnough(answers, minBytes)) {
                finish(answers);
            } else {
                listen(answers);
            }
        } catch (RuntimeException e) {
            fail(e);
        }
    }

    private void onTimeout() {
        if (!done) {
            try {
                finish(read.get());
            } catch (RuntimeException e) {
                fail(e);
            }
        }
    }

    private void finish(List<Answer> answers) {
        end();
        reply.accept(answers);
    }

    private void fail(RuntimeException cause) {
        end();
        request.fail(cause);
    }

    private void end() {
        done = true;
        if (timeout != null) {
            timeout.cancel();
        }
    }
}
