package naru.log;

import naru.log.segment.Segment;
import naru.log.segment.Segments;

import java.io.IOException;

/** Decides which of the oldest segments may go, as Kafka's retention does. */
record Retention(LogConfig config, Segments segments, long highWatermark) {
    /** How many of the oldest segments may go; all of them only when the newest is too old. */
    int deletable(long nowMillis) throws IOException {
        if (!config.deleteEnabled()) {
            return 0;
        }
        return Math.max(tooOld(nowMillis), tooMuch());
    }

    private int tooOld(long nowMillis) throws IOException {
        if (config.retentionMillis() < 0) {
            return 0;
        }
        Segment[] all = segments.snapshot();
        int count = 0;
        while (count < all.length
                && mayGo(all, count)
                && nowMillis - all[count].newestMillis() > config.retentionMillis()) {
            count++;
        }
        return count;
    }

    private int tooMuch() {
        if (config.retentionBytes() < 0) {
            return 0;
        }
        Segment[] all = segments.snapshot();
        long over = segments.sizeBytes() - config.retentionBytes();
        int count = 0;
        while (count < all.length - 1 && over - all[count].sizeBytes() >= 0 && mayGo(all, count)) {
            over -= all[count].sizeBytes();
            count++;
        }
        return count;
    }

    private boolean mayGo(Segment[] all, int index) {
        boolean last = index == all.length - 1;
        long end = last ? all[index].nextOffset() : all[index + 1].baseOffset();
        return highWatermark >= end && !(last && all[index].sizeBytes() == 0);
    }
}
