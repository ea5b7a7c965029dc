package naru.broker.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import naru.broker.access.AccessByRules;

import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.errors.ClusterAuthorizationException;
import org.apache.kafka.common.message.AlterUserScramCredentialsRequestData;
import org.apache.kafka.common.message.AlterUserScramCredentialsRequestData.ScramCredentialDeletion;
import org.apache.kafka.common.message.AlterUserScramCredentialsRequestData.ScramCredentialUpsertion;
import org.apache.kafka.common.message.AlterUserScramCredentialsResponseData;
import org.apache.kafka.common.message.CreateAclsRequestData;
import org.apache.kafka.common.message.CreateAclsRequestData.AclCreation;
import org.apache.kafka.common.message.CreateAclsResponseData;
import org.apache.kafka.common.message.DeleteAclsRequestData;
import org.apache.kafka.common.message.DeleteAclsRequestData.DeleteAclsFilter;
import org.apache.kafka.common.message.DeleteAclsResponseData;
import org.apache.kafka.common.message.DescribeAclsRequestData;
import org.apache.kafka.common.message.DescribeAclsResponseData;
import org.apache.kafka.common.message.DescribeUserScramCredentialsRequestData;
import org.apache.kafka.common.message.DescribeUserScramCredentialsResponseData;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.CreateAclsRequest;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourceType;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/** Rules and users, made and removed through a real quorum. */
@Timeout(120)
class RuleAdministrationTest {
    private static final byte ANY = 1;
    private static final byte SHA_256 = 1;

    @TempDir Path folder;
    private OneNode node;
    private final AccessByRules rules = new AccessByRules(Set.of(), false);

    @BeforeEach
    void start() throws Exception {
        node = new OneNode(folder, Map.of());
        node.quorum.subscribe(rules);
    }

    @AfterEach
    void stop() {
        node.close();
    }

    private static AclCreation creation(ResourceType type, String name, PatternType pattern) {
        return new AclCreation()
                .setResourceType(type.code())
                .setResourceName(name)
                .setResourcePatternType(pattern.code())
                .setPrincipal("User:anna")
                .setHost("*")
                .setOperation((byte) 3)
                .setPermissionType((byte) 3);
    }

    private CreateAclsResponseData create(AclCreation... creations) {
        return FakeRequest.ask(
                new CreateAcls(node.quorum, node.images, rules, OneNode.EVERYBODY),
                new CreateAclsRequestData().setCreations(List.of(creations)),
                CreateAclsResponseData.class);
    }

    private DescribeAclsResponseData describe(ResourceType type, @Nullable String name) {
        return FakeRequest.ask(
                new DescribeAcls(node.quorum, OneNode.EVERYBODY),
                new DescribeAclsRequestData()
                        .setResourceTypeFilter(type.code())
                        .setResourceNameFilter(name)
                        .setPrincipalFilter(null)
                        .setHostFilter(null)
                        .setPatternTypeFilter(PatternType.MATCH.code())
                        .setOperation(ANY)
                        .setPermissionType(ANY),
                DescribeAclsResponseData.class);
    }

    private DeleteAclsResponseData delete(String name) {
        return FakeRequest.ask(
                new DeleteAcls(node.quorum, node.images, rules, OneNode.EVERYBODY),
                new DeleteAclsRequestData()
                        .setFilters(
                                List.of(
                                        new DeleteAclsFilter()
                                                .setResourceTypeFilter(ResourceType.TOPIC.code())
                                                .setResourceNameFilter(name)
                                                .setPrincipalFilter(null)
                                                .setHostFilter(null)
                                                .setPatternTypeFilter(PatternType.LITERAL.code())
                                                .setOperation(ANY)
                                                .setPermissionType(ANY))),
                DeleteAclsResponseData.class);
    }

    @Test
    void ruleIsInForceWhenItsCreationIsAnsweredAndNoMoreWhenItsDeletionIs() {
        AclCreation orders = creation(ResourceType.TOPIC, "orders", PatternType.LITERAL);
        AclBinding rule = CreateAclsRequest.aclBinding(orders);

        assertThat(create(orders).results().getFirst().errorCode()).isZero();
        assertThat(rules.knows(rule)).isTrue();
        assertThat(create(orders).results().getFirst().errorCode()).as("again").isZero();

        assertThat(delete("orders").filterResults().getFirst().matchingAcls()).hasSize(1);
        assertThat(rules.knows(rule)).isFalse();
        assertThat(delete("orders").filterResults().getFirst().matchingAcls()).isEmpty();
    }

