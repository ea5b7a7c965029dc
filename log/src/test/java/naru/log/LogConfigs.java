package naru.log;

/** Configurations that tests want. */
final class LogConfigs {
    private LogConfigs() {}

    static LogConfig withSegmentBytes(int segmentBytes) {
        return change(segmentBytes, 4096, -1, -1);
    }

    static LogConfig change(
            int segmentBytes, int indexIntervalBytes, long retentionBytes, long retentionMillis) {
        LogConfig d = LogConfig.DEFAULTS;
        return new LogConfig(
                segmentBytes,
                d.segmentMillis(),
                d.segmentJitterMillis(),
                d.segmentIndexBytes(),
                indexIntervalBytes,
                retentionBytes,
                retentionMillis,
                d.fileDeleteDelayMillis(),
                d.maxMessageBytes(),
                d.flushMessages(),
                d.flushMillis(),
                d.deleteEnabled(),
                d.compactEnabled(),
                d.logAppendTime(),
                d.timestampBeforeMaxMillis(),
                d.timestampAfterMaxMillis(),
                d.compressionType(),
                d.compressionLevel(),
                d.preallocate(),
                d.ackFsync());
    }
}
