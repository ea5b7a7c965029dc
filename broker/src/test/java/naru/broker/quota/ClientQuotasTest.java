package naru.broker.quota;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.apache.kafka.common.errors.ThrottlingQuotaExceededException;
import org.apache.kafka.common.quota.ClientQuotaEntity;
import org.junit.jupiter.api.Test;

import java.net.InetAddress;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

class ClientQuotasTest {
    private static final Windows WINDOWS = Windows.ofSeconds(11, 1);
    private static final int MOST = 50;

    private long nowMillis = 1_000_000;
    private final ClientQuotas quotas = new ClientQuotas(WINDOWS, WINDOWS, () -> nowMillis, MOST);

    private void rule(Map<String, String> entity, QuotaKind kind, double bound) {
        quotas.set(Map.of(new ClientQuotaEntity(entity), Map.of(kind.key(), bound)));
    }

    private static Map<String, String> anyClient() {
        Map<String, String> entity = new HashMap<>();
        entity.put(ClientQuotaEntity.CLIENT_ID, null);
        return entity;
    }

    @Test
    void nothingIsMeasuredWithoutRules() {
        assertThat(quotas.isActive()).isFalse();
        assertThat(quotas.produced("alice", "app", Long.MAX_VALUE / 2)).isZero();
        assertThat(quotas.tracked(QuotaKind.PRODUCE)).isZero();
    }

    @Test
    void manyClientIdsOfAUserShareItsQuota() {
        rule(Map.of(ClientQuotaEntity.USER, "alice"), QuotaKind.PRODUCE, 1000);
        int throttled = 0;
        for (int i = 0; i < 200; i++) {
            throttled += quotas.produced("alice", "app-" + i, 1000) > 0 ? 1 : 0;
        }
        assertThat(throttled).isGreaterThan(180);
        assertThat(quotas.tracked(QuotaKind.PRODUCE)).isEqualTo(1);
        assertThat(quotas.produced("bob", "app-1", 1_000_000)).isZero();
    }

    @Test
    void floodOfClientIdsIsBoundedAndSharesOneMoreQuota() {
        rule(anyClient(), QuotaKind.PRODUCE, 1000);
        int throttled = 0;
        for (int i = 0; i < 1000; i++) {
            throttled += quotas.produced("alice", "app-" + i, 1000) > 0 ? 1 : 0;
        }
        assertThat(quotas.tracked(QuotaKind.PRODUCE)).isEqualTo(MOST);
        assertThat(throttled).isGreaterThan(1000 - MOST - 20);
    }

    @Test
    void idleEntitiesMakePlaceAndOthersKeepTheirs() {
        rule(anyClient(), QuotaKind.PRODUCE, 1000);
        for (int i = 0; i < MOST; i++) {
            quotas.produced("", "old-" + i, 10);
        }
        nowMillis += WINDOWS.totalMillis() - 1;
        assertThat(quotas.produced("", "old-0", 50_000)).isPositive();
        nowMillis += 1;
        quotas.produced("", "fresh", 10);
        assertThat(quotas.tracked(QuotaKind.PRODUCE)).isEqualTo(2);
        assertThat(quotas.produced("", "old-0", 1)).as("it is still above its quota").isPositive();
    }

    @Test
    void longClientIdsAreMeasuredApartUnderShorterNames() {
        rule(anyClient(), QuotaKind.PRODUCE, 1000);
        String base = "x".repeat(30_000);
        assertThat(quotas.produced("", base + "a", 1_000_000)).isPositive();
        assertThat(quotas.produced("", base + "b", 1)).isZero();
        assertThat(Entity.of(QuotaRules.Scope.CLIENT, "", base).clientId()).hasSizeLessThan(300);
    }

    @Test
    void fetchAboveItsQuotaIsEmptyAndNotCounted() {
        rule(Map.of(ClientQuotaEntity.CLIENT_ID, "app"), QuotaKind.FETCH, 1000);
        assertThat(quotas.mostFetchBytes("", "app")).isEqualTo(10_000);
        assertThat(quotas.fetched("", "app", 9_000)).isEqualTo(ClientQuotas.FetchVerdict.FREE);
        ClientQuotas.FetchVerdict above = quotas.fetched("", "app", 9_000);
        assertThat(above.empty()).isTrue();
        assertThat(above.throttleMillis()).isEqualTo(8_000);
        assertThat(quotas.fetched("", "app", 500)).isEqualTo(ClientQuotas.FetchVerdict.FREE);
    }

    @Test
    void batchLargerThanTheQuotaLeavesWhenNothingElseDid() {
        rule(Map.of(ClientQuotaEntity.CLIENT_ID, "app"), QuotaKind.FETCH, 1000);
        ClientQuotas.FetchVerdict first = quotas.fetched("", "app", 1_000_000);
        assertThat(first.empty()).isFalse();
        assertThat(first.throttleMillis()).isPositive();
        assertThat(quotas.fetched("", "app", 1_000_000).empty()).isTrue();
    }

    @Test
    void requestTimeThrottlesForOneSampleAtMost() {
        rule(Map.of(ClientQuotaEntity.CLIENT_ID, "app"), QuotaKind.REQUEST_TIME, 1);
        assertThat(quotas.countsTime()).isTrue();
        assertThat(quotas.worked("", "app", 90_000_000)).isZero();
        assertThat(quotas.worked("", "app", 5_000_000_000L)).isEqualTo(1000);
    }

    @Test
    void strictClientIsRefusedAndOthersAreThrottled() {
        rule(Map.of(ClientQuotaEntity.USER, "alice"), QuotaKind.CONTROLLER_MUTATION, 1);
        Mutations first = quotas.mutations("alice", "app", true);
        first.accept(21);
        assertThat(first.throttleMillis()).isEqualTo(10_000);
        assertThatThrownBy(() -> quotas.mutations("alice", "other", true).accept(1))
                .isInstanceOf(ThrottlingQuotaExceededException.class)
                .hasMessageContaining("controller_mutation_rate");
        Mutations lenient = quotas.mutations("alice", "app", false);
        lenient.accept(5);
        assertThat(lenient.throttleMillis()).isEqualTo(15_000);
        assertThat(quotas.counts().violations(QuotaKind.CONTROLLER_MUTATION)).isEqualTo(2);
    }

    @Test
    void addressesAreHeldAndListenersRestWhenConnectionsComeTooFast() throws Exception {
        ConnectionRates rates = quotas.connectionRates();
        InetAddress address = InetAddress.ofLiteral("10.1.2.3");
        assertThat(rates.heldMillis(address)).isZero();
        assertThat(rates.taken("PLAINTEXT")).isZero();
        rates.set(new ConnectionRates.AddressBounds(Map.of(address, 1.0), null));
        int held = 0;
        for (int i = 0; i < 30; i++) {
            held += rates.heldMillis(address) > 0 ? 1 : 0;
        }
        assertThat(held).as("10 s of 1 a second are free").isEqualTo(20);
        assertThat(rates.heldMillis(InetAddress.ofLiteral("10.1.2.4"))).isZero();
        rates.set(new ConnectionRates.NodeBounds(1, Map.of("OTHER", 1000), Set.of("INTERNAL")));
        int rests = 0;
        for (int i = 0; i < 30; i++) {
            rests += rates.taken("PLAINTEXT") > 0 ? 1 : 0;
            assertThat(rates.taken("INTERNAL")).isZero();
        }
        assertThat(rests).isEqualTo(20);
    }
}
