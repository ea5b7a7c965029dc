package naru.broker;

import static org.assertj.core.api.Assertions.assertThat;

import static java.util.Objects.requireNonNull;

import naru.broker.access.AccessByRules;
import naru.broker.audit.AuditTrail;
import naru.broker.config.NodeConfig;
import naru.broker.transport.ApiTable;
import naru.broker.transport.RequestHandler;
import naru.quorum.ClusterChange;
import naru.quorum.ClusterImage;

import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.message.CreateDelegationTokenResponseData;
import org.apache.kafka.common.message.CreateTopicsRequestData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.requests.FindCoordinatorRequest.CoordinatorType;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourceType;
import org.apache.kafka.common.security.auth.KafkaPrincipal;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.net.InetAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * Sends every request kind that a node serves to its handler with every kind of right, and holds
 * what is allowed to {@link MatrixTable}. A request kind that the table lacks fails the test.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(300)
class AuthorizationMatrixTest {
    private static final String ALICE = "User:alice";
    private static final KafkaPrincipal PRINCIPAL = new KafkaPrincipal("User", "alice");
    private static final KafkaPrincipal ADMINISTRATOR = new KafkaPrincipal("User", "admin");

    /** Refused topic, group, cluster, transactional id, delegation token. */
    private static final Set<Integer> REFUSALS = Set.of(29, 30, 31, 53, 65);

    /** That a new topic's settings may not be seen does not refuse the topic. */
    private static final Pattern ERROR = Pattern.compile("(?<!topicConfig)[eE]rrorCode=(\\d+)");

    private Node node;
    private Names there;
    private SwitchedRules rules;

    /** The last answer, to be shown when it is not what was expected. */
    private String answer = "";

    private final ScheduledExecutorService loop =
            Executors.newSingleThreadScheduledExecutor(Thread.ofPlatform().daemon().factory());

    /** Rules that are exchanged as a whole, without the metadata. */
    private static final class SwitchedRules {
        private final AccessByRules access = new AccessByRules(Set.of(ADMINISTRATOR), false);
        private Collection<AclBinding> present = List.of();

        void are(Collection<AclBinding> next, ClusterImage image) {
            access.onImage(
                    new ClusterChange(
                            List.of(),
                            List.of(),
                            Set.of(),
                            false,
                            new ClusterChange.AccessRuleChange(
                                    List.copyOf(next), List.copyOf(present))),
                    image);
            present = List.copyOf(next);
        }
    }

    @BeforeAll
    void start(@TempDir Path folder) throws Exception {
        rules = new SwitchedRules();
        AccessByRules unused = new AccessByRules(Set.of(), false);
        node =
                Node.start(
                        NodeConfig.parse(
                                Map.of(
                                        "log.dirs", folder.toString(),
                                        "listeners",
                                                "PLAINTEXT://127.0.0.1:0,"
                                                        + "SASL_PLAINTEXT://127.0.0.1:0",
                                        "sasl.enabled.mechanisms", "SCRAM-SHA-512",
                                        "delegation.token.secret.key", "secret",
                                        "auto.create.topics.enable", "true",
                                        "offsets.topic.num.partitions", "1",
                                        "transaction.state.log.num.partitions", "1",
                                        "share.coordinator.state.topic.num.partitions", "1")),
                        (message, cause) -> {
                            throw new AssertionError(message, cause);
                        },
                        new AccessControl(rules.access, unused, AuditTrail.NONE, null));
        there =
                new Names(
                        "there_topic",
                        createTopic("there_topic"),
                        "there-group",
                        "there-id",
                        createToken());
        rules.are(List.of(), node.image());
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

    @AfterAll
    void stop() {
        node.close();
        loop.shutdownNow();
    }

    private Uuid createTopic(String name) {
        CreateTopicsRequestData create = new CreateTopicsRequestData().setTimeoutMs(30_000);
        create.topics()
                .add(
                        new CreateTopicsRequestData.CreatableTopic()
                                .setName(name)
                                .setNumPartitions(1)
                                .setReplicationFactor((short) 1));
        ask(node.brokerApis(), ApiKeys.CREATE_TOPICS, (short) 7, create, ADMINISTRATOR);
        return requireNonNull(node.image().topic(name)).id();
    }

    private String createToken() {
        ApiMessage token =
                new DirectRequest(
                                ApiKeys.CREATE_DELEGATION_TOKEN.latestVersion(),
                                TokenBodies.creation(Needed.SOMEBODY, List.of()),
                                ADMINISTRATOR,
                                InetAddress.getLoopbackAddress(),
                                loop)
                        .messageOf(node.brokerApis().handler(ApiKeys.CREATE_DELEGATION_TOKEN));
        return ((CreateDelegationTokenResponseData) token).tokenId();
    }

    /** Asks as administrator until it is done: coordinators need a moment to be there. */
    private void settle(ApiKeys api, Function<Names, ApiMessage> request) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (System.nanoTime() < deadline) {
            answer =
                    ask(
                            node.brokerApis(),
                            api,
                            api.latestVersion(),
                            request.apply(there),
                            ADMINISTRATOR);
            if (errors(answer).allMatch(code -> code == 0)) {
                return;
            }
        }
        throw new AssertionError(api + " goes on failing: " + answer);
    }

