package naru.systemtests;

import naru.testkit.BrokerProcess;

import org.jspecify.annotations.Nullable;

import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * One node for all tests that leave it as they found it: they use topics and groups of their own.
 * Started on first use, gone with this JVM.
 */
final class SharedBroker {
    private static final AtomicInteger NAMES = new AtomicInteger();
    private static @Nullable BrokerProcess broker;

    private SharedBroker() {}

    static synchronized BrokerProcess get() {
        if (broker == null) {
            BrokerProcess started = Target.start(Map.of());
            Runtime.getRuntime().addShutdownHook(new Thread(started::close));
            broker = started;
        }
        return broker;
    }

    static String bootstrap() {
        return get().bootstrap();
    }

    static JavaClients clients() {
        return new JavaClients(bootstrap());
    }

    /** A name that no other test uses. */
    static String unique(String prefix) {
        return prefix + "-" + NAMES.incrementAndGet();
    }
}
