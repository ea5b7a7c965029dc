package naru.houserules;

import com.sun.source.tree.BlockTree;
import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.Tree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.SourcePositions;
import com.sun.source.util.TreeScanner;
import com.sun.source.util.Trees;

import naru.houserules.Repository.TextFile;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

/** What each source file must hold to; a rule answers with one sentence a violation. */
final class SourceRules {
    static final int MAX_FILE_LINES = 700;
    static final int MAX_METHOD_LINES = 70;

    private static final Pattern EMPTY_NAME =
            Pattern.compile(".*(Utils?|Helpers?|Manager|Impl|Common)");

    /** Put together from halves, so that this file holds to its own rule. */
    private static final Pattern FORBIDDEN_WORD =
            Pattern.compile(
                    "\\b(%s)\\b|@%s\\b"
                            .formatted(
                                    String.join(
                                            "|",
                                            "TO" + "DO",
                                            "FIX" + "ME",
                                            "XX" + "X",
                                            "HA" + "CK"),
                                    "Dis" + "abled"));

    private SourceRules() {}

    static List<String> violations(List<TextFile> files) {
        List<String> found = new ArrayList<>();
        for (TextFile file : files) {
            layout(file, found);
            forbiddenWords(file, found);
            long lines = file.text().lines().count();
            if (file.isJava() && lines > MAX_FILE_LINES) {
                found.add(
                        "%s has %d lines, more than %d"
                                .formatted(file.path(), lines, MAX_FILE_LINES));
            }
        }
        shape(files.stream().filter(TextFile::isJava).toList(), found);
        return found;
    }

    /** Folders of production code whose package-info is missing or not null-marked. */
    static List<String> packagesWithoutNullMarked(List<TextFile> files) {
        List<TextFile> production = files.stream().filter(TextFile::isProduction).toList();
        List<String> marked =
                production.stream()
                        .filter(file -> file.path().endsWith("/package-info.java"))
                        .filter(file -> file.text().contains("@NullMarked"))
                        .map(file -> folder(file.path()))
                        .toList();
        return production.stream()
                .map(file -> folder(file.path()))
                .distinct()
                .filter(folder -> !marked.contains(folder))
                .map(folder -> folder + " has no package-info.java with @NullMarked")
                .toList();
    }

    private static String folder(String path) {
        return path.substring(0, path.lastIndexOf('/'));
    }

    private static void layout(TextFile file, List<String> found) {
        if (file.text().indexOf('\t') >= 0) {
            found.add(file.path() + " has a tab");
        }
        if (file.text().indexOf('\r') >= 0) {
            found.add(file.path() + " has a carriage return; lines end with LF");
        }
        if (!file.text().isEmpty() && !file.text().endsWith("\n")) {
            found.add(file.path() + " does not end with a line feed");
        }
    }

    private static void forbiddenWords(TextFile file, List<String> found) {
        Matcher matcher = FORBIDDEN_WORD.matcher(file.text());
        while (matcher.find()) {
            long line =
                    1
                            + file.text()
                                    .substring(0, matcher.start())
                                    .chars()
                                    .filter(c -> c == '\n')
                                    .count();
            found.add("%s:%d says %s".formatted(file.path(), line, matcher.group()));
        }
    }

    /** All files in one run of the compiler's parser: to begin one takes longer than a file. */
    private static void shape(List<TextFile> files, List<String> found) {
        JavaCompiler compiler = Objects.requireNonNull(ToolProvider.getSystemJavaCompiler());
        JavacTask task =
                (JavacTask)
                        compiler.getTask(
                                null,
                                null,
                                diagnostic -> {},
                                null,
                                null,
                                files.stream().map(InMemory::new).toList());
        SourcePositions positions = Trees.instance(task).getSourcePositions();
        try {
            for (CompilationUnitTree unit : task.parse()) {
                String path = unit.getSourceFile().getName().substring(1);
                new ShapeScanner(path, unit, positions, found).scan(unit, null);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static final class InMemory extends SimpleJavaFileObject {
        private final String text;

        InMemory(TextFile file) {
            super(URI.create("string:///" + file.path()), JavaFileObject.Kind.SOURCE);
            this.text = file.text();
        }

        @Override
        public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return text;
        }
    }

    private static final class ShapeScanner extends TreeScanner<@Nullable Void, @Nullable Void> {
        private final String path;
        private final CompilationUnitTree unit;
        private final SourcePositions positions;
        private final List<String> found;

        ShapeScanner(
                String path,
                CompilationUnitTree unit,
                SourcePositions positions,
                List<String> found) {
            this.path = path;
            this.unit = unit;
            this.positions = positions;
            this.found = found;
        }

        @Override
        public @Nullable Void visitClass(ClassTree tree, @Nullable Void nothing) {
            String name = tree.getSimpleName().toString();
            if (EMPTY_NAME.matcher(name).matches()) {
                found.add("%s: the name %s says nothing; say what it owns".formatted(path, name));
            }
            for (Tree member : tree.getMembers()) {
                if (member instanceof BlockTree) {
                    length(member, "an initializer of " + name);
                }
            }
            return super.visitClass(tree, null);
        }

        @Override
        public @Nullable Void visitMethod(MethodTree tree, @Nullable Void nothing) {
            length(tree, tree.getName().toString());
            return super.visitMethod(tree, null);
        }

        private void length(Tree tree, String name) {
            long first = unit.getLineMap().getLineNumber(positions.getStartPosition(unit, tree));
            long last = unit.getLineMap().getLineNumber(positions.getEndPosition(unit, tree));
            long lines = last - first + 1;
            if (lines > MAX_METHOD_LINES) {
                found.add(
                        "%s:%d %s has %d lines, more than %d"
                                .formatted(path, first, name, lines, MAX_METHOD_LINES));
            }
        }
    }
}
