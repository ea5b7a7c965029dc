package naru.broker.login;

import naru.quorum.KraftQuorum;

import org.apache.kafka.common.security.scram.ScramCredential;
import org.apache.kafka.common.security.token.delegation.TokenInformation;
import org.jspecify.annotations.Nullable;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.TreeMap;

/** Users and tokens of the metadata as this node knows it; nobody before it is opened. */
public final class ClusterCredentials implements Credentials {
    private volatile @Nullable KraftQuorum quorum;
    private volatile byte[] secret = {0};

    public void open(KraftQuorum opened) {
        secret = secret(opened);
        quorum = opened;
    }

    /** The ids of cluster and folders are told to nobody who has not logged in. */
    private static byte[] secret(KraftQuorum quorum) {
        try {
            MessageDigest hash = MessageDigest.getInstance("SHA-512");
            hash.update(quorum.clusterId().getBytes(StandardCharsets.UTF_8));
            new TreeMap<>(quorum.directoryIds())
                    .values()
                    .forEach(id -> hash.update(id.toString().getBytes(StandardCharsets.UTF_8)));
            return hash.digest();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this JDK has no SHA-512", e);
        }
    }

    @Override
    public @Nullable ScramCredential scram(String mechanism, String user) {
        KraftQuorum opened = quorum;
        return opened == null ? null : opened.image().scramCredential(mechanism, user);
    }

    @Override
    public @Nullable TokenInformation delegationToken(String tokenId) {
        KraftQuorum opened = quorum;
        return opened == null ? null : opened.image().delegationToken(tokenId);
    }

    @Override
    public byte[] clusterSecret() {
        return secret.clone();
    }
}
