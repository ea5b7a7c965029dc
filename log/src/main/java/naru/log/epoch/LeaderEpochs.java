package naru.log.epoch;

import naru.log.EpochEnd;
import naru.log.checkpoint.CheckpointText;
import naru.log.checkpoint.CorruptFileException;
import naru.log.checkpoint.SmallFile;
import naru.log.disk.Disk;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The leader epochs of one log and the offset at which each begins, with their file {@code
 * leader-epoch-checkpoint}.
 *
 * <p>Owned by the partition log, whose lock guards the changes; they stay in memory until {@link
 * #write}. Reading is safe from any thread: it sees one immutable list.
 *
 * <p>Invariant: epochs and start offsets both rise strictly.
 */
public final class LeaderEpochs {
    public static final String FILE_NAME = "leader-epoch-checkpoint";

    private static final EpochEnd UNKNOWN = new EpochEnd(-1, -1);

    private volatile List<EpochStart> starts;

    public LeaderEpochs() {
        this(List.of());
    }

    private LeaderEpochs(List<EpochStart> starts) {
        this.starts = starts;
    }

    /** The epoch begins at the offset: no record below it was written in this epoch. */
    public record EpochStart(int epoch, long startOffset) {}

    /** The epochs that the partition's folder has on file; none when there is no file. */
    public static LeaderEpochs read(Disk disk, Path partitionFolder) throws IOException {
        Path file = partitionFolder.resolve(FILE_NAME);
        String text = SmallFile.readText(disk, file);
        if (text == null) {
            return new LeaderEpochs();
        }
        List<EpochStart> starts = CheckpointText.parse(text, file.toString(), LeaderEpochs::parsed);
        LeaderEpochs epochs = new LeaderEpochs();
        for (EpochStart start : starts) {
            epochs.assign(start.epoch, start.startOffset);
        }
        if (!epochs.starts.equals(starts)) {
            throw new CorruptFileException(file + " has epochs that do not rise.");
        }
        return epochs;
    }

    private static Optional<EpochStart> parsed(String[] words) {
        if (words.length != 2) {
            return Optional.empty();
        }
        int epoch = Integer.parseInt(words[0]);
        long startOffset = Long.parseLong(words[1]);
        return epoch < 0 || startOffset < 0
                ? Optional.empty()
                : Optional.of(new EpochStart(epoch, startOffset));
    }

    public void write(Disk disk, Path partitionFolder, boolean force) throws IOException {
        List<String> lines =
                starts.stream().map(start -> start.epoch + " " + start.startOffset).toList();
        SmallFile.replace(
                disk, partitionFolder.resolve(FILE_NAME), CheckpointText.of(lines), force);
    }

    /**
     * Notes that the epoch begins at the offset. Later epochs, and those that begin there or later,
     * were never committed and go. The latest epoch again, at no smaller an offset, changes
     * nothing.
     *
     * @return whether anything changed and wants to be written
     */
    public boolean assign(int epoch, long startOffset) {
        if (epoch < 0 || startOffset < 0) {
            throw new IllegalArgumentException(
                    "leader epoch " + epoch + " at offset " + startOffset);
        }
        List<EpochStart> before = starts;
        if (!before.isEmpty()) {
            EpochStart latest = before.getLast();
            if (latest.epoch == epoch && latest.startOffset <= startOffset) {
                return false;
            }
        }
        int kept = before.size();
        while (kept > 0
                && (before.get(kept - 1).epoch >= epoch
                        || before.get(kept - 1).startOffset >= startOffset)) {
            kept--;
        }
        EpochStart[] after = before.subList(0, kept).toArray(new EpochStart[kept + 1]);
        after[kept] = new EpochStart(epoch, startOffset);
        starts = List.of(after);
        return true;
    }

    /**
     * A batch of this epoch was found at the offset. What is known and contradicts it is of a life
     * of the log that a crash has ended, and goes.
     */
    public void found(int epoch, long offset) {
        List<EpochStart> before = starts;
        int there = 0;
        while (there < before.size() && before.get(there).startOffset <= offset) {
            there++;
        }
        int kept = there;
        while (kept > 0 && before.get(kept - 1).epoch > epoch) {
            kept--;
        }
        boolean known = kept > 0 && before.get(kept - 1).epoch == epoch;
        if (known && kept == there) {
            return;
        }
        List<EpochStart> after = new ArrayList<>(before.subList(0, kept));
        if (!known) {
            after.removeIf(start -> start.startOffset == offset);
            after.add(new EpochStart(epoch, offset));
        }
        for (EpochStart later : before.subList(there, before.size())) {
            if (kept == there && later.epoch > epoch) {
                after.add(later);
            }
        }
        starts = List.copyOf(after);
    }

    /** All of them, oldest first. */
    public List<EpochStart> starts() {
        return starts;
    }

    /** The latest epoch, or the given number when there is none; makes no object. */
    public int latestOr(int none) {
        List<EpochStart> now = starts;
        return now.isEmpty() ? none : now.getLast().epoch;
    }

    public Optional<Integer> latest() {
        List<EpochStart> now = starts;
        return now.isEmpty() ? Optional.empty() : Optional.of(now.getLast().epoch);
    }

    /**
     * The largest epoch not above the wanted one and the offset where it ends (KIP-279). A wanted
     * epoch below all known ones ends where the first known one begins; of one above all known ones
     * nothing is known.
     */
    public EpochEnd endOffsetFor(int wanted, long logEndOffset) {
        List<EpochStart> now = starts;
        if (wanted < 0 || now.isEmpty()) {
            return UNKNOWN;
        }
        if (now.getLast().epoch == wanted) {
            return new EpochEnd(wanted, logEndOffset);
        }
        int higher = firstAboveEpoch(now, wanted);
        if (higher == now.size()) {
            return UNKNOWN;
        }
        int epoch = higher == 0 ? wanted : now.get(higher - 1).epoch;
        return new EpochEnd(epoch, now.get(higher).startOffset);
    }

    private static int firstAboveEpoch(List<EpochStart> sorted, int epoch) {
        int low = 0;
        int high = sorted.size();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (sorted.get(middle).epoch > epoch) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return low;
    }

    /** Epoch in which the record at the offset was written, or empty when not known. */
    public Optional<Integer> epochFor(long offset) {
        List<EpochStart> now = starts;
        int low = 0;
        int high = now.size();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (now.get(middle).startOffset > offset) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return low == 0 ? Optional.empty() : Optional.of(now.get(low - 1).epoch);
    }

    /**
     * Forgets epochs that lie wholly below the new log start offset; the one that contains it
     * begins there.
     *
     * @return whether anything changed and wants to be written
     */
    public boolean truncateFromStart(long logStartOffset) {
        List<EpochStart> before = starts;
        int dropped = 0;
        while (dropped < before.size() && before.get(dropped).startOffset <= logStartOffset) {
            dropped++;
        }
        if (dropped == 0) {
            return false;
        }
        EpochStart[] after = before.subList(dropped - 1, before.size()).toArray(new EpochStart[0]);
        after[0] = new EpochStart(after[0].epoch, logStartOffset);
        starts = List.of(after);
        return !Arrays.asList(after).equals(before);
    }

    /**
     * Forgets epochs that begin at or above the new log end offset.
     *
     * @return whether anything changed and wants to be written
     */
    public boolean truncateFromEnd(long logEndOffset) {
        List<EpochStart> before = starts;
        int kept = before.size();
        while (kept > 0 && before.get(kept - 1).startOffset >= logEndOffset) {
            kept--;
        }
        if (kept == before.size()) {
            return false;
        }
        starts = List.copyOf(before.subList(0, kept));
        return true;
    }

    /** Forgets all. */
    public void clear() {
        starts = List.of();
    }
}
