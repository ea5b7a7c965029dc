package naru.http;

import org.jspecify.annotations.Nullable;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.Locale;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;

/** Compressed bodies, as RFC 9110 names them: gzip is the only kind that is spoken here. */
final class Gzip {
    static final String NAME = "gzip";

    /** Smaller answers gain nothing. */
    static final int WORTH_BYTES = 1_024;

    private static final int BUFFER_BYTES = 8_192;

    private Gzip() {}

    /**
     * Whether a client takes compressed answers.
     *
     * @param accepted value of its header Accept-Encoding
     */
    static boolean isAccepted(@Nullable String accepted) {
        boolean all = false;
        for (String each : accepted == null ? new String[0] : accepted.split(",", 32)) {
            String[] parts = each.split(";", -1);
            String coding = parts[0].strip().toLowerCase(Locale.ROOT);
            boolean wanted = parts.length == 1 || !parts[1].strip().matches("q\\s*=\\s*0(\\.0*)?");
            if (coding.equals(NAME) || coding.equals("x-gzip")) {
                return wanted;
            }
            all |= coding.equals("*") && wanted;
        }
        return all;
    }

    /**
     * The content of a body.
     *
     * @param coding value of its header Content-Encoding
     * @throws Refusal 415 when it is of another kind
     */
    static InputStream content(@Nullable String coding, InputStream body) {
        String name = coding == null ? "" : coding.strip().toLowerCase(Locale.ROOT);
        return switch (name) {
            case "", "identity" -> body;
            case NAME, "x-gzip" -> new Inflated(body);
            default ->
                    throw new Refusal(
                            415,
                            "Content-Encoding is %s; send the body as it is, or with gzip"
                                    .formatted(name));
        };
    }

    static ByteBuffer deflated(ByteBuffer content) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(content.remaining() / 4);
        try (GZIPOutputStream out = new GZIPOutputStream(bytes, BUFFER_BYTES)) {
            byte[] whole = new byte[content.remaining()];
            content.duplicate().get(whole);
            out.write(whole);
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return ByteBuffer.wrap(bytes.toByteArray());
    }

    /** What is flushed reaches the client. */
    static OutputStream deflating(OutputStream out) throws IOException {
        return new GZIPOutputStream(out, BUFFER_BYTES, true);
    }

    /** Reads nothing before it is read: who made it may have to answer the client first. */
    private static final class Inflated extends InputStream {
        private final InputStream body;
        private @Nullable GZIPInputStream content;

        Inflated(InputStream body) {
            this.body = body;
        }

        private GZIPInputStream content() throws IOException {
            GZIPInputStream begun = content;
            if (begun == null) {
                begun = new GZIPInputStream(body, BUFFER_BYTES);
                content = begun;
            }
            return begun;
        }

        @Override
        public int read() throws IOException {
            return content().read();
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            return content().read(into, offset, length);
        }

        @Override
        public int available() throws IOException {
            return content == null ? body.available() : content.available();
        }

        @Override
        public void close() throws IOException {
            body.close();
        }
    }
}
