package naru.log;

import java.io.IOException;
import java.nio.ByteBuffer;

/** Answers a follower out of a log of this process. Threads: any. */
public final class LocalLeader {
    private final PartitionLog log;

    public LocalLeader(PartitionLog log) {
        this.log = log;
    }

    /**
     * @param maxBytes most bytes, unless the first batch alone is larger
     * @throws LogStorageException when the disk refuses to be read
     */
    public LeaderAnswer answer(Follower.Wanted wanted, int maxBytes) {
        long end = log.logEndOffset();
        if (wanted.offset() < log.logStartOffset() || wanted.offset() > end) {
            return new LeaderAnswer.OutOfRange(log.logStartOffset(), end);
        }
        if (wanted.lastEpoch() >= 0) {
            EpochEnd here = log.endOffsetFor(wanted.lastEpoch());
            if (here.leaderEpoch() < wanted.lastEpoch() || here.endOffset() < wanted.offset()) {
                return new LeaderAnswer.Diverging(here.leaderEpoch(), here.endOffset());
            }
        }
        return switch (log.read(wanted.offset(), end, maxBytes, true)) {
            case ReadOutcome.Found(LogSlice slice) -> records(bytes(slice));
            case ReadOutcome.Nothing() -> records(ByteBuffer.allocate(0));
            case ReadOutcome.OutOfRange(long start, long now) ->
                    new LeaderAnswer.OutOfRange(start, now);
        };
    }

    private LeaderAnswer records(ByteBuffer batches) {
        return new LeaderAnswer.Records(batches, log.highWatermark(), log.logStartOffset());
    }

    private ByteBuffer bytes(LogSlice slice) {
        ByteBuffer bytes = ByteBuffer.allocate(slice.sizeBytes());
        try {
            boolean more = true;
            while (more && bytes.hasRemaining()) {
                more = slice.channel().read(bytes, slice.position() + bytes.position()) > 0;
            }
            return bytes.flip();
        } catch (IOException refusal) {
            log.onRefused();
            throw new LogStorageException(
                    "The disk refused to read " + log.folder() + ": " + refusal.getMessage(),
                    refusal);
        }
    }
}
