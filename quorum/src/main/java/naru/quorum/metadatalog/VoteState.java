package naru.quorum.metadatalog;

import org.apache.kafka.raft.ElectionState;
import org.apache.kafka.raft.FileQuorumStateStore;
import org.apache.kafka.raft.QuorumStateStore;
import org.apache.kafka.server.common.KRaftVersion;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Which epoch it is and who was voted for, in Kafka's file. A vote counts only when it is stored,
 * so without room the caller waits. Threads: Raft's.
 */
public final class VoteState implements QuorumStateStore {
    private final FileQuorumStateStore file;
    private final DiskRoom room;

    public VoteState(Path folder, DiskRoom room) {
        this.file =
                new FileQuorumStateStore(
                        folder.resolve(FileQuorumStateStore.DEFAULT_FILE_NAME).toFile());
        this.room = room;
    }

    @Override
    public Optional<ElectionState> readElectionState() {
        return file.readElectionState();
    }

    /**
     * The file is written under another name first, so what was refused leaves the former state.
     */
    @Override
    public void writeElectionState(ElectionState latest, KRaftVersion version) {
        try {
            room.insist(() -> file.writeElectionState(latest, version));
        } catch (IOException refusal) {
            throw new UncheckedIOException(refusal);
        }
    }

    @Override
    public Path path() {
        return file.path();
    }

    @Override
    public void clear() {
        file.clear();
    }
}
