package naru.broker.newcomer;

import naru.broker.access.AccessByRules;
import naru.broker.access.NodePrincipals;
import naru.broker.login.TokenKey;
import naru.quorum.ClusterController.Caller;
import naru.quorum.ClusterImage;
import naru.quorum.Quorum;

import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.message.DescribeQuorumRequestData;
import org.apache.kafka.common.message.DescribeQuorumResponseData;
import org.apache.kafka.common.message.ExpireDelegationTokenRequestData;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData.AlterConfigsResource;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData.AlterableConfig;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.resource.Resource;
import org.apache.kafka.common.resource.ResourceType;
import org.apache.kafka.common.security.auth.KafkaPrincipal;
import org.apache.kafka.common.security.token.delegation.TokenInformation;
import org.jspecify.annotations.Nullable;

import java.net.InetAddress;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Clock;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;

import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Decides who may join. Whoever has a delegation token of somebody who may change the cluster, and
 * shows that by a proof over what he asks, may join once with it.
 *
 * <p>Threads: any.
 */
public final class Newcomers {
    private static final String PROOF = "HmacSHA256";
    private static final String CORDONED = "cordoned.log.dirs";
    private static final int TIMEOUT_MILLIS = 15_000;
    private static final int REMEMBERED_MOST = 10_000;

    /** What somebody must be allowed on the cluster who lets a node in. */
    private static final List<AclOperation> NEEDED =
            List.of(AclOperation.ALTER, AclOperation.CLUSTER_ACTION);

    private final Quorum quorum;
    private final @Nullable AccessByRules rules;
    private final @Nullable TokenKey key;
    private final Clock clock;

    /** Ids of tokens that were used, so that none is used twice before the cluster forgets it. */
    private final Map<String, Integer> used =
            new LinkedHashMap<>() {
                private static final long serialVersionUID = 1L;

                @Override
                protected boolean removeEldestEntry(Map.Entry<String, Integer> eldest) {
                    return size() > REMEMBERED_MOST;
                }
            };

    /** What became of a question. */
    public sealed interface Verdict {
        /** The token is taken: nobody else can use it now. */
        record Admitted(TokenInformation token) implements Verdict {}

        /**
         * @param reason for the one who asks; tells no more than he could know
         */
        record Refused(String reason) implements Verdict {}
    }

    /**
     * @param rules null where everybody may do everything
     * @param key null when there are no delegation tokens
     */
    public Newcomers(
            Quorum quorum, @Nullable AccessByRules rules, @Nullable TokenKey key, Clock clock) {
        this.quorum = quorum;
        this.rules = rules;
        this.key = key;
        this.clock = clock;
    }

    /** By which a token's holder shows that he has its secret, without saying it. */
    public static byte[] proof(byte[] secret, byte[] message) {
        try {
            Mac mac = Mac.getInstance(PROOF);
            mac.init(new SecretKeySpec(secret, PROOF));
            return mac.doFinal(message);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this JDK has no " + PROOF, e);
        }
    }

    public String clusterId() {
        return quorum.clusterId();
    }

    /** The node that decides. */
    public int nodeId() {
        return quorum.nodeId();
    }

    /** Takes the token, if that is right. */
    public Verdict judge(String tokenId, byte[] message, byte[] proof, InetAddress from) {
        TokenInformation token = quorum.image().delegationToken(tokenId);
        TokenKey known = key;
        if (known == null
                || token == null
                || !MessageDigest.isEqual(proof(known.proof(tokenId), message), proof)) {
            return new Verdict.Refused(
                    "the token is not known here: it has expired, was used, or was made by another"
                            + " cluster. Make a new one: naru cluster invite");
        }
        long now = clock.millis();
        if (token.expiryTimestamp() <= now || token.maxTimestamp() <= now) {
            return new Verdict.Refused(
                    "the token has expired. Make a new one: naru cluster invite");
        }
        if (!NEEDED.stream().allMatch(operation -> isPermitted(token.owner(), from, operation))) {
            return new Verdict.Refused(
                    "%s, whose token it is, may not let nodes in; that needs ALTER and CLUSTER_ACTION on the cluster"
                            .formatted(token.owner()));
        }
        synchronized (used) {
            if (used.containsKey(tokenId)) {
                return new Verdict.Refused(
                        "the token was used. Make a new one: naru cluster invite");
            }
            used.put(tokenId, -1);
        }
        return new Verdict.Admitted(token);
    }

    private boolean isPermitted(KafkaPrincipal owner, InetAddress from, AclOperation operation) {
        AccessByRules present = rules;
        return present == null
                || present.permits(
                        owner, from, operation, ResourceType.CLUSTER, Resource.CLUSTER_NAME);
    }

