package naru.http;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/** A body that has to come at a least rate, looked at every half minute. */
final class PacedBody extends FilterInputStream {
    /** Nobody is too slow before; and who was fast in the beginning must go on. */
    private static final long WINDOW_NANOS = TimeUnit.SECONDS.toNanos(30);

    private final int bytesPerSecond;
    private final LongSupplier nanos;
    private long begun;
    private long taken;

    PacedBody(InputStream body, int bytesPerSecond, LongSupplier nanos) {
        super(body);
        this.bytesPerSecond = bytesPerSecond;
        this.nanos = nanos;
        this.begun = nanos.getAsLong();
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        int read = in.read(into, offset, length);
        taken += Math.max(0, read);
        long now = nanos.getAsLong();
        long passed = now - begun;
        if (read >= 0 && passed > WINDOW_NANOS) {
            if (taken < TimeUnit.NANOSECONDS.toSeconds(passed) * bytesPerSecond) {
                throw new IOException(
                        "it comes more slowly than " + bytesPerSecond + " bytes a second");
            }
            begun = now;
            taken = 0;
        }
        return read;
    }

    @Override
    public long skip(long bytes) throws IOException {
        return read(new byte[(int) Math.min(bytes, 8_192)]);
    }
}
