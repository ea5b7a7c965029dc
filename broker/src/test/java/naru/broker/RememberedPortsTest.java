package naru.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.net.BindException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;

class RememberedPortsTest {
    private static final int ANY = 54_321;

    @TempDir Path folder;

    /** Binds where these ports are taken. */
    private int bind(Set<Integer> taken) throws IOException {
        RememberedPorts ports = new RememberedPorts(folder);
        int port =
                ports.bind(
                        "CONTROLLER",
                        9093,
                        each -> {
                            if (taken.contains(each)) {
                                throw new BindException("taken");
                            }
                            return each == 0 ? ANY : each;
                        });
        ports.save();
        return port;
    }

    @Test
    void theUsualPortIsTheFirstChoice() throws IOException {
        assertThat(bind(Set.of())).isEqualTo(9093);
    }

    @Test
    void aPortOnceTakenIsKeptThoughTheUsualOneIsFreeAgain() throws IOException {
        assertThat(bind(Set.of(9093))).isEqualTo(19_093);
        assertThat(bind(Set.of())).isEqualTo(19_093);
    }

    @Test
    void whereAllAreTakenAnyPortWillDo() throws IOException {
        assertThat(bind(Set.of(9093, 19_093, 29_093))).isEqualTo(ANY);
        assertThat(bind(Set.of())).isEqualTo(ANY);
        assertThat(bind(Set.of(ANY))).isEqualTo(9093);
    }

    @Test
    void nothingIsRememberedOfWhatCannotBeBound() {
        RememberedPorts ports = new RememberedPorts(folder);
        assertThatThrownBy(() ->
                        ports.bind(
                                "CONTROLLER",
                                9093,
                                port -> {
                                    throw new BindException("never");
                                }))
                .isInstanceOf(BindException.class);
        ports.save();

        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void whatIsNoPortIsNotRemembered() throws IOException {
        Files.writeString(folder.resolve("listener-ports"), "CONTROLLER=99999\n");

        assertThat(bind(Set.of())).isEqualTo(9093);
    }
}
