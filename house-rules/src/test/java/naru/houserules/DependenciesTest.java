package naru.houserules;

import static org.assertj.core.api.Assertions.assertThat;

import naru.houserules.Repository.TextFile;

import org.junit.jupiter.api.Test;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

import java.io.StringReader;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

import javax.xml.parsers.DocumentBuilderFactory;

class DependenciesTest {
    private static final String NOTES = "docs/dependencies.md";

    @Test
    void everyDependencyIsExplained() throws Exception {
        List<TextFile> files = Repository.open().files();
        String notes =
                files.stream()
                        .filter(file -> file.path().equals(NOTES))
                        .map(TextFile::text)
                        .findFirst()
                        .orElse("");
        Set<String> unexplained = new TreeSet<>();
        for (TextFile pom : files) {
            if (pom.path().endsWith("pom.xml")) {
                unexplained.addAll(unexplained(pom.text(), notes));
            }
        }
        assertThat(unexplained)
                .as("artifacts in a pom that %s does not name: say there what each is for", NOTES)
                .isEmpty();
    }

    @Test
    void unexplainedDependencyIsNamed() throws Exception {
        String pom =
                """
                <project><dependencies>
                <dependency><groupId>dev.naru</groupId><artifactId>naru-log</artifactId></dependency>
                <dependency><groupId>a</groupId><artifactId>kafka</artifactId></dependency>
                <dependency><groupId>a</groupId><artifactId>picocli</artifactId></dependency>
                </dependencies></project>
                """;
        assertThat(unexplained(pom, "| `kafka-clients` | the codec |\n| `picocli` | the CLI |"))
                .containsExactly("a:kafka");
    }

    private static Set<String> unexplained(String pom, String notes) throws Exception {
        DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
        factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
        NodeList dependencies =
                factory.newDocumentBuilder()
                        .parse(new InputSource(new StringReader(pom)))
                        .getElementsByTagName("dependency");
        Set<String> unexplained = new TreeSet<>();
        for (int i = 0; i < dependencies.getLength(); i++) {
            Element dependency = (Element) dependencies.item(i);
            String group = child(dependency, "groupId");
            String artifact = child(dependency, "artifactId");
            if (!group.equals("dev.naru") && !names(notes, artifact)) {
                unexplained.add(group + ":" + artifact);
            }
        }
        return unexplained;
    }

    /** A whole name: kafka is not explained by a line about kafka-clients. */
    private static boolean names(String notes, String artifact) {
        return List.of(notes.split("[^A-Za-z0-9._-]+")).contains(artifact);
    }

    private static String child(Element element, String tag) {
        return element.getElementsByTagName(tag).item(0).getTextContent().strip();
    }
}
