package naru.broker.login;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.concurrent.atomic.AtomicLong;

class GuessLimitTest {
    private final AtomicLong now = new AtomicLong();
    private final GuessLimit limit = new GuessLimit(now::get);

    private static InetAddress address(String text) throws UnknownHostException {
        return InetAddress.getByName(text);
    }

    @Test
    void failuresBeyondTheFirstWaitEachLongerAndThenAreRefused() throws Exception {
        InetAddress guesser = address("10.0.0.1");
        for (int i = 0; i < GuessLimit.AT_ONCE; i++) {
            assertThat(limit.take(guesser)).isZero();
        }
        for (int i = 1; i <= GuessLimit.LONGEST_WAIT_MILLIS / GuessLimit.EVERY_MILLIS; i++) {
            assertThat(limit.take(guesser)).isEqualTo(i * GuessLimit.EVERY_MILLIS);
        }
        assertThat(limit.take(guesser)).isEqualTo(GuessLimit.NEVER);
        now.addAndGet(2 * GuessLimit.EVERY_MILLIS);
        assertThat(limit.take(guesser)).isPositive();
        assertThat(limit.take(address("10.0.0.2"))).as("another address").isZero();
    }

    @Test
    void whatDoesNotFailCostsNothing() throws Exception {
        InetAddress client = address("10.0.0.1");
        for (int i = 0; i < 1_000; i++) {
            assertThat(limit.take(client)).isZero();
            limit.giveBack(client);
        }
    }

    @Test
    void addressesOfOneNetworkCountAsOne() throws Exception {
        for (int i = 0; i < GuessLimit.AT_ONCE; i++) {
            assertThat(limit.take(address("2001:db8::" + (i + 1)))).isZero();
        }
        assertThat(limit.take(address("2001:db8::ffff"))).isPositive();
        assertThat(limit.take(address("2001:db8:0:1::1"))).isZero();
    }
}
