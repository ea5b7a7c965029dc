package naru.wire;

import java.io.IOException;

/** The records of a batch cannot be unpacked, or are not what their header says. */
public final class BrokenRecordsException extends IOException {
    private static final long serialVersionUID = 1;

    public BrokenRecordsException(String message) {
        super(message);
    }

    BrokenRecordsException(String message, Throwable cause) {
        super(message, cause);
    }
}
