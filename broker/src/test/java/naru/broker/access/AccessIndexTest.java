package naru.broker.access;

import static org.assertj.core.api.Assertions.assertThat;

import static java.util.Objects.requireNonNull;

import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;
import org.apache.kafka.common.security.auth.KafkaPrincipal;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;

/** Holds the index to a plain reading of all rules, one after the other. */
class AccessIndexTest {
    private static final List<ResourceType> TYPES =
            List.of(ResourceType.TOPIC, ResourceType.GROUP, ResourceType.CLUSTER);
    private static final List<String> PRINCIPALS =
            List.of("User:a", "User:b", "User:*", "Group:a", "User:a:b");
    private static final List<String> HOSTS =
            List.of(
                    "*",
                    "*",
                    "*",
                    "10.0.0.1",
                    "10.0.0.0/8",
                    "10.0.0.0/31",
                    "::1",
                    "fd00::/8",
                    "host");
    private static final List<String> CLIENTS =
            List.of("10.0.0.1", "10.0.0.2", "11.0.0.1", "::1", "fd00::2", "fe80::1");

    private final Set<AclBinding> rules = new HashSet<>();
    private AccessIndex index = AccessIndex.empty(true);

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void decisionsAreThoseOfAPlainReadingOfTheRules(long seed) {
        Random random = new Random(seed);
        for (int step = 0; step < 60; step++) {
            change(random);
            for (int i = 0; i < 60; i++) {
                checkDecision(random, "seed " + seed + ", step " + step);
            }
        }
        assertThat(index.size()).isEqualTo(rules.size());
        assertThat(rules).allMatch(index::contains);
    }

    private void change(Random random) {
        List<AclBinding> added =
                IntStream.range(0, random.nextInt(6)).mapToObj(i -> rule(random)).toList();
        List<AclBinding> removed = new ArrayList<>();
        for (AclBinding rule : rules) {
            if (random.nextInt(8) == 0 && !added.contains(rule)) {
                removed.add(rule);
            }
        }
        index = index.with(added, removed);
        removed.forEach(rules::remove);
        rules.addAll(added);
        assertThat(removed).noneMatch(index::contains);
    }

    private static AclBinding rule(Random random) {
        boolean prefixed = random.nextInt(3) == 0;
        return new AclBinding(
                new ResourcePattern(
                        one(random, TYPES),
                        random.nextInt(6) == 0 && !prefixed ? "*" : name(random),
                        prefixed ? PatternType.PREFIXED : PatternType.LITERAL),
                new AccessControlEntry(
                        one(random, PRINCIPALS),
                        one(random, HOSTS),
                        operation(random),
                        random.nextInt(4) == 0 ? AclPermissionType.DENY : AclPermissionType.ALLOW));
    }

    private static <T> T one(Random random, List<T> of) {
        return of.get(random.nextInt(of.size()));
    }

    /** Few letters, so that names are prefixes of one another. */
    private static String name(Random random) {
        StringBuilder name = new StringBuilder();
        for (int i = random.nextInt(4); i >= 0; i--) {
            name.append((char) ('x' + random.nextInt(2)));
        }
        return name.toString();
    }

    private static AclOperation operation(Random random) {
        AclOperation operation = one(random, List.of(AclOperation.values()));
        return operation.isUnknown() || operation == AclOperation.ANY
                ? AclOperation.READ
                : operation;
    }

    private void checkDecision(Random random, String when) {
        KafkaPrincipal principal =
                one(
                        random,
                        List.of(
                                new KafkaPrincipal("User", "a"),
                                new KafkaPrincipal("User", "a:b"),
                                new KafkaPrincipal("User", "stranger"),
                                new KafkaPrincipal("Group", "a")));
        InetAddress client = InetAddress.ofLiteral(one(random, CLIENTS));
        ResourceType type = one(random, TYPES);
        String name = name(random);
        AclOperation operation = operation(random);
        if (operation == AclOperation.ALL) {
            return;
        }
        boolean allowed =
                (index.allowed(principal, client, type, name) & ResourceOperations.bit(operation))
                        != 0;
        assertThat(allowed)
                .as("%s: %s %s %s %s from %s", when, principal, operation, type, name, client)
                .isEqualTo(PlainRules.allows(rules, principal, client, operation, type, name));
        assertThat(index.hasRuleFor(type, name))
                .as("%s: rules about %s %s", when, type, name)
                .isEqualTo(PlainRules.haveOneFor(rules, type, name));
        checkAnyResource(principal, client, operation, type, when);
    }

    /** Names are long enough to be other than all that rules name. */
    private void checkAnyResource(
            KafkaPrincipal principal,
            InetAddress client,
            AclOperation operation,
            ResourceType type,
            String when) {
        boolean expected = false;
        for (AclBinding rule : rules) {
            boolean prefixed = rule.pattern().patternType() == PatternType.PREFIXED;
            boolean every = rule.pattern().name().equals("*") && !prefixed;
            String example =
                    every ? "-unnamed" : rule.pattern().name() + (prefixed ? "-unnamed" : "");
            if (rule.pattern().resourceType() == type) {
                expected |= PlainRules.allows(rules, principal, client, operation, type, example);
            }
        }
        assertThat(index.allowedOnAny(principal, client, operation, type))
                .as("%s: %s %s on any %s from %s", when, principal, operation, type, client)
                .isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({
        "10.1.2.3, 10.1.2.3, true",
        "10.1.2.3, 10.1.2.4, false",
        "10.1.0.0/16, 10.1.255.255, true",
        "10.1.0.0/16, 10.2.0.0, false",
        "10.1.2.0/23, 10.1.3.9, true",
        "10.1.2.0/23, 10.1.4.0, false",
        "0.0.0.0/0, 192.0.2.1, true",
        "0.0.0.0/0, ::1, false",
        "2001:db8::/33, 2001:db8:7fff::1, true",
        "2001:db8::/33, 2001:db8:8000::1, false",
        "0:0:0:0:0:0:0:1, ::1, true",
    })
    void rangeHoldsTheAddressesThatBeginAsItDoes(String range, String client, boolean held) {
        HostRange hosts = requireNonNull(HostRange.parse(range));
        assertThat(hosts.contains(InetAddress.ofLiteral(client))).isEqualTo(held);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "localhost",
                "example.com",
                "",
                "/8",
                "10.0.0.0/",
                "10.0.0.0/33",
                "10.0.0.0/-1",
                "10.0.0.0/+8",
                "::/129",
                "10.0.0.0/8/8",
                "10.0.0.*",
            })
    void whatIsNoAddressIsNoRange(String text) {
        assertThat(HostRange.parse(text)).isNull();
    }
}
