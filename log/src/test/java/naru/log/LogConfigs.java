package naru.log;

import java.lang.reflect.RecordComponent;

/** Configurations that tests want. */
final class LogConfigs {
    private LogConfigs() {}

    static LogConfig withSegmentBytes(int segmentBytes) {
        return change(segmentBytes, 4096, -1, -1);
    }

    /** The configuration with one component changed. */
    static LogConfig with(LogConfig config, String component, Object value) {
        RecordComponent[] components = LogConfig.class.getRecordComponents();
        Class<?>[] types = new Class<?>[components.length];
        Object[] values = new Object[components.length];
        try {
            for (int i = 0; i < components.length; i++) {
                types[i] = components[i].getType();
                boolean changed = components[i].getName().equals(component);
                values[i] = changed ? value : components[i].getAccessor().invoke(config);
            }
            return LogConfig.class.getDeclaredConstructor(types).newInstance(values);
        } catch (ReflectiveOperationException impossible) {
            throw new LinkageError(impossible.getMessage(), impossible);
        }
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
                d.compaction(),
                d.logAppendTime(),
                d.timestampBeforeMaxMillis(),
                d.timestampAfterMaxMillis(),
                d.compressionType(),
                d.compressionLevel(),
                d.preallocate(),
                d.ackFsync());
    }
}
