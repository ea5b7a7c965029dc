package naru.http;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a request is answered.
 *
 * @param headers beside those of the body
 */
public record Answer(int status, Map<String, String> headers, Body body) {
    /** Content, whole or made while it is sent. */
    public sealed interface Body {}

    public record Empty() implements Body {}

    public record Whole(String type, ByteBuffer bytes) implements Body {}

    public record Streamed(String type, Writer writer) implements Body {}

    /** Writes a body that is not known as a whole; blocks while the client does not read. */
    @FunctionalInterface
    public interface Writer {
        void write(OutputStream out) throws IOException, InterruptedException;
    }

    public static Answer empty(int status) {
        return new Answer(status, Map.of(), new Empty());
    }

    public static Answer of(int status, String type, byte[] bytes) {
        return new Answer(status, Map.of(), new Whole(type, ByteBuffer.wrap(bytes)));
    }

    public static Answer text(int status, String type, String text) {
        return of(status, type, text.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * @param tree of maps, lists, records and plain values
     */
    public static Answer json(int status, String type, Object tree) {
        return of(status, type, Json.bytes(tree));
    }

    public static Answer streamed(int status, String type, Writer writer) {
        return new Answer(status, Map.of(), new Streamed(type, writer));
    }

    public Answer with(String header, String value) {
        Map<String, String> more = new LinkedHashMap<>(headers);
        more.put(header, value);
        return new Answer(status, more, body);
    }
}
