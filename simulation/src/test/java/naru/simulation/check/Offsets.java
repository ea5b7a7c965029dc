package naru.simulation.check;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What was committed as a group's offset in one partition, one after the other. The offset is that
 * of the last commit that was answered, or of one behind it whose answer nobody has.
 */
public final class Offsets {
    private record Commit(long offset, @Nullable Transaction transaction) {}

    private final Map<String, List<Commit>> commits = new HashMap<>();
    private final Map<String, Long> answered = new HashMap<>();

    public void asked(String group, long offset, @Nullable Transaction transaction) {
        commits.computeIfAbsent(group, any -> new ArrayList<>())
                .add(new Commit(offset, transaction));
    }

    /** Of a commit outside of transactions. */
    public void answered(String group, long offset) {
        answered.put(group, offset);
    }

    /** The offset was fetched, while nobody committed. */
    public void fetched(String group, long offset) {
        long least = -1;
        boolean possible = offset == -1;
        for (Commit commit : commits.getOrDefault(group, List.of())) {
            Transaction transaction = commit.transaction;
            boolean certain =
                    transaction == null
                            ? commit.offset <= answered.getOrDefault(group, -1L)
                            : transaction.fate() == Transaction.Fate.COMMITTED;
            boolean may = transaction == null || transaction.mayBeSeen();
            if (certain) {
                least = commit.offset;
            }
            possible |= may && commit.offset == offset;
        }
        if (!possible || offset < least) {
            throw new Violation(
                    "group %s is at offset %d, and %d was committed: %s"
                            .formatted(group, offset, least, commits.get(group)));
        }
    }

    /** Whether the offset of an undecided transaction is what the group is at, or behind it. */
    public @Nullable Transaction transactionOf(String group, long offset) {
        for (Commit commit : commits.getOrDefault(group, List.of())) {
            if (commit.offset == offset) {
                return commit.transaction;
            }
        }
        return null;
    }
}
