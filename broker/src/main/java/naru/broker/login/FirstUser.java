package naru.broker.login;

import naru.quorum.ClusterController.Caller;
import naru.quorum.Quorum;

import org.apache.kafka.common.message.AlterUserScramCredentialsRequestData;
import org.apache.kafka.common.message.AlterUserScramCredentialsRequestData.ScramCredentialUpsertion;
import org.apache.kafka.common.message.AlterUserScramCredentialsResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.security.auth.KafkaPrincipal;
import org.apache.kafka.common.security.scram.internals.ScramFormatter;
import org.apache.kafka.common.security.scram.internals.ScramMechanism;

import java.security.GeneralSecurityException;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A user who is put into the cluster's metadata by the node itself, since somebody has to be the
 * first who may log in and make others.
 */
public record FirstUser(String name, String password) {
    private static final ScramMechanism MECHANISM = ScramMechanism.SCRAM_SHA_512;
    private static final int ITERATIONS = 4096;
    private static final int TIMEOUT_MILLIS = 30_000;

    /** Makes the user where there is none of this name; one who is there keeps their password. */
    public void addTo(Quorum quorum) throws InterruptedException {
        if (quorum.image().scramCredential(MECHANISM.mechanismName(), name) != null) {
            return;
        }
        Caller caller =
                new Caller(
                        new KafkaPrincipal(KafkaPrincipal.USER_TYPE, "naru"),
                        "naru",
                        ApiKeys.ALTER_USER_SCRAM_CREDENTIALS.latestVersion(),
                        TIMEOUT_MILLIS);
        try {
            AlterUserScramCredentialsResponseData answer =
                    quorum.controller()
                            .alterUserScramCredentials(caller, request())
                            .get(TIMEOUT_MILLIS, TimeUnit.MILLISECONDS);
            for (var result : answer.results()) {
                if (result.errorCode() != Errors.NONE.code()) {
                    throw new IllegalStateException(
                            "the user " + name + " was not made: " + result.errorMessage());
                }
            }
        } catch (ExecutionException | TimeoutException e) {
            throw new IllegalStateException("the user " + name + " was not made: " + e, e);
        }
    }

    private AlterUserScramCredentialsRequestData request() {
        try {
            ScramFormatter formatter = new ScramFormatter(MECHANISM);
            byte[] salt = formatter.secureRandomBytes();
            return new AlterUserScramCredentialsRequestData()
                    .setUpsertions(
                            List.of(
                                    new ScramCredentialUpsertion()
                                            .setName(name)
                                            .setMechanism(MECHANISM.type())
                                            .setIterations(ITERATIONS)
                                            .setSalt(salt)
                                            .setSaltedPassword(
                                                    formatter.saltedPassword(
                                                            password, salt, ITERATIONS))));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this JDK has no " + MECHANISM.hashAlgorithm(), e);
        }
    }

    @Override
    public String toString() {
        return "FirstUser[" + name + "]";
    }
}
