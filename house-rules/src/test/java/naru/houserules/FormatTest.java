package naru.houserules;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.googlejavaformat.java.Main;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.ByteArrayInputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

class FormatTest {
    @Test
    void everyJavaFileIsFormatted() throws Exception {
        Repository repository = Repository.open();
        List<Path> files =
                repository.java().stream()
                        .map(file -> repository.root().resolve(file.path()))
                        .toList();
        assertThat(unformatted(files)).as("not formatted: run dev/format").isEmpty();
    }

    @Test
    void unformattedFileIsNamed(@TempDir Path folder) throws Exception {
        Path good = Files.writeString(folder.resolve("Good.java"), "class Good {\n    int a;\n}\n");
        Path bad = Files.writeString(folder.resolve("Bad.java"), "class Bad { int a; }\n");
        assertThat(unformatted(List.of(good, bad))).containsExactly(bad.toString());
    }

    /** What dev/format would change: the same program with the same options. */
    private static List<String> unformatted(List<Path> files) throws Exception {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        Main formatter =
                new Main(
                        new PrintWriter(out, true),
                        new PrintWriter(err, true),
                        new ByteArrayInputStream(new byte[0]));
        String[] arguments =
                Stream.concat(Stream.of("--aosp", "--dry-run"), files.stream().map(Path::toString))
                        .toArray(String[]::new);
        int exit = formatter.format(arguments);
        assertThat(exit).as(err.toString()).isZero();
        return out.toString().lines().toList();
    }
}
