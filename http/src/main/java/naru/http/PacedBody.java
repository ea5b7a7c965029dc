package naru.http;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/** A body that has to come at a least rate, on average since it was first read. */
final class PacedBody extends FilterInputStream {
    /** Nobody is too slow before. */
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(30);

    private final int bytesPerSecond;
    private final LongSupplier nanos;
    private final long begun;
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
        long passed = nanos.getAsLong() - begun;
        if (read >= 0
                && passed > PATIENCE_NANOS
                && taken < TimeUnit.NANOSECONDS.toSeconds(passed) * bytesPerSecond) {
            throw new IOException(
                    "it comes more slowly than " + bytesPerSecond + " bytes a second");
        }
        return read;
    }

    @Override
    public long skip(long bytes) throws IOException {
        return read(new byte[(int) Math.min(bytes, 8_192)]);
    }
}
