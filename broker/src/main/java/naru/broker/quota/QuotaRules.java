package naru.broker.quota;

import org.apache.kafka.common.quota.ClientQuotaEntity;
import org.jspecify.annotations.Nullable;

import java.util.HashMap;
import java.util.Map;

/**
 * The quotas of one kind, by user and client id. Immutable; the rule for a request is found in
 * Kafka's order (KIP-55).
 */
final class QuotaRules {
    static final QuotaRules NONE = new QuotaRules(Map.of(), QuotaKind.PRODUCE);

    /** What a rule measures together. */
    enum Scope {
        USER_AND_CLIENT,
        USER,
        CLIENT
    }

    /**
     * @param bound amount a second
     */
    record Rule(Scope scope, double bound) {}

    private final Map<String, Map<String, Rule>> pairs = new HashMap<>();
    private final Map<String, Rule> userAnyClient = new HashMap<>();
    private final Map<String, Rule> users = new HashMap<>();
    private final Map<String, Rule> anyUserClients = new HashMap<>();
    private final Map<String, Rule> clients = new HashMap<>();
    private @Nullable Rule anyUserAnyClient;
    private @Nullable Rule anyUser;
    private @Nullable Rule anyClient;
    private int size;

    QuotaRules(Map<ClientQuotaEntity, Map<String, Double>> quotas, QuotaKind kind) {
        quotas.forEach((entity, values) -> {
            Double bound = values.get(kind.key());
            if (bound != null) {
                add(entity.entries(), bound);
            }
        });
    }

    /** A name that is null stands for any. */
    private void add(Map<String, String> entity, double bound) {
        boolean ofUser = entity.containsKey(ClientQuotaEntity.USER);
        boolean ofClient = entity.containsKey(ClientQuotaEntity.CLIENT_ID);
        String user = entity.get(ClientQuotaEntity.USER);
        String client = entity.get(ClientQuotaEntity.CLIENT_ID);
        if (!ofUser && !ofClient) {
            return;
        }
        size++;
        if (ofUser && ofClient) {
            addPair(user, client, new Rule(Scope.USER_AND_CLIENT, bound));
        } else if (ofUser) {
            Rule rule = new Rule(Scope.USER, bound);
            if (user == null) {
                anyUser = rule;
            } else {
                users.put(user, rule);
            }
        } else {
            Rule rule = new Rule(Scope.CLIENT, bound);
            if (client == null) {
                anyClient = rule;
            } else {
                clients.put(client, rule);
            }
        }
    }

    private void addPair(@Nullable String user, @Nullable String client, Rule rule) {
        if (user != null && client != null) {
            pairs.computeIfAbsent(user, name -> new HashMap<>()).put(client, rule);
        } else if (user != null) {
            userAnyClient.put(user, rule);
        } else if (client != null) {
            anyUserClients.put(client, rule);
        } else {
            anyUserAnyClient = rule;
        }
    }

    boolean isEmpty() {
        return size == 0;
    }

    @Nullable Rule find(String user, String client) {
        if (size == 0) {
            return null;
        }
        Map<String, Rule> ofUser = pairs.get(user);
        Rule rule = ofUser == null ? null : ofUser.get(client);
        if (rule == null) {
            rule = userAnyClient.get(user);
        }
        if (rule == null) {
            rule = users.get(user);
        }
        if (rule == null) {
            rule = anyUserClients.get(client);
        }
        if (rule == null) {
            rule = anyUserAnyClient;
        }
        if (rule == null) {
            rule = anyUser;
        }
        if (rule == null) {
            rule = clients.get(client);
        }
        return rule == null ? anyClient : rule;
    }
}
