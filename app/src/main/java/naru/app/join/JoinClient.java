package naru.app.join;

import naru.app.join.JoinMessages.Admission;
import naru.app.join.JoinMessages.Question;
import naru.app.join.JoinMessages.Refusal;
import naru.broker.newcomer.Newcomers;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.UnknownHostException;
import java.security.GeneralSecurityException;
import java.util.Base64;
import java.util.List;

import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.TrustManager;

/** Asks the cluster for this node's certificate. */
final class JoinClient {
    private static final int CONNECT_MILLIS = 5_000;
    private static final int ANSWER_MILLIS = 60_000;
    private static final int OK = 200;

    private final Invitation.Secret secret;

    JoinClient(Invitation.Secret secret) {
        this.secret = secret;
    }

    /**
     * @throws JoinFailure with the cause and the mend
     */
    Admission ask(Question question) {
        byte[] body = JoinMessages.write(question);
        JoinFailure first = null;
        for (String endpoint : secret.endpoints()) {
            try {
                return ask(endpoint, body);
            } catch (IOException unreachable) {
                JoinFailure failure = new JoinFailure(explain(endpoint, unreachable), unreachable);
                first = first == null ? failure : first;
            }
        }
        throw first == null ? new JoinFailure("the token names no address") : first;
    }

    private Admission ask(String endpoint, byte[] body) throws IOException {
        URI address = URI.create("https://" + endpoint + JoinMessages.PATH);
        HttpsURLConnection connection =
                (HttpsURLConnection) address.toURL().openConnection(java.net.Proxy.NO_PROXY);
        connection.setSSLSocketFactory(believing().getSocketFactory());
        connection.setConnectTimeout(CONNECT_MILLIS);
        connection.setReadTimeout(ANSWER_MILLIS);
        connection.setRequestMethod("POST");
        connection.setDoOutput(true);
        connection.setFixedLengthStreamingMode(body.length);
        connection.setRequestProperty(JoinMessages.TOKEN_HEADER, secret.tokenId());
        connection.setRequestProperty(
                JoinMessages.PROOF_HEADER,
                Base64.getUrlEncoder()
                        .withoutPadding()
                        .encodeToString(Newcomers.proof(secret.key(), body)));
        try (OutputStream out = connection.getOutputStream()) {
            out.write(body);
        }
        int status = connection.getResponseCode();
        try (InputStream in =
                status == OK ? connection.getInputStream() : connection.getErrorStream()) {
            byte[] answer =
                    in == null ? new byte[0] : in.readNBytes(JoinMessages.ANSWER_BYTES_MOST);
            if (status == OK) {
                return JoinMessages.read(answer, Admission.class);
            }
            throw new JoinFailure(
                    "the cluster refuses: " + JoinMessages.read(answer, Refusal.class).error());
        } finally {
            connection.disconnect();
        }
    }

    private SSLContext believing() {
        try {
            SSLContext tls = SSLContext.getInstance("TLSv1.3");
            tls.init(null, new TrustManager[] {new FingerprintTrust(secret.fingerprint())}, null);
            return tls;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this JDK has no TLS 1.3", e);
        }
    }

    private static String explain(String endpoint, IOException failure) {
        String cause =
                switch (failure) {
                    case UnknownHostException unknown ->
                            "no such host. Can this machine resolve the name?";
                    case SocketTimeoutException silent ->
                            "no answer. Check the address and firewalls in between";
                    case ConnectException refused ->
                            "connection refused. Does the node with the authority's key run there?";
                    case NoRouteToHostException away ->
                            "there is no way to that address. Check the network and firewalls";
                    case SSLException tls -> explainTls(tls);
                    case IOException other -> String.valueOf(other.getMessage());
                };
        return "cannot reach " + endpoint + ": " + cause;
    }

    private static String explainTls(SSLException tls) {
        List<Throwable> causes = new java.util.ArrayList<>();
        for (Throwable each = tls; each != null && causes.size() < 8; each = each.getCause()) {
            causes.add(each);
        }
        for (Throwable cause : causes) {
            if (cause instanceof FingerprintTrust.OtherAuthority) {
                return String.valueOf(cause.getMessage());
            }
        }
        return "TLS failed: " + causes.getLast().getMessage();
    }
}
