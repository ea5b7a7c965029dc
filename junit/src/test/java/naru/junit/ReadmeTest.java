package naru.junit;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

class ReadmeTest {
    private static final Pattern JAVA_BLOCK = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);

    @Test
    void exampleIsTheTestThatRuns() throws IOException {
        String source = Files.readString(Path.of("src/test/java/naru/junit/OrdersTest.java"));
        Matcher block = JAVA_BLOCK.matcher(Files.readString(Path.of("README.md")));
        assertThat(block.find()).isTrue();
        assertThat(block.group(1)).isEqualTo(source.substring(source.indexOf("@NaruTest")));
    }
}
