package naru.broker.quota;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.kafka.common.quota.ClientQuotaEntity;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

class QuotaRulesTest {
    /** Kafka's order as KIP-55 and the operations guide write it; a name that is null is any. */
    private record Place(
            boolean ofUser,
            @Nullable String user,
            boolean ofClient,
            @Nullable String client,
            QuotaRules.Scope scope) {
        ClientQuotaEntity entity() {
            Map<String, String> parts = new HashMap<>();
            if (ofUser) {
                parts.put(ClientQuotaEntity.USER, user);
            }
            if (ofClient) {
                parts.put(ClientQuotaEntity.CLIENT_ID, client);
            }
            return new ClientQuotaEntity(parts);
        }

        boolean matches(String name, String clientId) {
            return (!ofUser || user == null || user.equals(name))
                    && (!ofClient || client == null || client.equals(clientId));
        }
    }

    private static final List<Place> IN_ORDER =
            List.of(
                    new Place(true, "alice", true, "app", QuotaRules.Scope.USER_AND_CLIENT),
                    new Place(true, "alice", true, null, QuotaRules.Scope.USER_AND_CLIENT),
                    new Place(true, "alice", false, null, QuotaRules.Scope.USER),
                    new Place(true, null, true, "app", QuotaRules.Scope.USER_AND_CLIENT),
                    new Place(true, null, true, null, QuotaRules.Scope.USER_AND_CLIENT),
                    new Place(true, null, false, null, QuotaRules.Scope.USER),
                    new Place(false, null, true, "app", QuotaRules.Scope.CLIENT),
                    new Place(false, null, true, null, QuotaRules.Scope.CLIENT));

    @Test
    void firstRuleInKafkasOrderHoldsInEveryCombination() {
        for (int present = 0; present < 1 << IN_ORDER.size(); present++) {
            Map<ClientQuotaEntity, Map<String, Double>> quotas = new HashMap<>();
            for (int i = 0; i < IN_ORDER.size(); i++) {
                if ((present & 1 << i) != 0) {
                    quotas.put(
                            IN_ORDER.get(i).entity(),
                            Map.of(QuotaKind.PRODUCE.key(), (double) (i + 1)));
                }
            }
            QuotaRules rules = new QuotaRules(quotas, QuotaKind.PRODUCE);
            for (String user : List.of("alice", "bob", "")) {
                for (String client : List.of("app", "other", "")) {
                    check(rules, present, user, client);
                }
            }
        }
    }

    private static void check(QuotaRules rules, int present, String user, String client) {
        QuotaRules.Rule expected = null;
        for (int i = 0; i < IN_ORDER.size() && expected == null; i++) {
            Place place = IN_ORDER.get(i);
            if ((present & 1 << i) != 0 && place.matches(user, client)) {
                expected = new QuotaRules.Rule(place.scope(), i + 1);
            }
        }
        assertThat(rules.find(user, client))
                .as(
                        "rules %s, user '%s', client id '%s'",
                        Integer.toBinaryString(present), user, client)
                .isEqualTo(expected);
    }

    @Test
    void quotasOfOtherKindsAndOfAddressesDoNotCount() {
        QuotaRules rules =
                new QuotaRules(
                        Map.of(
                                new ClientQuotaEntity(Map.of(ClientQuotaEntity.USER, "alice")),
                                Map.of(QuotaKind.FETCH.key(), 1.0),
                                new ClientQuotaEntity(Map.of(ClientQuotaEntity.IP, "10.0.0.1")),
                                Map.of("connection_creation_rate", 1.0)),
                        QuotaKind.PRODUCE);
        assertThat(rules.isEmpty()).isTrue();
        assertThat(rules.find("alice", "app")).isNull();
    }
}
