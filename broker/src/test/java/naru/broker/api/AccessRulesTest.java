package naru.broker.api;

import static org.assertj.core.api.Assertions.assertThat;

import naru.broker.transport.RequestHandler;

import org.apache.kafka.common.message.CreateAclsRequestData;
import org.apache.kafka.common.message.CreateAclsRequestData.AclCreation;
import org.apache.kafka.common.message.CreateAclsResponseData;
import org.apache.kafka.common.message.DeleteAclsRequestData;
import org.apache.kafka.common.message.DeleteAclsRequestData.DeleteAclsFilter;
import org.apache.kafka.common.message.DeleteAclsResponseData;
import org.apache.kafka.common.message.DescribeAclsRequestData;
import org.apache.kafka.common.message.DescribeAclsResponseData;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.List;

class AccessRulesTest {
    private static final byte TOPIC = 2;
    private static final byte READ = 3;
    private static final byte ALLOW = 3;

    private final RequestHandler rules = new AccessRules();

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void rulesAreNotDescribed(int version) {
        DescribeAclsResponseData answer =
                FakeRequest.ask(
                        rules,
                        new DescribeAclsRequestData()
                                .setResourceTypeFilter(TOPIC)
                                .setOperation(READ)
                                .setPermissionType(ALLOW),
                        version,
                        DescribeAclsResponseData.class);

        assertThat(answer.errorCode()).isEqualTo(Errors.SECURITY_DISABLED.code());
        assertThat(answer.errorMessage()).isEqualTo("No Authorizer is configured.");
        assertThat(answer.resources()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void everyNewRuleIsRefused(int version) {
        CreateAclsResponseData answer =
                FakeRequest.ask(
                        rules,
                        new CreateAclsRequestData()
                                .setCreations(List.of(creation("one"), creation("two"))),
                        version,
                        CreateAclsResponseData.class);

        assertThat(answer.results())
                .hasSize(2)
                .allSatisfy(result ->
                        assertThat(result.errorCode()).isEqualTo(Errors.SECURITY_DISABLED.code()));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void everyDeletionOfRulesIsRefused(int version) {
        DeleteAclsResponseData answer =
                FakeRequest.ask(
                        rules,
                        new DeleteAclsRequestData()
                                .setFilters(
                                        List.of(
                                                new DeleteAclsFilter()
                                                        .setResourceTypeFilter(TOPIC)
                                                        .setOperation(READ)
                                                        .setPermissionType(ALLOW))),
                        version,
                        DeleteAclsResponseData.class);

        assertThat(answer.filterResults()).hasSize(1);
        assertThat(answer.filterResults().getFirst().errorCode())
                .isEqualTo(Errors.SECURITY_DISABLED.code());
    }

    private static AclCreation creation(String topic) {
        return new AclCreation()
                .setResourceType(TOPIC)
                .setResourceName(topic)
                .setPrincipal("User:anybody")
                .setHost("*")
                .setOperation(READ)
                .setPermissionType(ALLOW);
    }
}
