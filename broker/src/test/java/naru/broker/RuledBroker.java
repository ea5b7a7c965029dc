package naru.broker;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.message.CreateAclsRequestData;
import org.apache.kafka.common.message.CreateTopicsRequestData;
import org.apache.kafka.common.message.DeleteAclsRequestData;
import org.apache.kafka.common.message.DescribeAclsRequestData;
import org.apache.kafka.common.message.DescribeAclsResponseData;
import org.apache.kafka.common.message.MetadataResponseData;
import org.apache.kafka.common.message.SaslAuthenticateRequestData;
import org.apache.kafka.common.message.SaslAuthenticateResponseData;
import org.apache.kafka.common.message.SaslHandshakeRequestData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.FindCoordinatorRequest.CoordinatorType;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourceType;
import org.jspecify.annotations.Nullable;

import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Some broker with rules, of which {@code admin} makes them and {@code alice} is held to them. */
final class RuledBroker implements AutoCloseable {
    static final String ALICE = "User:alice";

    private static final Pattern ERROR = Pattern.compile("(?<!topicConfig)[eE]rrorCode=(\\d+)");
    private static final Set<String> NOT_YET = Set.of("14", "15", "16");

    private final int port;
    private final Peer admin;
    private @Nullable Peer alice;
    private Names present =
            new Names("there_topic", Uuid.ZERO_UUID, "there-group", "there-id", "no-token");

    RuledBroker(int port) throws IOException {
        this.port = port;
        this.admin = login("admin");
    }

    private Peer login(String user) throws IOException {
        Peer peer = new Peer(port);
        peer.ask(
                ApiKeys.SASL_HANDSHAKE, 1, 1, new SaslHandshakeRequestData().setMechanism("PLAIN"));
        byte[] token = ("\0" + user + "\0" + user + "-secret").getBytes(StandardCharsets.UTF_8);
        var answer =
                (SaslAuthenticateResponseData)
                        peer.ask(
                                ApiKeys.SASL_AUTHENTICATE,
                                2,
                                2,
                                new SaslAuthenticateRequestData().setAuthBytes(token));
        assertThat(answer.errorCode()).isZero();
        return peer;
    }

    Names present() {
        return present;
    }

    static Stream<String> errors(String answer) {
        return ERROR.matcher(answer).results().map(each -> each.group(1));
    }

    /** Makes a topic where there is none, a group and a transactional id. */
    void prepare() throws IOException {
        CreateTopicsRequestData create = new CreateTopicsRequestData().setTimeoutMs(30_000);
        create.topics()
                .add(
                        new CreateTopicsRequestData.CreatableTopic()
                                .setName(present.topic())
                                .setNumPartitions(1)
                                .setReplicationFactor((short) 1));
        admin.ask(ApiKeys.CREATE_TOPICS, 7, 1, create);
        settle(ApiKeys.METADATA, Bodies::metadata);
        var told =
                (MetadataResponseData) admin.ask(ApiKeys.METADATA, 12, 1, Bodies.metadata(present));
        Uuid id = told.topics().iterator().next().topicId();
        present =
                new Names(
                        present.topic(),
                        id,
                        present.group(),
                        present.transactionalId(),
                        present.tokenId());
        settle(
                ApiKeys.FIND_COORDINATOR,
                names -> GroupBodies.coordinator(CoordinatorType.GROUP, names.group()));
        settle(
                ApiKeys.FIND_COORDINATOR,
                names ->
                        GroupBodies.coordinator(
                                CoordinatorType.TRANSACTION, names.transactionalId()));
        settle(ApiKeys.INIT_PRODUCER_ID, Bodies::transactionalProducer);
        settle(ApiKeys.OFFSET_COMMIT, GroupBodies::commitById);
    }

