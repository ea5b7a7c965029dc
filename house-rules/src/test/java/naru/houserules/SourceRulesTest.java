package naru.houserules;

import static org.assertj.core.api.Assertions.assertThat;

import naru.houserules.Repository.TextFile;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.List;

class SourceRulesTest {
    private static final Repository REPOSITORY = Repository.open();

    @Test
    void everyFileHoldsToTheSourceRules() {
        assertThat(REPOSITORY.java()).hasSizeGreaterThan(20);
        assertThat(SourceRules.violations(REPOSITORY.files())).as("source rules").isEmpty();
    }

    @Test
    void everyProductionPackageIsNullMarked() {
        assertThat(SourceRules.packagesWithoutNullMarked(REPOSITORY.files())).isEmpty();
    }

    @Test
    void packageWithoutNullMarkedIsNamed() {
        TextFile bare = new TextFile("m/src/main/java/a/A.java", "package a;\nclass A {}\n");
        TextFile unmarked = new TextFile("m/src/main/java/b/package-info.java", "package b;\n");
        TextFile marked =
                new TextFile("m/src/main/java/c/package-info.java", "@NullMarked\npackage c;\n");
        assertThat(SourceRules.packagesWithoutNullMarked(List.of(bare, unmarked, marked)))
                .hasSize(2)
                .noneMatch(message -> message.contains("/c "));
    }

    @Test
    void goodFilePasses() {
        assertThat(violations("class Offsets {\n    long next() { return 1; }\n}\n")).isEmpty();
    }

    @Test
    void longFileIsRefused() {
        String text = "class A {}\n" + "// a line\n".repeat(SourceRules.MAX_FILE_LINES);
        assertThat(violations(text)).singleElement().asString().contains("701 lines");
    }

    @Test
    void longMethodIsRefused() {
        String body = "        count++;\n".repeat(SourceRules.MAX_METHOD_LINES - 1);
        assertThat(
                        violations(
                                "class A {\n    int count;\n    void run() {\n"
                                        + body
                                        + "    }\n}\n"))
                .singleElement()
                .asString()
                .contains("A.java:3 run has 71 lines");
    }

    @ParameterizedTest
    @ValueSource(strings = {"Util", "Utils", "Helper", "Manager", "Impl", "Common"})
    void emptyNameIsRefused(String ending) {
        assertThat(violations("class Outer {\n    record Log" + ending + "() {}\n}\n"))
                .singleElement()
                .asString()
                .contains("Log" + ending);
    }

    @ParameterizedTest
    @ValueSource(strings = {"TO+DO", "FIX+ME", "XX+X", "HA+CK", "@Dis+abled"})
    void forbiddenWordIsRefused(String halves) {
        String word = halves.replace("+", "");
        assertThat(violations("// a\n// " + word + " later\nclass A {}\n"))
                .singleElement()
                .asString()
                .contains("A.java:2 says " + word);
    }

    @ParameterizedTest
    @ValueSource(strings = {"class A {\t}\n", "class A {}\r\n", "class A {}"})
    void untidyLayoutIsRefused(String text) {
        assertThat(violations(text)).hasSize(1);
    }

    private static List<String> violations(String text) {
        return SourceRules.violations(List.of(new TextFile("m/src/test/java/A.java", text)));
    }
}
