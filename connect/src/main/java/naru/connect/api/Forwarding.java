package naru.connect.api;

import naru.http.Answer;
import naru.http.Call;
import naru.http.Refusal;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;

import javax.net.ssl.SSLContext;

/** Sends a request on to another worker as it came, and its answer back. Threads: any. */
final class Forwarding {
    private static final Duration CONNECT_MOST = Duration.ofSeconds(10);
    private static final Duration ANSWER_MOST = Duration.ofSeconds(90);

    private final @Nullable SSLContext tls;
    private @Nullable HttpClient client;

    /**
     * @param tls for workers that speak https; null: as this Java does
     */
    Forwarding(@Nullable SSLContext tls) {
        this.tls = tls;
    }

    /** Made when first needed: a worker that is alone needs none. */
    private synchronized HttpClient client() {
        HttpClient known = client;
        if (known == null) {
            HttpClient.Builder builder =
                    HttpClient.newBuilder()
                            .connectTimeout(CONNECT_MOST)
                            .version(HttpClient.Version.HTTP_1_1);
            if (tls != null) {
                builder.sslContext(tls);
            }
            known = builder.build();
            client = known;
        }
        return known;
    }

    /**
     * @param worker where it is, as the herder says; what path it names is the request's own
     * @param again whether that worker may send it on as well
     */
    Answer send(String worker, Call call, byte[] body, boolean again) throws InterruptedException {
        URI base = URI.create(worker);
        StringBuilder query = new StringBuilder("?forward=").append(again);
        for (String name : new String[] {"includeTasks", "onlyFailed"}) {
            String value = call.parameter(name);
            if (value != null) {
                query.append('&').append(name).append('=').append(Boolean.parseBoolean(value));
            }
        }
        URI target =
                URI.create(base.getScheme() + "://" + base.getAuthority() + call.path() + query);
        HttpRequest.Builder request =
                HttpRequest.newBuilder(target)
                        .timeout(ANSWER_MOST)
                        .method(call.method(), HttpRequest.BodyPublishers.ofByteArray(body));
        request.header("Content-Type", WorkerErrors.JSON);
        for (String name :
                new String[] {
                    "Authorization",
                    "X-Connect-Authorization",
                    "X-Connect-Request-Signature-Algorithm"
                }) {
            String value = call.header(name);
            if (value != null) {
                request.header(name, value);
            }
        }
        try {
            HttpResponse<byte[]> answer =
                    client().send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
            return answer.body().length == 0
                    ? Answer.empty(answer.statusCode())
                    : Answer.of(answer.statusCode(), WorkerErrors.JSON, answer.body());
        } catch (IOException | IllegalArgumentException unreachable) {
            throw new Refusal(
                    500,
                    "IO Error trying to forward REST request: %s. The worker %s tells others that it is at %s; see naru.connect.rest.advertised.host.name"
                            .formatted(unreachable, base.getAuthority(), base));
        }
    }
}
