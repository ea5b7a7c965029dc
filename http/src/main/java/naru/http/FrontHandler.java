package naru.http;

import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.Fields;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Finds the route of a request and answers it; the one place in which what goes wrong becomes an
 * answer. Runs on a virtual thread for each request.
 */
final class FrontHandler extends Handler.Abstract {
    private static final Logger LOG = LoggerFactory.getLogger("naru.http");
    private static final String REALM = "Basic realm=\"naru\"";

    private final Map<Connector, Front> fronts = new ConcurrentHashMap<>();
    private final Semaphore underWay;
    private final int slowest;
    private final Traffic traffic;

    /** What a request was answered, by which route; null: by none. */
    private record Answered(Routes.@Nullable Match match, Answer answer) {}

    FrontHandler(Semaphore underWay, int slowest, Traffic traffic) {
        super(InvocationType.BLOCKING);
        this.underWay = underWay;
        this.slowest = slowest;
        this.traffic = traffic;
    }

    void add(Connector connector, Front front) {
        fronts.put(connector, front);
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback)
            throws InterruptedException {
        Front front =
                Objects.requireNonNull(fronts.get(request.getConnectionMetaData().getConnector()));
        long begun = System.nanoTime();
        underWay.acquire();
        try {
            Answered answered = answer(front, request);
            send(answered.answer(), request, response);
            callback.succeeded();
            count(front, answered, System.nanoTime() - begun);
        } catch (IOException clientGone) {
            LOG.debug("{}: the client went away", front.name(), clientGone);
            callback.failed(clientGone);
        } finally {
            underWay.release();
        }
        return true;
    }

    private void count(Front front, Answered answered, long nanos) {
        Routes.Match match = answered.match();
        traffic.add(
                match == null
                        ? Traffic.Route.unknown(front.name())
                        : new Traffic.Route(front.name(), match.method(), match.template()),
                answered.answer().status(),
                nanos);
    }

    private Answered answer(Front front, Request request) throws InterruptedException {
        Call.Headers headers = name -> request.getHeaders().get(name);
        AtomicReference<Routes.@Nullable Match> taken = new AtomicReference<>();
        try {
            Credentials credentials =
                    Credentials.of(request.getHeaders().get(HttpHeader.AUTHORIZATION));
            Identity identity = front.login().prove(credentials);
            String path = Objects.requireNonNullElse(request.getHttpURI().getPath(), "/");
            Routes.Match match = front.routes().find(request.getMethod(), path);
            taken.set(match);
            Call call =
                    new Call(
                            request.getMethod(),
                            origin(request),
                            path,
                            taken,
                            match.variables(),
                            parameters(request),
                            headers,
                            credentials,
                            identity,
                            Content.Source.asInputStream(request),
                            front.bodyBytes(),
                            slowest);
            Answer answer = match.route().answer(call);
            return new Answered(taken.get(), answer);
        } catch (Refusal refusal) {
            Answer body = front.errors().body(headers, refusal);
            return new Answered(
                    taken.get(),
                    refusal.status() == 401 ? body.with("WWW-Authenticate", REALM) : body);
        } catch (InterruptedException stopping) {
            throw stopping;
        } catch (Exception | StackOverflowError bug) {
            LOG.error("{}: {} {}", front.name(), request.getMethod(), request.getHttpURI(), bug);
            Refusal refusal = new Refusal(500, "Internal server error: " + bug.getMessage());
            return new Answered(taken.get(), front.errors().body(headers, refusal));
        }
    }

    private static String origin(Request request) {
        return request.getHttpURI().getScheme()
                + "://"
                + Request.getServerName(request)
                + ":"
                + Request.getServerPort(request);
    }

    private static Call.Parameters parameters(Request request) {
        Fields fields;
        try {
            fields = Request.extractQueryParameters(request);
        } catch (RuntimeException malformed) {
            throw new Refusal(400, "the query is malformed: " + malformed.getMessage());
        }
        return name -> {
            List<String> values = fields.getValues(name);
            return values == null ? List.of() : values;
        };
    }

    private static void send(Answer answer, Request request, Response response)
            throws IOException, InterruptedException {
        response.setStatus(answer.status());
        answer.headers().forEach((name, value) -> response.getHeaders().put(name, value));
        switch (answer.body()) {
            case Answer.Empty() -> response.write(true, null, Callback.NOOP);
            case Answer.Whole(String type, ByteBuffer bytes) -> {
                response.getHeaders().put(HttpHeader.CONTENT_TYPE, type);
                response.getHeaders().put(HttpHeader.CONTENT_LENGTH, bytes.remaining());
                boolean head = request.getMethod().equals("HEAD");
                Content.Sink.write(
                        response, true, head ? ByteBuffer.allocate(0) : bytes.duplicate());
            }
            case Answer.Streamed(String type, Answer.Writer writer) -> {
                response.getHeaders().put(HttpHeader.CONTENT_TYPE, type);
                try (OutputStream out = Content.Sink.asOutputStream(response)) {
                    writer.write(out);
                }
            }
        }
    }
}