    private String ask(
            ApiTable table, ApiKeys api, short version, ApiMessage body, KafkaPrincipal principal) {
        return new DirectRequest(version, body, principal, InetAddress.getLoopbackAddress(), loop)
                .answerOf(table.handler(api));
    }

    private static Stream<Integer> errors(String answer) {
        Matcher matcher = ERROR.matcher(answer);
        return matcher.results().map(each -> Integer.parseInt(each.group(1)));
    }

    private String ask(MatrixRow row, Names names, KafkaPrincipal principal) {
        ApiTable table =
                row.what().endsWith("(controller)") ? node.controllerApis() : node.brokerApis();
        return ask(table, row.api(), row.version(), row.request().apply(names), principal);
    }

    private boolean isAllowed(MatrixRow row, Collection<AclBinding> granted) {
        rules.are(granted, node.image());
        return isAllowed(row, PRINCIPAL);
    }

    private boolean isAllowed(MatrixRow row, KafkaPrincipal principal) {
        Names names = row.names().apply(there);
        answer = ask(row, names, principal);
        return errors(answer).noneMatch(REFUSALS::contains)
                && (row.listed() == null || answer.contains(row.listed().apply(names)));
    }

    private List<AclBinding> allow(MatrixRow row, Collection<Needed> needed) {
        Names names = row.names().apply(there);
        return needed.stream()
                .map(each -> each.rule(ALICE, names, AclPermissionType.ALLOW))
                .toList();
    }

    static Stream<MatrixRow> rows() {
        return Stream.of(
                        MatrixTable.data(),
                        MatrixTable.groups(),
                        MatrixTable.newerGroups(),
                        MatrixTable.shares(),
                        MatrixTable.transactions(),
                        MatrixTable.administration(),
                        MatrixTable.clients(),
                        MatrixTable.tokens(),
                        MatrixTable.controller())
                .flatMap(List::stream);
    }

    static Stream<MatrixRow> guarded() {
        return rows().filter(row -> !row.needed().getFirst().isEmpty());
    }

    @Test
    void everyServedRequestKindIsInTheTable() {
        Set<ApiKeys> inTable = rows().map(MatrixRow::api).collect(Collectors.toSet());
        assertThat(inTable).containsAll(node.brokerApis().served());
        List<ApiKeys> ownToControllers =
                StreamSupport.stream(node.controllerApis().served().spliterator(), false)
                        .filter(api -> !isServedAlike(api))
                        .toList();
        assertThat(MatrixTable.controller().stream().map(MatrixRow::api))
                .containsAll(ownToControllers);
    }

    /** Whether handlers of one class serve it, here with this controller and there with any. */
    private boolean isServedAlike(ApiKeys api) {
        RequestHandler broker = node.brokerApis().handler(api);
        RequestHandler controller = node.controllerApis().handler(api);
        return broker != null
                && controller != null
                && broker.getClass().equals(controller.getClass());
    }

    @ParameterizedTest
    @MethodSource("rows")
    void superUserMayDoEverything(MatrixRow row) {
        rules.are(List.of(), node.image());
        assertThat(isAllowed(row, ADMINISTRATOR)).as("%s: %s", row, answer).isTrue();
    }

    @ParameterizedTest
    @MethodSource("guarded")
    void withoutRightsNothingIsAllowed(MatrixRow row) {
        assertThat(isAllowed(row, List.of())).as("%s: %s", row, answer).isFalse();
        Names names = row.names().apply(there);
        Set<Needed> all = row.needed().getFirst();
        List<AclBinding> ofOthers =
                all.stream()
                        .map(each -> each.rule("User:bob", names, AclPermissionType.ALLOW))
                        .toList();
        assertThat(isAllowed(row, ofOthers))
                .as("%s with another's rights: %s", row, answer)
                .isFalse();
        List<AclBinding> elsewhere =
                all.stream()
                        .map(each ->
                                each.rule(
                                        ALICE,
                                        "x" + each.name(names),
                                        PatternType.LITERAL,
                                        AclPermissionType.ALLOW))
                        .filter(each -> !allowsOnAny(row, each))
                        .toList();
        assertThat(isAllowed(row, elsewhere))
                .as("%s with rights elsewhere: %s", row, answer)
                .isFalse();
    }

    /** Producers without transactions may begin with a right to any topic. */
    private static boolean allowsOnAny(MatrixRow row, AclBinding rule) {
        return row.api() == ApiKeys.INIT_PRODUCER_ID
                && rule.pattern().resourceType() == ResourceType.TOPIC;
    }

