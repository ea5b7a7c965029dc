package naru.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What Linux's /proc tells about a process. */
public final class ProcessFigures {
    /** Unit of times in /proc/PID/stat: USER_HZ, which is 100 on every platform we run on. */
    private static final double TICKS_PER_SECOND = 100;

    /** Fields of /proc/PID/stat after the command's closing parenthesis, counted from 0. */
    private static final int USER_TICKS_FIELD = 11;

    private static final int CHILD_SYSTEM_TICKS_FIELD = 14;

    private ProcessFigures() {}

    /** User and system time of the process and of the children it has waited for. */
    public static double cpuSeconds(long pid) {
        return cpuSecondsOf(read(pid, "stat"));
    }

    public static long rssBytes(long pid) {
        return statusValue(read(pid, "status"), "VmRSS:") * 1024;
    }

    public static int threads(long pid) {
        return Math.toIntExact(statusValue(read(pid, "status"), "Threads:"));
    }

    /** The command may contain spaces and parentheses, so fields count from its last one. */
    static double cpuSecondsOf(String stat) {
        String[] fields = stat.substring(stat.lastIndexOf(')') + 1).strip().split(" ", -1);
        long ticks = 0;
        for (int field = USER_TICKS_FIELD; field <= CHILD_SYSTEM_TICKS_FIELD; field++) {
            ticks += Long.parseLong(fields[field]);
        }
        return ticks / TICKS_PER_SECOND;
    }

    static long statusValue(String status, String key) {
        return status.lines()
                .filter(line -> line.startsWith(key))
                .map(line -> line.substring(key.length()).strip().split(" ", -1)[0])
                .mapToLong(Long::parseLong)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("no " + key + " in status"));
    }

    private static String read(long pid, String file) {
        try {
            return Files.readString(Path.of("/proc", Long.toString(pid), file));
        } catch (IOException e) {
            throw new UncheckedIOException("process " + pid + " is gone", e);
        }
    }
}
