package naru.houserules;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.lang.ArchRule;

import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Calendar;
import java.util.Date;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.Stack;
import java.util.Timer;
import java.util.TreeMap;
import java.util.Vector;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Who may know whom, and what production code must not call. The root package is a parameter, so
 * that the same rules can be held against a small house of bad examples.
 */
final class Architecture {
    /** Module to the modules that it may use. {@code app} and {@code testkit} may use all. */
    private static final Map<String, List<String>> MAY_USE =
            Map.ofEntries(
                    Map.entry("wire", List.of()),
                    Map.entry("log", List.of("wire")),
                    Map.entry("quorum", List.of("wire")),
                    Map.entry("coordination", List.of("wire")),
                    Map.entry("broker", List.of("wire", "log", "quorum", "coordination")),
                    Map.entry("http", List.of()),
                    Map.entry("schema", List.of()),
                    Map.entry("registry", List.of("http", "schema")),
                    Map.entry("rest", List.of("http", "schema")),
                    Map.entry("connect", List.of("http", "schema")),
                    Map.entry("connectors", List.of("schema")),
                    Map.entry("demo", List.of("http", "schema")),
                    Map.entry("junit", List.of("broker")));

    /** Modules that get time and chance passed in. */
    private static final List<String> SEEDED = List.of("wire", "log", "coordination");

    /** Classes of production code that may sleep; each waits for nothing that could signal it. */
    private static final Set<String> MAY_SLEEP = Set.of();

    private static final List<Class<?>> RELICS =
            List.of(
                    Date.class,
                    Calendar.class,
                    java.text.DateFormat.class,
                    Vector.class,
                    Hashtable.class,
                    Stack.class,
                    Timer.class,
                    StringBuffer.class);

    private final String root;

    Architecture(String root) {
        this.root = root;
    }

    Map<String, ArchRule> rules() {
        List<ArchRule> rules = new ArrayList<>();
        MAY_USE.forEach((module, used) -> rules.add(usesOnly(module, used)));
        rules.add(nothingUses("junit"));
        rules.add(onlyIn("quorum", "raft", "controller", "metadata", "image"));
        rules.add(onlyIn("coordination", "coordinator"));
        rules.add(logKnowsNoRequest());
        rules.add(coordinationKnowsNoThread());
        rules.add(onlyAppEndsTheProcess());
        rules.add(noRelics());
        rules.add(noSleep());
        rules.add(timeIsPassedIn());
        rules.add(chanceIsPassedIn());
        Map<String, ArchRule> named = new TreeMap<>();
        rules.forEach(rule -> named.put(rule.getDescription(), rule.allowEmptyShould(true)));
        return named;
    }

    private ArchRule usesOnly(String module, List<String> used) {
        List<String> allowed = new ArrayList<>(used.stream().map(this::in).toList());
        allowed.add(in(module));
        DescribedPredicate<JavaClass> elsewhere =
                JavaClass.Predicates.resideInAPackage(root + "..")
                        .and(
                                JavaClass.Predicates.resideOutsideOfPackages(
                                        allowed.toArray(String[]::new)));
        return noClasses()
                .that()
                .resideInAPackage(in(module))
                .should()
                .dependOnClassesThat(elsewhere)
                .as(
                        module
                                + " uses "
                                + (used.isEmpty()
                                        ? "no module"
                                        : "only " + used.stream().sorted().toList()));
    }

    private ArchRule nothingUses(String module) {
        return noClasses()
                .that()
                .resideInAPackage(root + "..")
                .and()
                .resideOutsideOfPackage(in(module))
                .should()
                .dependOnClassesThat()
                .resideInAPackage(in(module))
                .as("nothing uses " + module);
    }

    private ArchRule onlyIn(String module, String... kafkaPackages) {
        String[] packages = new String[kafkaPackages.length];
        for (int i = 0; i < packages.length; i++) {
            packages[i] = "org.apache.kafka." + kafkaPackages[i] + "..";
        }
        return noClasses()
                .that()
                .resideOutsideOfPackage(in(module))
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(packages)
                .as("only " + module + " uses Kafka's " + String.join(", ", kafkaPackages));
    }

    private ArchRule logKnowsNoRequest() {
        return noClasses()
                .that()
                .resideInAPackage(in("log"))
                .should()
                .dependOnClassesThat()
                .haveNameMatching(
                        "org\\.apache\\.kafka\\.common\\.(message|requests)\\..*Request(Data)?")
                .as("log knows no request");
    }

    private ArchRule coordinationKnowsNoThread() {
        return noClasses()
                .that()
                .resideInAPackage(in("coordination"))
                .should()
                .dependOnClassesThat()
                .haveNameMatching(
                        "java\\.lang\\.Thread|java\\.util\\.concurrent\\.(locks\\..*|.*Executor.*|.*Future"
                            + "|CountDownLatch|Semaphore)|java\\.io\\.File|java\\.nio\\.(file|channels)\\..*|java\\.net\\..*")
                .as("coordination knows no thread, file or socket");
    }

    private ArchRule onlyAppEndsTheProcess() {
        return noClasses()
                .that()
                .resideOutsideOfPackage(in("app"))
                .should()
                .callMethodWhere(calls("end the process", System.class, "exit"))
                .orShould()
                .callMethodWhere(calls("end the process", Runtime.class, "exit", "halt"))
                .as("only app ends the process");
    }

    /** Connect's data has dates as {@code java.util.Date}; those who convert them may know it. */
    private ArchRule noRelics() {
        return noClasses()
                .that()
                .resideOutsideOfPackages(in("connect"), in("connectors"))
                .should()
                .dependOnClassesThat(
                        DescribedPredicate.describe(
                                "are relics", c -> RELICS.stream().anyMatch(c::isEquivalentTo)))
                .as("no relics of early Java");
    }

    private ArchRule noSleep() {
        return noClasses()
                .that(
                        DescribedPredicate.describe(
                                "are production code that may not sleep",
                                c ->
                                        !c.getPackageName().startsWith(root + ".testkit")
                                                && !MAY_SLEEP.contains(c.getName())))
                .should()
                .callMethodWhere(calls("sleep", Thread.class, "sleep"))
                .as("production code waits on conditions and does not sleep");
    }

    private ArchRule timeIsPassedIn() {
        return noClasses()
                .that()
                .resideInAnyPackage(seeded())
                .should()
                .callMethodWhere(
                        calls("ask the clock", System.class, "currentTimeMillis", "nanoTime"))
                .orShould()
                .callMethodWhere(calls("ask the clock", Instant.class, "now"))
                .orShould()
                .callMethodWhere(
                        calls("ask the clock", Clock.class, "systemUTC", "systemDefaultZone"))
                .as("time is passed in to " + SEEDED);
    }

    private ArchRule chanceIsPassedIn() {
        return noClasses()
                .that()
                .resideInAnyPackage(seeded())
                .should()
                .callConstructor(Random.class)
                .orShould()
                .dependOnClassesThat()
                .areAssignableTo(ThreadLocalRandom.class)
                .orShould()
                .callMethod(Math.class, "random")
                .as("chance is passed in to " + SEEDED);
    }

    /** Rules are about named methods only, whatever their parameters. */
    private static DescribedPredicate<JavaAccess<?>> calls(
            String what, Class<?> owner, String... names) {
        return DescribedPredicate.describe(
                what,
                access ->
                        access.getTargetOwner().isEquivalentTo(owner)
                                && List.of(names).contains(access.getName()));
    }

    private String[] seeded() {
        return SEEDED.stream().map(this::in).toArray(String[]::new);
    }

    private String in(String module) {
        return root + "." + module + "..";
    }
}
