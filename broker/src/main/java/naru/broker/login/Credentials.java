package naru.broker.login;

import org.apache.kafka.common.security.scram.ScramCredential;
import org.apache.kafka.common.security.token.delegation.TokenInformation;
import org.jspecify.annotations.Nullable;

/** What the cluster's metadata knows of users and tokens. Any thread; answers at once. */
public interface Credentials {
    /**
     * @param mechanism SCRAM-SHA-256 or SCRAM-SHA-512
     */
    @Nullable ScramCredential scram(String mechanism, String user);

    @Nullable TokenInformation delegationToken(String tokenId);

    /** Nobody outside knows it, and it is the same for as long as the cluster lives. */
    byte[] clusterSecret();
}
