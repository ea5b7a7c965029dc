package naru.http;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;

/**
 * Bodies that one request keeps in memory, of what all requests together may keep. Used by the one
 * thread that answers the request, and closed when it is answered.
 */
final class BodyMemory implements AutoCloseable {
    /** Kept without being counted: what many small requests need never waits for a large one. */
    private static final int FREE_BYTES = 8_192;

    private static final int STEP_BYTES = 64 << 10;

    private final Budget budget;
    private int taken;

    BodyMemory(Budget budget) {
        this.budget = budget;
    }

    /**
     * @return all of it, or one byte more than the most
     * @throws Refusal 429 when there was no room for it for too long
     */
    byte[] read(InputStream body, int most) throws IOException, InterruptedException {
        byte[] first = body.readNBytes(Math.min(FREE_BYTES, most + 1));
        if (first.length < FREE_BYTES) {
            return first;
        }
        ByteArrayOutputStream whole = new ByteArrayOutputStream(2 * FREE_BYTES);
        whole.writeBytes(first);
        while (whole.size() <= most) {
            int wanted = Math.min(STEP_BYTES, most + 1 - whole.size());
            taken += budget.take(wanted);
            byte[] more = body.readNBytes(wanted);
            whole.writeBytes(more);
            if (more.length < wanted) {
                break;
            }
        }
        return whole.toByteArray();
    }

    @Override
    public void close() {
        if (taken > 0) {
            budget.giveBack(taken);
            taken = 0;
        }
    }
}
