package naru.app.explain;

import static naru.app.explain.Wording.duration;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/** How far a transaction is, and what ends it. */
public final class TransactionExplainer {
    private TransactionExplainer() {}

    public static List<Finding> explain(TransactionFacts facts) {
        List<Finding> findings = new ArrayList<>();
        findings.add(
                Finding.fine(
                        "%s belongs to producer %d in epoch %d; broker %d coordinates it."
                                .formatted(
                                        facts.transactionalId(),
                                        facts.producerId(),
                                        facts.producerEpoch(),
                                        facts.coordinator())));
        findings.add(standing(facts));
        return List.copyOf(findings);
    }

    private static Finding standing(TransactionFacts facts) {
        @Nullable Long started = facts.startedMillis();
        long age = started == null ? 0 : Math.max(0, facts.nowMillis() - started);
        String where =
                facts.partitions().isEmpty()
                        ? "no partition yet"
                        : Wording.partitions(facts.partitions());
        return switch (facts.state()) {
            case "Ongoing" -> ongoing(facts, age, where);
            case "PrepareCommit", "PrepareAbort" ->
                    Finding.notable(
                            "It is decided to be %s, and markers of that are still to be written to"
                                            .formatted(
                                                    facts.state().endsWith("Commit")
                                                            ? "committed"
                                                            : "aborted")
                                    + " "
                                    + where
                                    + ".",
                            "If that lasts, one of those partitions has no leader: naru cluster"
                                    + " status");
            case "CompleteCommit" ->
                    Finding.fine("Its last transaction was committed; none is open.");
            case "CompleteAbort" -> Finding.fine("Its last transaction was aborted; none is open.");
            case "Empty" -> Finding.fine("It has had no transaction yet.");
            default -> Finding.fine("Its state is " + facts.state() + ".");
        };
    }

    private static Finding ongoing(TransactionFacts facts, long age, String where) {
        long left = facts.timeoutMillis() - age;
        String open =
                "A transaction is open since %s, with records in %s"
                        .formatted(duration(age), where);
        if (left <= 0) {
            return Finding.problem(
                    open
                            + "; it should have been aborted %s ago (transaction.timeout.ms is %s)."
                                    .formatted(duration(-left), duration(facts.timeoutMillis())),
                    "naru transactions find-hanging tells whether it hangs");
        }
        return Finding.notable(
                open
                        + "; if its producer does not end it, the coordinator aborts it in %s"
                                .formatted(duration(left))
                        + " (transaction.timeout.ms is "
                        + duration(facts.timeoutMillis())
                        + ").",
                null);
    }
}
