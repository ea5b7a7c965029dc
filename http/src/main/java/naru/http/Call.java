package naru.http;

import com.fasterxml.jackson.databind.JsonNode;

import org.jspecify.annotations.Nullable;

import java.io.InputStream;
import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;

/** A request, as a route sees it. Used by the one thread that answers it. */
public final class Call {
    private final String method;
    private final String origin;
    private final String path;
    private final AtomicReference<Routes.@Nullable Match> taken;
    private final Map<String, String> variables;
    private final Parameters parameters;
    private final Headers headers;
    private final Credentials credentials;
    private final Identity identity;
    private final InetAddress from;
    private final RequestBody body;

    /** The query's parameters, decoded. */
    @FunctionalInterface
    public interface Parameters {
        List<String> all(String name);
    }

    /** The request's headers. */
    @FunctionalInterface
    public interface Headers {
        @Nullable String first(String name);
    }

    /**
     * @param taken the route that answers in the end; null: none
     */
    Call(
            String method,
            String origin,
            String path,
            AtomicReference<Routes.@Nullable Match> taken,
            Map<String, String> variables,
            Parameters parameters,
            Headers headers,
            Credentials credentials,
            Identity identity,
            InetAddress from,
            RequestBody body) {
        this.method = method;
        this.origin = origin;
        this.path = path;
        this.taken = taken;
        this.variables = variables;
        this.parameters = parameters;
        this.headers = headers;
        this.credentials = credentials;
        this.identity = identity;
        this.from = from;
        this.body = body;
    }

    /**
     * What another table answers to this request: for services that make their routes when they are
     * first asked. The request counts as one of that table's route.
     */
    public Answer answerBy(Routes routes) throws Exception {
        taken.set(null);
        Routes.Match match = routes.find(method, path);
        taken.set(match);
        return match.route().answer(with(match.variables(), body));
    }

    /**
     * The same request with its body in memory: for answers that wait longer than a client may be
     * silent.
     *
     * @throws Refusal as {@link #body}
     */
    public Call whole() {
        return with(variables, body.of(body()));
    }

    private Call with(Map<String, String> otherVariables, RequestBody otherBody) {
        return new Call(
                method,
                origin,
                path,
                taken,
                otherVariables,
                parameters,
                headers,
                credentials,
                identity,
                from,
                otherBody);
    }

    public String method() {
        return method;
    }

    /** {@code http://HOST:PORT} as the client addressed it; links in answers begin with it. */
    public String origin() {
        return origin;
    }

    /** As it came, still encoded. */
    public String path() {
        return path;
    }

    /** The decoded segment of the path that the template names {@code {name}}. */
    public String variable(String name) {
        String value = variables.get(name);
        if (value == null) {
            throw new IllegalArgumentException("the route has no variable " + name);
        }
        return value;
    }

    /** Whether the template of the route that was taken has this variable. */
    public boolean hasVariable(String name) {
        return variables.containsKey(name);
    }

    public @Nullable String parameter(String name) {
        List<String> values = parameters.all(name);
        return values.isEmpty() ? null : values.getFirst();
    }

    public List<String> parameters(String name) {
        return parameters.all(name);
    }

    public String parameter(String name, String otherwise) {
        String value = parameter(name);
        return value == null ? otherwise : value;
    }

    /** False unless the parameter is {@code true}, in any case. */
    public boolean flag(String name) {
        return Boolean.parseBoolean(parameter(name, "false"));
    }

    /**
     * @throws Refusal 404 when it is there and no whole number, as JAX-RS answers
     */
    public int number(String name, int otherwise) {
        String value = parameter(name);
        if (value == null || value.isBlank()) {
            return otherwise;
        }
        try {
            return Integer.parseInt(value.strip());
        } catch (NumberFormatException notNumber) {
            throw new Refusal(404, "the parameter " + name + " is '" + value + "', no number");
        }
    }

    public @Nullable String header(String name) {
        return headers.first(name);
    }

    public Credentials credentials() {
        return credentials;
    }

    /** Who asks. */
    public Identity identity() {
        return identity;
    }

    /** Where the client is. */
    public InetAddress from() {
        return from;
    }

    /**
     * The whole body.
     *
     * @throws Refusal 413 when it is larger than the bound, 408 when it comes too slowly, 429 when
     *     the bodies of others leave no room for it
     */
    public byte[] body() {
        return body.bytes();
    }

    /** The body while it comes, which has to be at the least rate that is asked of every body. */
    public InputStream pacedStream() {
        return body.pacedStream();
    }

    /**
     * The body while it comes. It may be endless, and as slow as the bound on silence permits; who
     * reads it keeps count of such requests.
     */
    public InputStream stream() {
        return body.stream();
    }

    /**
     * The body as JSON.
     *
     * @throws Refusal 400 when it is none
     */
    public JsonNode json() {
        return Json.parse(body());
    }
}
