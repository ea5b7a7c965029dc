package naru.rest.produce;

import naru.http.Budget;
import naru.http.Call;
import naru.http.Refusal;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.zip.ZipException;

/**
 * A request's body in memory, which is charged to a budget as it grows, and given back when this is
 * closed.
 */
public final class Body implements AutoCloseable {
    /** Kept without being counted: what many small requests need never waits for a large one. */
    private static final int FREE_BYTES = 8 << 10;

    /** What a body is worth: itself, and as much again for the records made of it, twice. */
    private static final int WORTH = 3;

    private final Budget budget;
    private byte[] bytes = new byte[0];
    private int taken;

    private Body(Budget budget) {
        this.budget = budget;
    }

    /**
     * @throws Refusal 413 when it is larger than {@code most} bytes, 408 when it comes too slowly,
     *     429 when other bodies leave no room
     */
    public static Body of(Call call, int most, Budget budget) throws InterruptedException {
        return of(call.pacedStream(), most, budget);
    }

    static Body of(InputStream in, int most, Budget budget) throws InterruptedException {
        Body body = new Body(budget);
        boolean whole = false;
        try {
            body.read(in, most);
            whole = true;
            return body;
        } catch (ZipException malformed) {
            throw new Refusal(400, "the body is not gzip as its header says: " + malformed);
        } catch (IOException broken) {
            throw new Refusal(408, "the body could not be read: " + broken.getMessage());
        } finally {
            if (!whole) {
                body.close();
            }
        }
    }

    private void read(InputStream in, int most) throws IOException, InterruptedException {
        int size = 0;
        while (true) {
            if (size == bytes.length) {
                if (size > 0) {
                    taken += budget.takeMore(taken, (long) size * WORTH);
                }
                bytes = Arrays.copyOf(bytes, Math.max(FREE_BYTES, 2 * size));
            }
            int read = in.read(bytes, size, bytes.length - size);
            if (read < 0) {
                break;
            }
            size += read;
            if (size > most) {
                throw new Refusal(
                        413,
                        "the body is larger than %d bytes; send fewer records at once"
                                .formatted(most));
            }
        }
        bytes = Arrays.copyOf(bytes, size);
    }

    public byte[] bytes() {
        return bytes;
    }

    @Override
    public void close() {
        budget.giveBack(taken);
        taken = 0;
    }
}
