package naru.broker.api;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/** The parts of one reply, which come from several shards in any order and on any thread. */
final class Gathering<T> {
    private final AtomicReferenceArray<T> parts;
    private final AtomicInteger missing;
    private final Consumer<List<T>> whenComplete;

    private Gathering(int size, Consumer<List<T>> whenComplete) {
        this.parts = new AtomicReferenceArray<>(size);
        this.missing = new AtomicInteger(size);
        this.whenComplete = whenComplete;
    }

    /** Completes at once when there are no parts to wait for. */
    static <T> Gathering<T> of(int size, Consumer<List<T>> whenComplete) {
        Gathering<T> gathering = new Gathering<>(size, whenComplete);
        if (size == 0) {
            whenComplete.accept(List.of());
        }
        return gathering;
    }

    void put(int index, T part) {
        parts.set(index, part);
        if (missing.decrementAndGet() == 0) {
            whenComplete.accept(IntStream.range(0, parts.length()).mapToObj(parts::get).toList());
        }
    }
}
