package naru.houserules;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * The text files of the repository, without what builds and tools leave there and without what
 * others wrote.
 */
record Repository(Path root, List<TextFile> files) {
    private static final Set<String> SKIPPED_FOLDERS =
            Set.of(
                    "target",
                    "node_modules",
                    "naru-data",
                    "naru-demo",
                    "vendor",
                    ".git",
                    ".idea",
                    ".settings");
    private static final Set<String> TEXT_ENDINGS =
            Set.of("java", "xml", "md", "py", "js", "json", "sh", "properties", "yml", "yaml");
    private static final Set<String> TEXT_NAMES = Set.of("naru", "run", "format", ".gitignore");

    /** One file; the path is relative to the root, with slashes. */
    record TextFile(String path, String text) {
        boolean isJava() {
            return path.endsWith(".java");
        }

        boolean isProduction() {
            return isJava() && path.contains("/src/main/java/");
        }
    }

    static Repository open() {
        Path folder = Path.of("").toAbsolutePath();
        while (!Files.isRegularFile(folder.resolve("dev/format"))) {
            Path parent = folder.getParent();
            if (parent == null) {
                throw new IllegalStateException(
                        "no repository above " + Path.of("").toAbsolutePath());
            }
            folder = parent;
        }
        return new Repository(folder, read(folder));
    }

    List<TextFile> java() {
        return files.stream().filter(TextFile::isJava).toList();
    }

    private static List<TextFile> read(Path root) {
        List<TextFile> found = new ArrayList<>();
        try {
            Files.walkFileTree(
                    root,
                    new SimpleFileVisitor<>() {
                        @Override
                        public FileVisitResult preVisitDirectory(
                                Path folder, BasicFileAttributes attributes) {
                            return SKIPPED_FOLDERS.contains(name(folder))
                                    ? FileVisitResult.SKIP_SUBTREE
                                    : FileVisitResult.CONTINUE;
                        }

                        @Override
                        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                                throws IOException {
                            if (attributes.isRegularFile() && isText(name(file))) {
                                found.add(new TextFile(relative(root, file), text(file)));
                            }
                            return FileVisitResult.CONTINUE;
                        }
                    });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return List.copyOf(found);
    }

    private static boolean isText(String name) {
        int dot = name.lastIndexOf('.');
        return TEXT_NAMES.contains(name)
                || (dot > 0 && TEXT_ENDINGS.contains(name.substring(dot + 1)));
    }

    private static String name(Path path) {
        Path name = path.getFileName();
        return name == null ? "" : name.toString();
    }

    private static String relative(Path root, Path file) {
        return root.relativize(file).toString().replace('\\', '/');
    }

    private static String text(Path file) throws IOException {
        return Files.readString(file, StandardCharsets.UTF_8);
    }
}