    @ParameterizedTest
    @MethodSource("guarded")
    void whatIsNeededIsEnough(MatrixRow row) {
        Names names = row.names().apply(there);
        for (Set<Needed> way : row.needed()) {
            assertThat(isAllowed(row, allow(row, way)))
                    .as("%s with %s: %s", row, way, answer)
                    .isTrue();
            List<AclBinding> prefixed =
                    way.stream()
                            .map(each ->
                                    each.rule(
                                            ALICE,
                                            each.name(names).substring(0, 3),
                                            PatternType.PREFIXED,
                                            AclPermissionType.ALLOW))
                            .toList();
            assertThat(isAllowed(row, prefixed)).as("%s with prefixes: %s", row, answer).isTrue();
            List<AclBinding> every =
                    way.stream()
                            .map(each ->
                                    each.rule(
                                            "User:*",
                                            "*",
                                            PatternType.LITERAL,
                                            AclPermissionType.ALLOW))
                            .toList();
            assertThat(isAllowed(row, every)).as("%s with wildcards: %s", row, answer).isTrue();
        }
    }

    @ParameterizedTest
    @MethodSource("guarded")
    void denyIsStrongerThanAllow(MatrixRow row) {
        Names names = row.names().apply(there);
        for (Set<Needed> way : row.needed()) {
            for (Needed denied : way) {
                List<AclBinding> granted = new ArrayList<>(allow(row, way));
                granted.add(denied.rule(ALICE, names, AclPermissionType.DENY));
                assertThat(isAllowed(row, granted))
                        .as("%s, denied %s: %s", row, denied, answer)
                        .isFalse();
                granted.removeLast();
                granted.add(
                        denied.rule(
                                "User:*",
                                denied.name(names).substring(0, 2),
                                PatternType.PREFIXED,
                                AclPermissionType.DENY));
                assertThat(isAllowed(row, granted))
                        .as("%s, prefix denied %s: %s", row, denied, answer)
                        .isFalse();
            }
        }
    }

    /** Each operation alone on each kind of resource, in the place of each that is needed. */
    @ParameterizedTest
    @MethodSource("guarded")
    void noOtherRightStandsForOneThatIsNeeded(MatrixRow row) {
        for (Set<Needed> way : row.needed()) {
            for (Needed replaced : way) {
                Set<Needed> rest = new HashSet<>(way);
                rest.remove(replaced);
                assertThat(isAllowed(row, allow(row, rest)))
                        .as("%s without %s: %s", row, replaced, answer)
                        .isEqualTo(isEnough(row, rest));
                for (ResourceType type : ResourceType.values()) {
                    for (AclOperation operation : AclOperation.values()) {
                        if (type.isUnknown()
                                || type == ResourceType.ANY
                                || operation.isUnknown()
                                || operation == AclOperation.ANY) {
                            continue;
                        }
                        Set<Needed> granted = new HashSet<>(rest);
                        granted.add(new Needed(type, operation));
                        assertThat(isAllowed(row, allow(row, granted)))
                                .as("%s with %s: %s", row, granted, answer)
                                .isEqualTo(isEnough(row, granted));
                    }
                }
            }
        }
    }

    private static boolean isEnough(MatrixRow row, Set<Needed> granted) {
        return row.needed().stream()
                .anyMatch(way -> way.stream().allMatch(each -> isGranted(each, granted)));
    }

    private static boolean isGranted(Needed needed, Set<Needed> granted) {
        return granted.stream()
                .anyMatch(each ->
                        each.type() == needed.type()
                                && implied(each.operation()).contains(needed.operation()));
    }

    // All other operations imply no other.
    @SuppressWarnings("EnumSwitchDefault")
    private static Set<AclOperation> implied(AclOperation operation) {
        return switch (operation) {
            case ALL -> EnumSet.allOf(AclOperation.class);
            case READ, WRITE, DELETE, ALTER -> EnumSet.of(operation, AclOperation.DESCRIBE);
            case ALTER_CONFIGS -> EnumSet.of(operation, AclOperation.DESCRIBE_CONFIGS);
            default -> EnumSet.of(operation);
        };
    }

    /** By its id a topic is known or is not, as in Kafka, which takes ids for no secret. */
    @ParameterizedTest
    @MethodSource("guarded")
    void whatMayNotBeSeenLooksTheSameWhetherItIsThereOrNot(MatrixRow row) {
        rules.are(List.of(), node.image());
        Names present = row.names().apply(there);
        Names absent =
                row.names()
                        .apply(
                                new Names(
                                        "nowhere_topi",
                                        there.topicId(),
                                        "nowhere-grou",
                                        "nowhere-i",
                                        there.tokenId()));
        String ofPresent =
                ask(row, present, PRINCIPAL)
                        .replace("there_topic", "nowhere_topi")
                        .replace("there.topic", "nowhere.topi")
                        .replace("there-group", "nowhere-grou")
                        .replace("there-id", "nowhere-i");
        assertThat(ask(row, absent, PRINCIPAL)).as("%s: %s", row, answer).isEqualTo(ofPresent);
    }
}
