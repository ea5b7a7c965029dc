package naru.junit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.junit.platform.launcher.listeners.TestExecutionSummary;

import java.io.IOException;
import java.net.Socket;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

class NaruExtensionTest {
    /** Addresses that the example classes below were given. */
    private static final Set<String> SEEN = new LinkedHashSet<>();

    @BeforeEach
    void forget() {
        SEEN.clear();
    }

    @Test
    void oneNodeServesAClassAndWhatIsNestedInIt() {
        TestExecutionSummary summary = run(Sharing.class);
        assertThat(summary.getTestsSucceededCount()).isEqualTo(3);
        assertThat(summary.getTotalFailureCount()).isZero();
        assertThat(SEEN).hasSize(1);
        assertThat(SEEN).noneMatch(NaruExtensionTest::listens);
    }

    @Test
    void nestedClassWithAnAnnotationHasANodeOfItsOwn() {
        TestExecutionSummary summary = run(Outer.class);
        assertThat(summary.getTestsSucceededCount()).isEqualTo(2);
        assertThat(SEEN).hasSize(2).noneMatch(NaruExtensionTest::listens);
    }

    @Test
    void subclassHasANodeWithTheSettingsItInherits() {
        assertThat(run(Inheriting.class).getTestsSucceededCount()).isEqualTo(1);
    }

    @Test
    void wrongSettingFailsTheClassAndIsNamed() {
        assertThat(failures(WithoutEquals.class)).singleElement().asString().contains("'nonsense'");
        assertThat(failures(Wrong.class))
                .singleElement()
                .asString()
                .contains("num.partitions=none: must be");
    }

    private static List<String> failures(Class<?> tests) {
        return run(tests).getFailures().stream()
                .map(failure -> String.valueOf(failure.getException().getMessage()))
                .toList();
    }

    private static TestExecutionSummary run(Class<?> tests) {
        SummaryGeneratingListener listener = new SummaryGeneratingListener();
        LauncherFactory.create()
                .execute(
                        LauncherDiscoveryRequestBuilder.request()
                                .selectors(selectClass(tests))
                                .build(),
                        listener);
        return listener.getSummary();
    }

    private static boolean listens(String address) {
        String[] parts = address.split(":", -1);
        try (Socket socket = new Socket(parts[0], Integer.parseInt(parts[1]))) {
            return socket.isConnected();
        } catch (IOException refused) {
            return false;
        }
    }

    @NaruTest
    static class Sharing {
        private final Naru given;

        Sharing(Naru given) {
            this.given = given;
        }

        @BeforeAll
        static void beforeAll(Naru naru) {
            naru.createTopic("shared", 1);
            SEEN.add(naru.bootstrapServers());
        }

        @Test
        void methodIsGivenTheNode(Naru naru) {
            assertThat(naru).isSameAs(given);
            SEEN.add(naru.bootstrapServers());
        }

        @Test
        void constructorIsGivenTheNode() {
            SEEN.add(given.bootstrapServers());
        }

        @Nested
        class Within {
            @Test
            void nestedClassIsGivenTheNode(Naru naru) {
                assertThat(naru).isSameAs(given);
                SEEN.add(naru.bootstrapServers());
            }
        }
    }

    @NaruTest
    static class Outer {
        @Test
        void hasANode(Naru naru) {
            SEEN.add(naru.bootstrapServers());
        }

        @Nested
        @NaruTest
        class Inner {
            @Test
            void hasAnother(Naru naru) {
                SEEN.add(naru.bootstrapServers());
            }
        }
    }

    @NaruTest(settings = {"auto.create.topics.enable=false", "num.partitions = 7"})
    abstract static class Settled {}

    static class Inheriting extends Settled {
        @Test
        void settingHolds(Naru naru) throws Exception {
            try (Admin admin = Admin.create(Map.of("bootstrap.servers", naru.bootstrapServers()))) {
                admin.createTopics(
                                List.of(new NewTopic("seven", Optional.empty(), Optional.empty())))
                        .all()
                        .get();
                var topic = admin.describeTopics(List.of("seven")).allTopicNames().get();
                assertThat(topic.values())
                        .singleElement()
                        .satisfies(seven -> assertThat(seven.partitions()).hasSize(7));
            }
        }
    }

    @NaruTest(settings = "nonsense")
    static class WithoutEquals {
        @Test
        void neverRuns() {}
    }

    @NaruTest(settings = "num.partitions=none")
    static class Wrong {
        @Test
        void neverRuns() {}
    }
}
