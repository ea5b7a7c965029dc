package naru.broker.coordinator;

import org.jspecify.annotations.Nullable;

import java.util.function.LongFunction;

/**
 * A way to the coordinators of one kind. Threads: any.
 *
 * @param <C> what they are asked
 */
public interface Coordination<C> {
    /**
     * @param key a group id, a transactional id, a share partition's key
     * @param command gives the command for a ticket, with nothing else changed
     */
    void ask(String key, LongFunction<? extends C> command, Answer answer);

    /**
     * The broker that leads the key's partition, or null when there is none at present. If the
     * topic does not exist it is being created after this.
     */
    @Nullable Integer coordinatorOf(String key);
}
