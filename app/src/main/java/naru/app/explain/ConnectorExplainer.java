package naru.app.explain;

import naru.app.explain.ConnectorFacts.Part;
import naru.app.explain.ConnectorFacts.Restart;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/** Says why a connector stands where it does, and what can be done. */
public final class ConnectorExplainer {
    private static final int CAUSE_MOST = 300;

    private ConnectorExplainer() {}

    /** What words in a cause mean for whoever has to mend it. */
    private enum Mend {
        REGISTRY(
                "schema registry",
                "look whether the registry runs and schema.registry.url names it"),
        MAGIC_BYTE(
                "magic byte",
                "the records were not written with the registry's format: use the converter that"
                        + " their producer used, or set errors.tolerance=all with a dead letter"
                        + " topic (errors.deadletterqueue.topic.name)"),
        NO_SCHEMA_IN_JSON(
                "requires \"schema\" and \"payload\"",
                "the JSON has no schema in it: set value.converter.schemas.enable=false (and"
                        + " key.converter.schemas.enable=false)"),
        UNPARSABLE(
                "Converting byte[] to Kafka Connect data failed",
                "the records are not what the converter reads: see value.converter and"
                        + " key.converter, or put bad records aside with errors.tolerance=all and"
                        + " errors.deadletterqueue.topic.name"),
        TOLERANCE(
                "Tolerance exceeded",
                "one record cannot be processed: mend it, or put such records aside with"
                        + " errors.tolerance=all and errors.deadletterqueue.topic.name"),
        CLASS(
                "Failed to find any class",
                "the plug-in is not there: put its folder into naru.connect.plugin.path, and see:"
                        + " naru connect plugins"),
        MEMORY(
                "OutOfMemoryError",
                "the plug-in took more memory than the process has: give it"
                        + " more (NARU_JAVA_OPTS=-Xmx2g) or run Connect in a process of its own"),
        AUTHORIZATION(
                "AuthorizationException",
                "the user of the worker has no right to this topic or group: naru acls check"),
        REFUSED("Connection refused", "nothing listens where the connector wants to go"),
        UNKNOWN_HOST("UnknownHostException", "there is no such host: check the address"),
        NO_FILE("NoSuchFileException", "there is no such file on the worker's machine"),
        TIMEOUT("TimeoutException", "the other side did not answer in time: is it up, is it slow?");

        private final String words;
        private final String advice;

        Mend(String words, String advice) {
            this.words = words;
            this.advice = advice;
        }
    }

    public static List<Finding> explain(ConnectorFacts facts) {
        List<Finding> findings = new ArrayList<>();
        for (Part part : facts.parts()) {
            findings.add(explain(facts, part));
            Finding restart = restart(facts, part);
            if (restart != null) {
                findings.add(restart);
            }
        }
        if (facts.parts().size() == 1 && facts.parts().getFirst().state().equals("RUNNING")) {
            findings.add(
                    Finding.notable(
                            "it has no task, so nothing is done",
                            "either it found nothing to do, or its tasks are just being made; see:"
                                    + " naru connect logs "
                                    + facts.name()));
        }
        facts.busy()
                .forEach(each ->
                        findings.add(
                                Finding.notable(
                                        each,
                                        "much to do, or it turns in a circle; naru connect stop "
                                                + facts.name()
                                                + " ends it")));
        boolean failed = facts.parts().stream().anyMatch(part -> part.state().equals("FAILED"));
        if (!failed) {
            facts.complaints()
                    .forEach(each ->
                            findings.add(Finding.notable("it logged: " + shortened(each), null)));
        }
        return findings;
    }

    private static Finding explain(ConnectorFacts facts, Part part) {
        String where = part.worker().isEmpty() ? "" : " on " + part.worker();
        return switch (part.state()) {
            case "RUNNING" -> Finding.fine(part.what() + " runs" + where);
            case "PAUSED" ->
                    Finding.notable(
                            part.what() + " is paused", "naru connect resume " + facts.name());
            case "STOPPED" ->
                    Finding.notable(
                            part.what() + " is stopped", "naru connect resume " + facts.name());
            case "UNASSIGNED" ->
                    Finding.notable(
                            part.what() + " belongs to no worker just now",
                            "workers are sharing their work out; if it stays so, look at their"
                                    + " logs, and whether they reach each other");
            case "FAILED" ->
                    Finding.problem(
                            "%s has failed%s: %s"
                                    .formatted(part.what(), where, cause(part.trace())),
                            mend(facts.name(), part.trace()));
            default -> Finding.notable(part.what() + " is " + part.state(), null);
        };
    }

    private static @Nullable Finding restart(ConnectorFacts facts, Part part) {
        for (Restart each : facts.restarts()) {
            String what = each.task() < 0 ? "connector" : "task " + each.task();
            if (!what.equals(part.what())) {
                continue;
            }
            if (each.givenUp()) {
                return Finding.problem(
                        "it was restarted %d times in a row and is not restarted again"
                                .formatted(each.made()),
                        "mend the cause, then: naru connect restart " + facts.name());
            }
            if (each.nextInMillis() >= 0) {
                return Finding.notable(
                        "restart %d of %d in %d s"
                                .formatted(
                                        each.made() + 1, each.most(), each.nextInMillis() / 1_000),
                        null);
            }
            return Finding.notable(
                    "it has failed lately and was restarted %d times".formatted(each.made()), null);
        }
        return null;
    }

    /** The innermost cause of a trace, which is what happened; the outermost is where. */
    static String cause(String trace) {
        String outer = firstLine(trace);
        String inner = outer;
        for (String line : trace.lines().toList()) {
            if (line.startsWith("Caused by: ")) {
                inner = line.substring("Caused by: ".length());
            }
        }
        String told = inner.equals(outer) ? outer : inner + " (" + outer + ")";
        return shortened(
                told.replaceAll("\\b(?:[a-z]\\w*\\.)+(?=[A-Z]\\w*(?:Exception|Error)\\b)", ""));
    }

    public static String firstLine(String trace) {
        return trace.lines().findFirst().orElse("");
    }

    private static String shortened(String text) {
        return text.length() <= CAUSE_MOST ? text : text.substring(0, CAUSE_MOST) + " ...";
    }

    private static String mend(String name, String trace) {
        for (Mend each : Mend.values()) {
            if (trace.contains(each.words)) {
                return each.advice;
            }
        }
        return "what it logged: naru connect logs %s; the whole trace: naru connect status %s -o json"
                .formatted(name, name);
    }
}
