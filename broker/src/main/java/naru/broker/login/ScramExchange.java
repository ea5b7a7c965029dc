package naru.broker.login;

import org.apache.kafka.common.errors.SaslAuthenticationException;
import org.apache.kafka.common.security.authenticator.SaslInternalConfigs;
import org.apache.kafka.common.security.scram.ScramCredential;
import org.apache.kafka.common.security.scram.internals.ScramFormatter;
import org.apache.kafka.common.security.scram.internals.ScramMechanism;
import org.apache.kafka.common.security.scram.internals.ScramMessages.ClientFinalMessage;
import org.apache.kafka.common.security.scram.internals.ScramMessages.ClientFirstMessage;
import org.apache.kafka.common.security.scram.internals.ScramMessages.ServerFinalMessage;
import org.apache.kafka.common.security.scram.internals.ScramMessages.ServerFirstMessage;
import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;
import java.security.InvalidKeyException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

import javax.security.sasl.SaslException;
import javax.security.sasl.SaslServer;

/**
 * The server's side of one SCRAM exchange, with kafka-clients' messages and arithmetic.
 *
 * <p>It is here instead of kafka-clients' own {@code ScramSaslServer} for the nonce of the client's
 * last message: that must be the one the server has given, all of it, and may have the client's own
 * part before it once more, as librdkafka before 2.6.1 wrote it and Debian still ships it. What the
 * server gave is fresh in either form, so nothing can be replayed.
 */
final class ScramExchange implements SaslServer {
    private static final String NO_BINDING = "n,,";

    /** The patterns of kafka-clients go one call deeper with each character. */
    private static final int MESSAGE_BYTES_MOST = 1024;

    private final ScramMechanism mechanism;
    private final Scram.Proofs proofs;
    private final ScramFormatter formatter;
    private State state = new Begun();
    private volatile @Nullable String claimedName;

    private sealed interface State {}

    private record Begun() implements State {}

    private record Challenged(
            ClientFirstMessage client, ServerFirstMessage server, Scram.Proof proof)
            implements State {}

    private record Done(String user, boolean byToken, @Nullable Long endMillis) implements State {}

    private record Failed() implements State {}

    ScramExchange(ScramMechanism mechanism, Scram.Proofs proofs) throws SaslException {
        this.mechanism = mechanism;
        this.proofs = proofs;
        try {
            this.formatter = new ScramFormatter(mechanism);
        } catch (NoSuchAlgorithmException e) {
            throw new SaslException("this JDK has no " + mechanism.hashAlgorithm(), e);
        }
    }

    @Override
    public byte[] evaluateResponse(byte[] response) throws SaslException {
        State now = state;
        state = new Failed();
        if (response.length > MESSAGE_BYTES_MOST) {
            throw new SaslException("a message of " + response.length + " bytes is too long");
        }
        return switch (now) {
            case Begun _ -> challenge(new ClientFirstMessage(response));
            case Challenged challenged -> verify(challenged, last(response));
            case Done _, Failed _ -> throw new SaslException("the exchange is over");
        };
    }

    private byte[] challenge(ClientFirstMessage first) throws SaslException {
        String name = ScramFormatter.username(first.saslName());
        claimedName = name;
        Scram.Proof proof = proofs.of(name, first.extensions().tokenAuthenticated());
        String wanted = first.authorizationId();
        if (!wanted.isEmpty() && !wanted.equals(name)) {
            throw new SaslAuthenticationException(
                    "Authentication failed: Client requested an authorization id that is different"
                            + " from username");
        }
        ScramCredential credential = proof.credential();
        if (credential.iterations() < mechanism.minIterations()) {
            throw new SaslException("the user's password is kept with too few iterations");
        }
        ServerFirstMessage answer =
                new ServerFirstMessage(
                        first.nonce(),
                        formatter.secureRandomString(),
                        credential.salt(),
                        credential.iterations());
        state = new Challenged(first, answer, proof);
        return answer.toBytes();
    }

    /** Nothing may stand before the proof that the proof does not cover. */
    private static ClientFinalMessage last(byte[] response) throws SaslException {
        ClientFinalMessage last = new ClientFinalMessage(response);
        String proved = last.clientFinalMessageWithoutProof() + ",p=";
        if (!new String(response, StandardCharsets.UTF_8).startsWith(proved)) {
            throw new SaslException("extensions are not offered");
        }
        return last;
    }

    private byte[] verify(Challenged challenged, ClientFinalMessage last) throws SaslException {
        String given = challenged.server.nonce();
        if (!last.nonce().equals(given)
                && !last.nonce().equals(challenged.client.nonce() + given)) {
            throw new SaslException("the nonce is not the one that was given");
        }
        if (!NO_BINDING.equals(new String(last.channelBinding(), StandardCharsets.UTF_8))
                && challenged.client.authorizationId().isEmpty()) {
            throw new SaslException("channel binding is not offered");
        }
        ScramCredential credential = challenged.proof.credential();
        try {
            byte[] signature =
                    formatter.clientSignature(
                            credential.storedKey(), challenged.client, challenged.server, last);
            byte[] stored = formatter.storedKey(signature, last.proof());
            if (!MessageDigest.isEqual(stored, credential.storedKey())) {
                throw new SaslException("the password is wrong");
            }
            byte[] answer =
                    formatter.serverSignature(
                            credential.serverKey(), challenged.client, challenged.server, last);
            state =
                    new Done(
                            challenged.proof.user(),
                            challenged.client.extensions().tokenAuthenticated(),
                            challenged.proof.endMillis());
            return new ServerFinalMessage(null, answer).toBytes();
        } catch (InvalidKeyException e) {
            throw new SaslException("the proof cannot be computed", e);
        }
    }

    private Done done() {
        if (state instanceof Done done) {
            return done;
        }
        throw new IllegalStateException("the exchange is not complete");
    }

    /** Whom the client says to be, once it has said so: a user, or the id of a token. */
    @Nullable String claimedName() {
        return claimedName;
    }

    boolean isByToken() {
        return done().byToken;
    }

    @Override
    public boolean isComplete() {
        return state instanceof Done;
    }

    @Override
    public String getMechanismName() {
        return mechanism.mechanismName();
    }

    @Override
    public String getAuthorizationID() {
        return done().user;
    }

    @Override
    public @Nullable Object getNegotiatedProperty(String name) {
        return SaslInternalConfigs.CREDENTIAL_LIFETIME_MS_SASL_NEGOTIATED_PROPERTY_KEY.equals(name)
                ? done().endMillis
                : null;
    }

    @Override
    public byte[] unwrap(byte[] incoming, int offset, int length) {
        throw new IllegalStateException("SCRAM wraps nothing");
    }

    @Override
    public byte[] wrap(byte[] outgoing, int offset, int length) {
        throw new IllegalStateException("SCRAM wraps nothing");
    }

    @Override
    public void dispose() {
        if (!(state instanceof Done)) {
            state = new Failed();
        }
    }
}
