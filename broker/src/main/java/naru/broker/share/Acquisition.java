package naru.broker.share;

import java.util.List;

/** What a member would like to have of one partition, and what it gets. */
final class Acquisition {
    /**
     * @param maxRecords wanted
     * @param batchSize records to be told as one range, if they stand in one
     * @param strict never more than {@code maxRecords}; otherwise batches of the log stay whole
     */
    record Wish(int maxRecords, int batchSize, boolean strict) {}

    /**
     * A batch of the log.
     *
     * @param deliverable false for transaction markers and aborted records
     */
    record Found(long first, long last, boolean deliverable) {}

    /** Records that the member holds now. */
    record Acquired(long first, long last, short deliveryCount) {
        long records() {
            return last - first + 1;
        }
    }

    /** An acknowledgement of records. One type for all, or one for each. */
    record Acknowledgement(long first, long last, List<Byte> types) {}

    static final byte GAP = 0;
    static final byte ACCEPT = 1;
    static final byte RELEASE = 2;
    static final byte REJECT = 3;
    static final byte RENEW = 4;

    private Acquisition() {}
}
