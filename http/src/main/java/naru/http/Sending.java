package naru.http;

import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;

/** Sends answers, compressed where the client asks for it. Blocks while a client does not read. */
final class Sending {
    private Sending() {}

    static void send(Answer answer, Request request, Response response)
            throws IOException, InterruptedException {
        response.setStatus(answer.status());
        answer.headers().forEach((name, value) -> response.getHeaders().put(name, value));
        switch (answer.body()) {
            case Answer.Empty() -> response.write(true, null, Callback.NOOP);
            case Answer.Whole(String type, ByteBuffer bytes) -> {
                response.getHeaders().put(HttpHeader.CONTENT_TYPE, type);
                whole(bytes, request, response);
            }
            case Answer.Streamed(String type, Answer.Writer writer) -> {
                response.getHeaders().put(HttpHeader.CONTENT_TYPE, type);
                try (OutputStream out = stream(request, response)) {
                    writer.write(out);
                }
            }
        }
    }

    private static void whole(ByteBuffer bytes, Request request, Response response)
            throws IOException {
        ByteBuffer sent = bytes.duplicate();
        if (bytes.remaining() >= Gzip.WORTH_BYTES && takesGzip(request, response)) {
            sent = Gzip.deflated(bytes);
        }
        response.getHeaders().put(HttpHeader.CONTENT_LENGTH, sent.remaining());
        boolean head = request.getMethod().equals("HEAD");
        Content.Sink.write(response, true, head ? ByteBuffer.allocate(0) : sent);
    }

    private static OutputStream stream(Request request, Response response) throws IOException {
        OutputStream out = Content.Sink.asOutputStream(response);
        return takesGzip(request, response) ? Gzip.deflating(out) : out;
    }

    /** Caches between here and the client learn that it is asked. */
    private static boolean takesGzip(Request request, Response response) {
        response.getHeaders().put(HttpHeader.VARY, "Accept-Encoding");
        boolean takes = Gzip.isAccepted(request.getHeaders().get(HttpHeader.ACCEPT_ENCODING));
        if (takes) {
            response.getHeaders().put(HttpHeader.CONTENT_ENCODING, Gzip.NAME);
        }
        return takes;
    }
}
