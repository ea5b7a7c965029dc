package naru.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import naru.testkit.RepositoryRoot;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Runs what a document shows. In a block that is fenced as {@code console} a line that begins with
 * {@code $} is a command, and the lines below are what it prints. A block of another language that
 * begins with a comment is a file of that name. A command that only looks at Connect, where things
 * happen in their own time, looks until it sees what is shown.
 *
 * @param services addresses that are shown, and where they are in truth
 * @param folder where the commands run, as a person's own folder would be
 */
record DocumentedExamples(
        String document, Path folder, String bootstrap, Map<String, String> services) {
    private static final String SHOWN_ADDRESS = "127.0.0.1:9092";
    private static final String JDK = System.getProperty("java.home");
    private static final Pattern CONSOLE = Pattern.compile("```console\n(.*?)```", Pattern.DOTALL);
    private static final Pattern FILE =
            Pattern.compile(
                    "```(?:(?:python|properties)\n#|java\n//) (\\S+)\n(.*?)```", Pattern.DOTALL);

    private static final Pattern LOOKS =
            Pattern.compile("naru connect (?:list|status|explain) .*|curl -s http://\\S+");
    private static final Duration LOOKING = Duration.ofSeconds(30);
    private static final String CONNECT = "127.0.0.1:8083";

    /** What differs from run to run: times, durations, sizes of files, ids, and their widths. */
    private static final List<Varying> VARYING =
            List.of(
                    new Varying("\\d{4}-\\d\\d-\\d\\dT[\\d:.]+Z|\\b\\d{13}\\b", "TIME"),
                    new Varying("\\b[\\d.]+ (ms|s)\\b", "DURATION"),
                    new Varying("\\b[\\d.]+ (B|[KMGT]iB)\\b", "SIZE"),
                    new Varying("(?<= )[\\w-]{22}(?=\\s)", "ID"),
                    new Varying(" +", " "));

    private record Varying(String pattern, String shown) {}

    private record Example(String command, String output) {}

    /** Runs every command, and answers how many there were. */
    int verify() throws IOException {
        Path root = RepositoryRoot.find();
        for (String name : List.of("naru", "app")) {
            Files.createSymbolicLink(folder.resolve(name), root.resolve(name));
        }
        String text = Files.readString(root.resolve(document)).replace(SHOWN_ADDRESS, bootstrap);
        for (Map.Entry<String, String> service : services.entrySet()) {
            text = text.replace(service.getKey(), service.getValue());
        }
        writeFiles(text);
        List<Example> examples = examples(text);
        for (Example example : examples) {
            assertThat(printed(example))
                    .as("%s: $ %s", document, example.command)
                    .isEqualTo(withoutVarying(example.output));
        }
        return examples.size();
    }

    private String printed(Example example) {
        String shown = withoutVarying(example.output);
        String printed = withoutVarying(run(example.command));
        long deadline = System.nanoTime() + LOOKING.toNanos();
        while (LOOKS.matcher(example.command).matches()
                && !printed.equals(shown)
                && System.nanoTime() - deadline < 0) {
            printed = withoutVarying(run(example.command));
        }
        return printed;
    }

    private void writeFiles(String text) throws IOException {
        Matcher file = FILE.matcher(text);
        while (file.find()) {
            Files.writeString(folder.resolve(file.group(1)), file.group(2));
        }
    }

    private static List<Example> examples(String text) {
        List<Example> examples = new ArrayList<>();
        Matcher block = CONSOLE.matcher(text);
        while (block.find()) {
            for (String example : block.group(1).substring("$ ".length()).split("\n\\$ ", -1)) {
                int end = (example + "\n").indexOf('\n');
                String output = end < example.length() ? example.substring(end + 1) : "";
                examples.add(new Example(example.substring(0, end), output));
            }
        }
        return examples;
    }

    /** As a person would in the folder of the node, who has this JDK and Debian's Python. */
    private String run(String command) {
        return Program.run(
                        List.of(
                                "env",
                                "-C",
                                folder.toString(),
                                "PATH="
                                        + folder
                                        + ":"
                                        + JDK
                                        + "/bin:/usr/bin:"
                                        + System.getenv("PATH"),
                                "JAVA_HOME=" + JDK,
                                "NARU_BOOTSTRAP=" + bootstrap,
                                "NARU_CONNECT=http://" + services.getOrDefault(CONNECT, CONNECT),
                                "bash",
                                "-c",
                                "exec 2>&1; " + command))
                .succeeded();
    }

    private static String withoutVarying(String output) {
        String result = output;
        for (Varying varying : VARYING) {
            result = result.replaceAll(varying.pattern, varying.shown);
        }
        return result.strip();
    }
}
