package naru.broker.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.apache.kafka.common.security.auth.KafkaPrincipal;
import org.apache.kafka.common.security.ssl.SslPrincipalMapper;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;

class NodePrincipalsTest {
    private final SslPrincipalMapper mapper =
            SslPrincipalMapper.fromRules(NodePrincipals.MAPPING_RULE);

    @Test
    void certificateOfANodeNamesIt() throws IOException {
        String name = mapper.getName(NodePrincipals.distinguishedName(12));

        assertThat(new KafkaPrincipal("User", name)).isEqualTo(NodePrincipals.of(12));
        assertThat(NodePrincipals.isNode(NodePrincipals.of(12))).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"CN=naru", "CN=node-1,O=Example", "CN=node-", "CN=xnode-1", "CN=node-1x"})
    void certificateOfSomebodyElseNamesNobody(String subject) {
        assertThatThrownBy(() -> mapper.getName(subject))
                .isInstanceOf(SslPrincipalMapper.NoMatchingRule.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"User:node-", "User:node-1x", "User:Node-1", "Group:node-1", "User:admin"})
    void othersAreNoNodes(String principal) {
        String[] parts = principal.split(":", 2);

        assertThat(NodePrincipals.isNode(new KafkaPrincipal(parts[0], parts[1]))).isFalse();
    }
}
