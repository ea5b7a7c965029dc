package naru.app.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.HttpURLConnection;
import java.net.MalformedURLException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.Base64;

import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.TrustManagerFactory;

/** Asks a Connect worker by its REST API; any worker of Kafka's will do. */
final class ConnectClient {
    static final String DEFAULT = "http://127.0.0.1:8083";
    private static final int CONNECT_MILLIS = 3_000;
    private static final int ANSWER_MILLIS = 120_000;

    private static final ObjectMapper JSON = new ObjectMapper();

    private final String base;
    private final @Nullable String authorization;
    private final @Nullable SSLContext tls;

    /**
     * @param user NAME or NAME:PASSWORD; without a password NARU_PASSWORD is it; null: no login
     * @param authority PEM file with whom to trust; null: whom Java trusts
     */
    ConnectClient(@Nullable String url, @Nullable String user, @Nullable Path authority) {
        String environment = System.getenv("NARU_CONNECT");
        String chosen = url != null ? url : environment == null ? DEFAULT : environment;
        String whole = chosen.contains("://") ? chosen : "http://" + chosen;
        this.base = whole.endsWith("/") ? whole.substring(0, whole.length() - 1) : whole;
        this.authorization = user == null ? null : "Basic " + encoded(user);
        this.tls = authority == null ? null : trusting(authority);
    }

    private static SSLContext trusting(Path authority) {
        try (InputStream pem = Files.newInputStream(authority)) {
            KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
            trusted.load(null, null);
            int number = 0;
            for (Certificate each :
                    CertificateFactory.getInstance("X.509").generateCertificates(pem)) {
                trusted.setCertificateEntry("authority-" + number++, each);
            }
            TrustManagerFactory trust =
                    TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(trusted);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, trust.getTrustManagers(), null);
            return context;
        } catch (NoSuchFileException missing) {
            throw new CommandFailure("there is no file " + authority + " (--ca)", missing);
        } catch (IOException | GeneralSecurityException unusable) {
            throw new CommandFailure(
                    "cannot use " + authority + " (--ca): " + unusable.getMessage(), unusable);
        }
    }

    /** Where it asks, without a slash at the end. */
    String address() {
        return base;
    }

    private static String encoded(String user) {
        String password = System.getenv().getOrDefault("NARU_PASSWORD", "");
        String pair = user.contains(":") ? user : user + ":" + password;
        return Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8));
    }

    /** What a worker answered; the body is a missing node where there was none. */
    record Answer(int status, JsonNode body) {
        boolean isRefusal() {
            return status >= 400;
        }

        String message() {
            return body.path("message").asText("HTTP status " + status);
        }
    }

    /** A segment of a path. */
    static String segment(String name) {
        return URLEncoder.encode(name, StandardCharsets.UTF_8).replace("+", "%20");
    }

    /** The body of the answer; a refusal is a {@link CommandFailure} with the worker's words. */
    JsonNode get(String path) {
        return required("GET", path, null);
    }

    JsonNode required(String method, String path, @Nullable Object body) {
        Answer answer = ask(method, path, body);
        if (answer.isRefusal()) {
            throw new CommandFailure(answer.message());
        }
        return answer.body();
    }

    Answer ask(String method, String path, @Nullable Object body) {
        try {
            HttpURLConnection asked =
                    (HttpURLConnection) URI.create(base + path).toURL().openConnection();
            if (tls != null && asked instanceof HttpsURLConnection encrypted) {
                encrypted.setSSLSocketFactory(tls.getSocketFactory());
            }
            asked.setConnectTimeout(CONNECT_MILLIS);
            asked.setReadTimeout(ANSWER_MILLIS);
            asked.setRequestMethod(method);
            asked.setRequestProperty("Accept", "application/json");
            if (authorization != null) {
                asked.setRequestProperty("Authorization", authorization);
            }
            if (body != null) {
                asked.setDoOutput(true);
                asked.setRequestProperty("Content-Type", "application/json");
                asked.getOutputStream().write(JSON.writeValueAsBytes(body));
            }
            return answer(asked);
        } catch (ConnectException refused) {
            throw new CommandFailure(
                    "cannot reach Connect at %s: %s. Is a node running there? Start one with: naru start; another address: --connect URL"
                            .formatted(base, refused.getMessage()),
                    refused);
        } catch (SSLException untrusted) {
            throw new CommandFailure(
                    "Connect at %s cannot be trusted: %s. --ca FILE names its authority, for a node with --secure DIR/security-ca.pem"
                            .formatted(base, untrusted.getMessage()),
                    untrusted);
        } catch (SocketTimeoutException silent) {
            throw new CommandFailure("Connect at " + base + " does not answer", silent);
        } catch (MalformedURLException | IllegalArgumentException malformed) {
            throw new CommandFailure(
                    "--connect takes http://HOST:PORT or https://HOST:PORT, not " + base,
                    malformed);
        } catch (IOException broken) {
            throw new CommandFailure(
                    "asking Connect at " + base + " failed: " + broken.getMessage(), broken);
        }
    }

    private Answer answer(HttpURLConnection asked) throws IOException {
        int status = asked.getResponseCode();
        var stream = status >= 400 ? asked.getErrorStream() : asked.getInputStream();
        if (stream == null) {
            return new Answer(status, JSON.missingNode());
        }
        try (stream) {
            byte[] bytes = stream.readAllBytes();
            return new Answer(
                    status, bytes.length == 0 ? JSON.missingNode() : JSON.readTree(bytes));
        } catch (JsonProcessingException noJson) {
            throw new CommandFailure(
                    "what answers at " + base + " is no Connect worker (HTTP " + status + ")",
                    noJson);
        }
    }
}
