package naru.houserules;

import static org.assertj.core.api.Assertions.assertThat;

import naru.houserules.Repository.TextFile;

import org.junit.jupiter.api.Test;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Documents point at what is there. */
class DocumentsTest {
    private static final Repository REPOSITORY = Repository.open();
    private static final Set<String> ABOUT_CLASSES =
            Set.of("docs/architecture.md", "docs/limits.md");
    private static final Pattern LINK = Pattern.compile("]\\((?!https?:)([^)#]+)");
    private static final Pattern CLASS_NAME = Pattern.compile("`((?:[A-Z][a-z0-9]+){2,})(?=[`.])");
    private static final Pattern DECLARED =
            Pattern.compile("\\b(?:class|record|interface|enum) ([A-Z]\\w+)");

    @Test
    void everyLinkLeadsSomewhere() {
        assertThat(REPOSITORY.files().stream().flatMap(f -> deadLinks(f).stream())).isEmpty();
    }

    @Test
    void everyClassThatIsNamedExists() {
        List<TextFile> documents =
                REPOSITORY.files().stream().filter(f -> ABOUT_CLASSES.contains(f.path())).toList();
        assertThat(documents).hasSameSizeAs(ABOUT_CLASSES);
        assertThat(documents).allSatisfy(f -> assertThat(unknownClasses(f, declared())).isEmpty());
    }

    @Test
    void deadLinkIsNamed() {
        String text = "[a](../README.md) [b](gone.md#x) [c](https://example.org/)";
        assertThat(deadLinks(new TextFile("docs/a.md", text))).containsExactly("gone.md");
    }

    @Test
    void unknownClassIsNamed() {
        TextFile text = new TextFile("docs/a.md", "`SelectorLoop.pass` calls `LostLoop`, `Loop`");
        assertThat(unknownClasses(text, Set.of("SelectorLoop"))).containsExactly("LostLoop");
    }

    private static List<String> deadLinks(TextFile document) {
        if (!document.path().endsWith(".md")) {
            return List.of();
        }
        Path folder = REPOSITORY.root().resolve(document.path()).resolveSibling("");
        return found(LINK, document.text()).stream()
                .filter(link -> !Files.exists(folder.resolve(link).normalize()))
                .toList();
    }

    private static Set<String> unknownClasses(TextFile document, Set<String> declared) {
        Set<String> unknown = new TreeSet<>(found(CLASS_NAME, document.text()));
        unknown.removeAll(declared);
        return unknown;
    }

    private static Set<String> declared() {
        return REPOSITORY.java().stream()
                .flatMap(file -> found(DECLARED, file.text()).stream())
                .collect(Collectors.toSet());
    }

    private static Collection<String> found(Pattern pattern, String text) {
        return pattern.matcher(text).results().map((MatchResult found) -> found.group(1)).toList();
    }
}
