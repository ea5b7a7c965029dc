package naru.log.checkpoint;

import java.io.IOException;

/** A small file's content is not what its format says; the message names the file and the place. */
public final class CorruptFileException extends IOException {
    private static final long serialVersionUID = 1L;

    public CorruptFileException(String message) {
        super(message);
    }
}