    /** Nothing was done with the token: it can be used again. */
    public void giveBack(TokenInformation token) {
        synchronized (used) {
            used.remove(token.tokenId());
        }
    }

    /** Has the cluster forget a token that was used. */
    public CompletableFuture<Void> expire(TokenInformation token) {
        TokenKey known = key;
        if (known == null) {
            return CompletableFuture.completedFuture(null);
        }
        Caller owner =
                new Caller(
                        token.owner(),
                        "naru",
                        ApiKeys.EXPIRE_DELEGATION_TOKEN.latestVersion(),
                        TIMEOUT_MILLIS);
        return quorum.controller()
                .expireDelegationToken(
                        owner,
                        new ExpireDelegationTokenRequestData()
                                .setHmac(known.proof(token.tokenId()))
                                .setExpiryTimePeriodMs(-1))
                .thenApply(answer -> {
                    Errors error = Errors.forCode(answer.errorCode());
                    if (error != Errors.NONE && error != Errors.DELEGATION_TOKEN_NOT_FOUND) {
                        throw error.exception();
                    }
                    return null;
                });
    }

    /** The cluster as it is at this moment. */
    public CompletableFuture<Roster> roster() {
        return quorum.controller()
                .describeQuorum(caller(ApiKeys.DESCRIBE_QUORUM), question())
                .thenApply(answer -> {
                    if (answer.errorCode() != Errors.NONE.code()) {
                        throw Errors.forCode(answer.errorCode()).exception();
                    }
                    return roster(answer);
                });
    }

    /**
     * This node is new and bears replicas, though an earlier one of its id was emptied and cordoned
     * before it left the cluster.
     */
    public CompletableFuture<Void> liftCordon() {
        String self = Integer.toString(quorum.nodeId());
        ConfigResource node = new ConfigResource(ConfigResource.Type.BROKER, self);
        if (!quorum.image().config(node).containsKey(CORDONED)) {
            return CompletableFuture.completedFuture(null);
        }
        AlterConfigsResource altered =
                new AlterConfigsResource().setResourceType(node.type().id()).setResourceName(self);
        altered.configs()
                .add(
                        new AlterableConfig()
                                .setName(CORDONED)
                                .setConfigOperation(AlterConfigOp.OpType.DELETE.id()));
        IncrementalAlterConfigsRequestData request = new IncrementalAlterConfigsRequestData();
        request.resources().add(altered);
        return quorum.controller()
                .incrementalAlterConfigs(caller(ApiKeys.INCREMENTAL_ALTER_CONFIGS), request)
                .thenAccept(answer ->
                        answer.responses()
                                .forEach(one -> Errors.forCode(one.errorCode()).maybeThrow()));
    }

    private Caller caller(ApiKeys api) {
        return new Caller(
                NodePrincipals.of(quorum.nodeId()), "naru", api.latestVersion(), TIMEOUT_MILLIS);
    }

    private static DescribeQuorumRequestData question() {
        return new DescribeQuorumRequestData()
                .setTopics(
                        List.of(
                                new DescribeQuorumRequestData.TopicData()
                                        .setTopicName("__cluster_metadata")
                                        .setPartitions(
                                                List.of(
                                                        new DescribeQuorumRequestData
                                                                .PartitionData()))));
    }

    private Roster roster(DescribeQuorumResponseData answer) {
        ClusterImage image = quorum.image();
        Set<Integer> voters = new TreeSet<>();
        Set<Integer> known = new HashSet<>();
        image.brokers().forEach(broker -> known.add(broker.id()));
        var partition = answer.topics().getFirst().partitions().getFirst();
        partition.currentVoters().forEach(voter -> voters.add(voter.replicaId()));
        partition.observers().forEach(observer -> known.add(observer.replicaId()));
        known.addAll(voters);
        List<String> controllers =
                answer.nodes().stream()
                        .filter(node -> voters.contains(node.nodeId()))
                        .flatMap(node -> node.listeners().stream().limit(1))
                        .map(listener -> Roster.address(listener.host(), listener.port()))
                        .toList();
        return new Roster(voters, known, controllers);
    }

    /** Takes an id for the newcomer that no node has and no other newcomer was given. */
    public int takeNodeId(Roster roster, TokenInformation token) {
        synchronized (used) {
            int id = 1;
            while (roster.known().contains(id) || used.containsValue(id)) {
                id++;
            }
            used.put(token.tokenId(), id);
            return id;
        }
    }
}
