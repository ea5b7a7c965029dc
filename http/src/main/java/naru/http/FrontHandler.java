package naru.http;

import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.io.EndPoint;
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
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;

/**
 * Finds the route of a request and answers it; the one place in which what goes wrong becomes an
 * answer. Runs on a virtual thread for each request.
 */
final class FrontHandler extends Handler.Abstract {
    private static final Logger LOG = LoggerFactory.getLogger("naru.http");
    private static final Logger ACCESS = LoggerFactory.getLogger("naru.http.access");
    private static final String REALM = "Basic realm=\"naru\"";
    private static final int BODIES_PATIENCE_MILLIS = 10_000;

    private final Map<Connector, Served> served = new ConcurrentHashMap<>();
    private final Semaphore underWay;
    private final Budget bodies;
    private final int slowest;
    private final Traffic traffic;

    /** What a connector shows, and its keys; null: it speaks no TLS. */
    private record Served(Front front, @Nullable TlsEngines engines) {}

    /**
     * What a request was answered.
     *
     * @param match by which route; null: by none
     * @param who asked; null: nobody knows
     * @param failure what the service could not do; empty: it has done it
     */
    private record Answered(
            Routes.@Nullable Match match, @Nullable Identity who, Answer answer, String failure) {}

    FrontHandler(WebBounds bounds, Traffic traffic) {
        super(InvocationType.BLOCKING);
        this.underWay = new Semaphore(bounds.requests());
        this.bodies =
                new Budget("bodies of requests", bounds.bodiesBytes(), BODIES_PATIENCE_MILLIS);
        this.slowest = bounds.bodyBytesPerSecond();
        this.traffic = traffic;
    }

    void add(Connector connector, Front front, @Nullable TlsEngines engines) {
        served.put(connector, new Served(front, engines));
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback)
            throws InterruptedException {
        Served here =
                Objects.requireNonNull(served.get(request.getConnectionMetaData().getConnector()));
        long begun = System.nanoTime();
        underWay.acquire();
        try (BodyMemory memory = new BodyMemory(bodies)) {
            Answered answered =
                    here.engines() != null && !request.isSecure()
                            ? unencrypted()
                            : answer(here, request, memory);
            traffic.note(here.front().name(), answered.answer(), answered.failure());
            Sending.send(answered.answer(), request, response);
            callback.succeeded();
            count(here.front(), request, answered, System.nanoTime() - begun);
        } catch (IOException clientGone) {
            LOG.debug("{}: the client went away", here.front().name(), clientGone);
            callback.failed(clientGone);
        } finally {
            underWay.release();
        }
        return true;
    }

    private void count(Front front, Request request, Answered answered, long nanos) {
        Routes.Match match = answered.match();
        traffic.add(
                match == null
                        ? Traffic.Route.unknown(front.name())
                        : new Traffic.Route(front.name(), match.method(), match.template()),
                answered.answer().status(),
                nanos);
        if (ACCESS.isDebugEnabled()) {
            ACCESS.debug(
                    "{} {} {} {} {} {} in {} ms",
                    front.name(),
                    from(request).getHostAddress(),
                    answered.who() == null ? "-" : answered.who().name(),
                    request.getMethod(),
                    request.getHttpURI().getPath(),
                    answered.answer().status(),
                    TimeUnit.NANOSECONDS.toMillis(nanos));
        }
    }

    /** Nothing is looked at of what came readable for everybody on the way. */
    private static Answered unencrypted() {
        Answer answer =
                Answer.json(
                                400,
                                "application/json",
                                Map.of(
                                        "error_code",
                                        400,
                                        "message",
                                        "This port speaks https, and the request came by http"))
                        .with("Connection", "close");
        return new Answered(null, null, answer, "");
    }

    private Answered answer(Served here, Request request, BodyMemory memory)
            throws InterruptedException {
        Front front = here.front();
        Call.Headers headers = name -> request.getHeaders().get(name);
        AtomicReference<Routes.@Nullable Match> taken = new AtomicReference<>();
        Identity identity = null;
        try {
            Credentials credentials = credentials(here, request);
            InetAddress from = from(request);
            identity = front.login().prove(credentials, from);
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
                            from,
                            new RequestBody(
                                    Content.Source.asInputStream(request),
                                    headers.first("Content-Encoding"),
                                    front.bodyBytes(),
                                    slowest,
                                    memory));
            Answer answer = match.route().answer(call);
            return new Answered(taken.get(), identity, answer, "");
        } catch (Refusal refusal) {
            return refused(front, headers, taken.get(), identity, refusal);
        } catch (InterruptedException stopping) {
            throw stopping;
        } catch (OutOfMemoryError tooMuch) {
            LOG.error(
                    "{}: no memory for {} {}",
                    front.name(),
                    request.getMethod(),
                    request.getHttpURI(),
                    tooMuch);
            Refusal refusal = new Refusal(503, "There is not enough memory for this request");
            return refused(front, headers, taken.get(), identity, refusal);
        } catch (Exception | StackOverflowError | LinkageError bug) {
            LOG.error("{}: {} {}", front.name(), request.getMethod(), request.getHttpURI(), bug);
            Refusal refusal = new Refusal(500, "Internal server error: " + bug.getMessage());
            return refused(front, headers, taken.get(), identity, refusal);
        }
    }

    private static Answered refused(
            Front front,
            Call.Headers headers,
            Routes.@Nullable Match match,
            @Nullable Identity who,
            Refusal refusal) {
        Answer body = front.errors().body(headers, refusal);
        Answer answer =
                switch (refusal.status()) {
                    case 401 -> body.with("WWW-Authenticate", REALM);
                    case 415 -> body.with("Accept-Encoding", Gzip.NAME);
                    default -> body;
                };
        return new Answered(match, who, answer, refusal.message());
    }

    /** A certificate says who it is where nothing else does. */
    private static Credentials credentials(Served here, Request request) {
        Credentials shown = Credentials.of(request.getHeaders().get(HttpHeader.AUTHORIZATION));
        TlsEngines engines = here.engines();
        if (!(shown instanceof Credentials.None) || engines == null) {
            return shown;
        }
        EndPoint.SslSessionData tls =
                request.getConnectionMetaData().getConnection().getEndPoint().getSslSessionData();
        SSLSession session = tls == null ? null : tls.sslSession();
        try {
            if (session != null && session.getPeerCertificates().length > 0) {
                return new Credentials.Certificate(engines.user(session));
            }
        } catch (SSLPeerUnverifiedException without) {
            LOG.trace("no client certificate", without);
        }
        return shown;
    }

    private static InetAddress from(Request request) {
        return request.getConnectionMetaData().getRemoteSocketAddress()
                        instanceof InetSocketAddress address
                ? address.getAddress()
                : InetAddress.getLoopbackAddress();
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
}