    private void settle(ApiKeys api, Function<Names, ApiMessage> request) throws IOException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        String answer = "";
        while (System.nanoTime() < deadline) {
            answer = admin.ask(api, stable(api), 1, request.apply(present)).toString();
            if (errors(answer).allMatch("0"::equals)) {
                return;
            }
        }
        throw new AssertionError(api + " goes on failing: " + answer);
    }

    /** Has alice have these rules and no other. */
    void grant(List<AclBinding> rules) throws IOException {
        DeleteAclsRequestData delete = new DeleteAclsRequestData();
        delete.filters()
                .add(
                        new DeleteAclsRequestData.DeleteAclsFilter()
                                .setResourceTypeFilter(ResourceType.ANY.code())
                                .setPatternTypeFilter(PatternType.ANY.code())
                                .setResourceNameFilter(null)
                                .setPrincipalFilter(ALICE)
                                .setHostFilter(null)
                                .setOperation(AclOperation.ANY.code())
                                .setPermissionType(AclPermissionType.ANY.code()));
        admin.ask(ApiKeys.DELETE_ACLS, 3, 1, delete);
        awaitRules(List.of(), 0);
        if (rules.isEmpty()) {
            return;
        }
        CreateAclsRequestData create = new CreateAclsRequestData();
        for (AclBinding rule : rules) {
            create.creations()
                    .add(
                            new CreateAclsRequestData.AclCreation()
                                    .setResourceType(rule.pattern().resourceType().code())
                                    .setResourceName(rule.pattern().name())
                                    .setResourcePatternType(rule.pattern().patternType().code())
                                    .setPrincipal(ALICE)
                                    .setHost("*")
                                    .setOperation(rule.entry().operation().code())
                                    .setPermissionType(rule.entry().permissionType().code()));
        }
        String answer = admin.ask(ApiKeys.CREATE_ACLS, 3, 1, create).toString();
        awaitRules(rules, errors(answer).filter("0"::equals).count());
    }

    /** A broker tells of rules when it decides by them. */
    private void awaitRules(List<AclBinding> rules, long count) throws IOException {
        DescribeAclsRequestData describe =
                new DescribeAclsRequestData()
                        .setResourceTypeFilter(ResourceType.ANY.code())
                        .setPatternTypeFilter(PatternType.ANY.code())
                        .setResourceNameFilter(null)
                        .setPrincipalFilter(ALICE)
                        .setHostFilter(null)
                        .setOperation(AclOperation.ANY.code())
                        .setPermissionType(AclPermissionType.ANY.code());
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(5);
        long found = -1;
        String told = "";
        while (found != count && System.nanoTime() < deadline) {
            var answer =
                    (DescribeAclsResponseData) admin.ask(ApiKeys.DESCRIBE_ACLS, 3, 1, describe);
            told = answer.toString();
            found = answer.resources().stream().mapToLong(each -> each.acls().size()).sum();
        }
        assertThat(found).as("%s told by %d, granted %s", told, port, rules).isEqualTo(count);
    }

    /** What alice is answered; {@code ended} when it is the end of the connection. */
    String answer(ApiKeys api, short wanted, ApiMessage body) throws IOException {
        short version = (short) Math.min(wanted, stable(api));
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        String answer = once(api, version, body);
        while (errors(answer).anyMatch(NOT_YET::contains) && System.nanoTime() < deadline) {
            answer = once(api, version, body);
        }
        return answer;
    }

    private static short stable(ApiKeys api) {
        return api.latestVersion(false);
    }

    private String once(ApiKeys api, short version, ApiMessage body) throws IOException {
        Peer peer = alice == null ? login("alice") : alice;
        alice = peer;
        peer.send(api, version, 3, body);
        try {
            return peer.receive(api, version, 3).toString();
        } catch (EOFException ended) {
            peer.close();
            alice = null;
            return "ended";
        }
    }

    static String name(String code) {
        return Errors.forCode(Short.parseShort(code)).name();
    }

    @Override
    public void close() throws IOException {
        admin.close();
        if (alice != null) {
            alice.close();
        }
    }
}
