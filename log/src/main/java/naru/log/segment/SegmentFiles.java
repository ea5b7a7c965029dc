package naru.log.segment;

import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;

/** Names of the files of a segment, as Kafka gives them. */
public final class SegmentFiles {
    public static final String LOG = ".log";
    public static final String OFFSET_INDEX = ".index";
    public static final String TIME_INDEX = ".timeindex";
    public static final String TRANSACTION_INDEX = ".txnindex";
    public static final String SNAPSHOT = ".snapshot";
    public static final String DELETED = ".deleted";

    /** A copy without superseded records that is being made; worth nothing after a crash. */
    public static final String CLEANED = ".cleaned";

    /** A whole copy that is taking the place of what it was made from. */
    public static final String SWAP = ".swap";

    /** All files of one segment. */
    static final List<String> ALL = List.of(LOG, OFFSET_INDEX, TIME_INDEX, TRANSACTION_INDEX);

    /** Its snapshot too. */
    public static final List<String> OF_SEGMENT =
            List.of(LOG, OFFSET_INDEX, TIME_INDEX, TRANSACTION_INDEX, SNAPSHOT);

    private static final int DIGITS = 20;

    private SegmentFiles() {}

    /** The offset in twenty digits, then the suffix. */
    public static String name(long baseOffset, String suffix) {
        String digits = Long.toString(baseOffset);
        return "0".repeat(DIGITS - digits.length()) + digits + suffix;
    }

    public static Path path(Path folder, long baseOffset, String suffix) {
        return folder.resolve(name(baseOffset, suffix));
    }

    /** The offset in a name with this suffix, or empty when it is no such name. */
    public static OptionalLong offsetOf(String name, String suffix) {
        if (name.length() != DIGITS + suffix.length() || !name.endsWith(suffix)) {
            return OptionalLong.empty();
        }
        long offset = 0;
        for (int i = 0; i < DIGITS; i++) {
            int digit = name.charAt(i) - '0';
            if (digit < 0 || digit > 9 || offset > (Long.MAX_VALUE - digit) / 10) {
                return OptionalLong.empty();
            }
            offset = offset * 10 + digit;
        }
        return OptionalLong.of(offset);
    }
}
