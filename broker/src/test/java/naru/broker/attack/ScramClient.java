package naru.broker.attack;

import static naru.broker.attack.Fortress.utf8;

import org.apache.kafka.common.security.scram.internals.ScramFormatter;
import org.apache.kafka.common.security.scram.internals.ScramMechanism;
import org.apache.kafka.common.security.scram.internals.ScramMessages.ServerFirstMessage;

import java.security.GeneralSecurityException;
import java.util.Base64;

import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Writes the two messages of a SCRAM client by hand, so that each part of them can be wrong. */
final class ScramClient {
    private static final ScramMechanism MECHANISM = ScramMechanism.SCRAM_SHA_512;

    private ScramClient() {}

    static byte[] first(String header, String user, String nonce) {
        return utf8(header + "n=" + user + ",r=" + nonce);
    }

    /**
     * The last message with the proof of the password for exactly what was said before it.
     *
     * @param binding is told in the part {@code c=}
     * @param nonce is told in the part {@code r=}
     */
    static String last(
            String firstBare, byte[] serverFirst, String password, String binding, String nonce)
            throws GeneralSecurityException {
        ScramFormatter formatter;
        ServerFirstMessage server;
        try {
            formatter = new ScramFormatter(MECHANISM);
            server = new ServerFirstMessage(serverFirst);
        } catch (javax.security.sasl.SaslException e) {
            throw new GeneralSecurityException(e);
        }
        String withoutProof =
                "c=" + Base64.getEncoder().encodeToString(utf8(binding)) + ",r=" + nonce;
        byte[] said =
                utf8(
                        firstBare
                                + ","
                                + new String(serverFirst, java.nio.charset.StandardCharsets.UTF_8)
                                + ","
                                + withoutProof);
        byte[] salted = formatter.saltedPassword(password, server.salt(), server.iterations());
        byte[] clientKey = formatter.clientKey(salted);
        Mac mac = Mac.getInstance(MECHANISM.macAlgorithm());
        mac.init(new SecretKeySpec(formatter.storedKey(clientKey), MECHANISM.macAlgorithm()));
        byte[] proof = mac.doFinal(said);
        for (int i = 0; i < proof.length; i++) {
            proof[i] ^= clientKey[i];
        }
        return withoutProof + ",p=" + Base64.getEncoder().encodeToString(proof);
    }

    static String nonceOf(byte[] serverFirst) throws javax.security.sasl.SaslException {
        return new ServerFirstMessage(serverFirst).nonce();
    }
}