    @Test
    void rulesAreFoundByWhatTheyConcern() {
        create(
                creation(ResourceType.TOPIC, "orders", PatternType.LITERAL),
                creation(ResourceType.TOPIC, "or", PatternType.PREFIXED),
                creation(ResourceType.TOPIC, "*", PatternType.LITERAL),
                creation(ResourceType.TOPIC, "bills", PatternType.LITERAL),
                creation(ResourceType.GROUP, "orders", PatternType.LITERAL));

        assertThat(describe(ResourceType.TOPIC, "orders").resources())
                .extracting(resource -> resource.resourceName())
                .containsExactlyInAnyOrder("orders", "or", "*");
        assertThat(describe(ResourceType.ANY, null).resources()).hasSize(5);
    }

    @Test
    void ruleThatCannotBeIsRefusedAndTheOthersAreMade() {
        AclCreation nobodys =
                creation(ResourceType.TOPIC, "orders", PatternType.LITERAL).setPrincipal("anna");
        AclCreation unknown =
                creation(ResourceType.TOPIC, "orders", PatternType.LITERAL).setOperation((byte) 99);

        List<Short> errors =
                create(
                                creation(ResourceType.CLUSTER, "mine", PatternType.LITERAL),
                                creation(ResourceType.TOPIC, "", PatternType.LITERAL),
                                creation(ResourceType.TOPIC, "x", PatternType.MATCH),
                                nobodys,
                                unknown,
                                creation(ResourceType.TOPIC, "good", PatternType.LITERAL))
                        .results()
                        .stream()
                        .map(result -> result.errorCode())
                        .toList();

        short invalid = Errors.INVALID_REQUEST.code();
        assertThat(errors).containsExactly(invalid, invalid, invalid, invalid, invalid, (short) 0);
        assertThat(describe(ResourceType.ANY, null).resources()).hasSize(1);
    }

    private AlterUserScramCredentialsResponseData alterUser(
            Stream<ScramCredentialUpsertion> upsertions,
            Stream<ScramCredentialDeletion> deletions) {
        return FakeRequest.ask(
                new AlterUserScramCredentials(node.quorum, node.images, OneNode.EVERYBODY),
                new AlterUserScramCredentialsRequestData()
                        .setUpsertions(upsertions.toList())
                        .setDeletions(deletions.toList()),
                AlterUserScramCredentialsResponseData.class);
    }

    private List<String> users() {
        return FakeRequest.ask(
                        new DescribeUserScramCredentials(node.quorum, OneNode.EVERYBODY),
                        new DescribeUserScramCredentialsRequestData().setUsers(null),
                        DescribeUserScramCredentialsResponseData.class)
                .results()
                .stream()
                .map(result -> result.user() + " " + result.credentialInfos().size())
                .toList();
    }

    @Test
    void userIsThereWhenAddedAndGoneWhenRemoved() {
        var anna =
                new ScramCredentialUpsertion()
                        .setName("anna")
                        .setMechanism(SHA_256)
                        .setIterations(4096)
                        .setSalt(new byte[32])
                        .setSaltedPassword(new byte[32]);
        alterUser(Stream.of(anna), Stream.of());
        assertThat(users()).containsExactly("anna 1");

        var gone = new ScramCredentialDeletion().setName("anna").setMechanism(SHA_256);
        alterUser(Stream.of(), Stream.of(gone));
        assertThat(users()).isEmpty();
        assertThat(alterUser(Stream.of(), Stream.of(gone)).results().getFirst().errorCode())
                .isEqualTo(Errors.RESOURCE_NOT_FOUND.code());
    }

    @Test
    void whoMayNotIsRefused() {
        assertThatThrownBy(() ->
                        FakeRequest.ask(
                                new CreateAcls(node.quorum, node.images, rules, OneNode.NOBODY),
                                new CreateAclsRequestData(),
                                CreateAclsResponseData.class))
                .isInstanceOf(ClusterAuthorizationException.class);
    }
}
