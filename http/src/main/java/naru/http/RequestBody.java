package naru.http;

import org.jspecify.annotations.Nullable;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.ZipException;

/**
 * The body of a request as it comes. Used by the one thread that answers it.
 *
 * @param raw as the connection brings it
 * @param coding value of the header Content-Encoding
 * @param most bytes of its content in memory
 * @param slowest bytes a second
 */
record RequestBody(
        InputStream raw, @Nullable String coding, int most, int slowest, BodyMemory memory) {
    /** The content while it comes, however slowly. */
    InputStream stream() {
        return Gzip.content(coding, raw);
    }

    /** The content while it comes; what is on the wire has to come at the least rate. */
    InputStream pacedStream() {
        return Gzip.content(coding, new PacedBody(raw, slowest, System::nanoTime));
    }

    /**
     * @throws Refusal 413 when it is too large, 408 when it comes too slowly, 400 when it is not
     *     compressed as it says
     */
    byte[] bytes() {
        InputStream content = pacedStream();
        try {
            byte[] bytes = memory.read(content, most);
            if (bytes.length > most) {
                throw new Refusal(413, "the body is larger than " + most + " bytes");
            }
            return bytes;
        } catch (ZipException malformed) {
            throw new Refusal(400, "the body is not gzip as its header says: " + malformed);
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
            throw new Refusal(503, "the server stops");
        } catch (IOException broken) {
            throw new Refusal(408, "the body could not be read: " + broken.getMessage());
        }
    }

    /** The same content, of which this is all. */
    RequestBody of(byte[] content) {
        return new RequestBody(new ByteArrayInputStream(content), null, most, slowest, memory);
    }
}
