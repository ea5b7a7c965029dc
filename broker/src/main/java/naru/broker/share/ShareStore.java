package naru.broker.share;

import naru.coordination.share.ShareKey;
import naru.coordination.share.StateBatch;

import org.apache.kafka.common.protocol.Errors;

import java.util.List;

/** Where share state is kept. Callbacks come once, on any thread, also before the call returns. */
interface ShareStore {
    /**
     * What is kept of a share partition.
     *
     * @param startOffset -1: nobody has read yet
     */
    record Stored(int stateEpoch, long startOffset, List<StateBatch> batches) {}

    interface Reading {
        void onRead(Stored stored);

        void onRefused(Errors error, String message);
    }

    interface Writing {
        /**
         * @param error NONE when it is written
         */
        void onDone(Errors error, String message);
    }

    /** Leaders of earlier epochs are fenced from now on. */
    void read(ShareKey key, int leaderEpoch, Reading reading);

    void write(
            ShareKey key,
            int stateEpoch,
            int leaderEpoch,
            SharePartition.Write write,
            Writing writing);
}
