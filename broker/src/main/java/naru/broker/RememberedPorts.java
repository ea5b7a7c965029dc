package naru.broker;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.io.Reader;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashSet;
import java.util.Properties;
import java.util.Set;

/**
 * Ports of listeners that nobody insists on: the one of the former run, else the usual one, else
 * one that is free. The metadata folder remembers them, because other nodes do.
 *
 * <p>Threads: the starter's.
 */
public final class RememberedPorts {
    private static final Logger LOG = LoggerFactory.getLogger("naru.node");
    private static final String FILE = "listener-ports";
    private static final int[] OFFSETS = {0, 10_000, 20_000};
    private static final int ANY_FREE = 0;
    private static final int HIGHEST = 65_535;

    private final Path folder;
    private final Properties ports = new Properties();
    private boolean changed;

    /** Binds a port, or any free one for 0, and answers which. */
    @FunctionalInterface
    public interface Binding {
        int bind(int port) throws IOException;
    }

    public RememberedPorts(Path folder) {
        this.folder = folder;
        try (Reader reader = Files.newBufferedReader(folder.resolve(FILE))) {
            ports.load(reader);
        } catch (IOException | IllegalArgumentException none) {
            ports.clear();
        }
    }

    /**
     * @param name of the listener
     * @param usual port to try first when none is remembered
     * @throws IOException when no port can be bound
     */
    public int bind(String name, int usual, Binding binding) throws IOException {
        int before = remembered(name);
        Set<Integer> candidates = new LinkedHashSet<>();
        if (before > 0) {
            candidates.add(before);
        }
        for (int offset : OFFSETS) {
            if (usual > 0 && usual + offset <= HIGHEST) {
                candidates.add(usual + offset);
            }
        }
        int port = bindFirst(candidates, binding);
        if (before > 0 && before != port) {
            LOG.warn("listener {}: port {} is taken, using {} from now on", name, before, port);
        } else if (before == 0 && usual > 0 && usual != port) {
            LOG.info("listener {}: port {} is taken, using {}", name, usual, port);
        }
        changed |= before != port;
        ports.setProperty(name, Integer.toString(port));
        return port;
    }

    private static int bindFirst(Set<Integer> candidates, Binding binding) throws IOException {
        for (int candidate : candidates) {
            try {
                return binding.bind(candidate);
            } catch (IOException taken) {
                LOG.debug("port {} cannot be had: {}", candidate, taken.getMessage());
            }
        }
        return binding.bind(ANY_FREE);
    }

    private int remembered(String name) {
        String text = ports.getProperty(name, "");
        return text.matches("\\d{1,5}") && Integer.parseInt(text) <= HIGHEST
                ? Integer.parseInt(text)
                : 0;
    }

    /** Writes what has changed; a folder that cannot be written is found out by others. */
    public void save() {
        if (!changed) {
            return;
        }
        Path next = folder.resolve(FILE + ".tmp");
        try (Writer writer = Files.newBufferedWriter(next)) {
            ports.store(writer, "Ports that were free; other nodes know them.");
        } catch (IOException unwritable) {
            LOG.warn("{} cannot be written: {}", next, unwritable.getMessage());
            return;
        }
        try {
            Files.move(
                    next,
                    folder.resolve(FILE),
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
            changed = false;
        } catch (IOException unwritable) {
            LOG.warn("{} cannot be written: {}", folder.resolve(FILE), unwritable.getMessage());
        }
    }
}
