package naru.testkit.cluster;

import naru.testkit.NaruProcess;
import naru.testkit.Place;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Nodes of Naru that are broker and controller each and form one cluster, numbered from 1.
 *
 * <p>Threads: one owner.
 */
public final class ClusterProcesses implements AutoCloseable {
    private final List<NaruProcess> nodes = new ArrayList<>();
    private final Voters voters;

    /** How the nodes know who votes. */
    public enum Voters {
        /** {@code controller.quorum.voters} on each of them. */
        CONFIGURED,

        /** The first one is alone at first, the others are added as they come (KIP-853). */
        ADDED
    }

    private ClusterProcesses(Voters voters) {
        this.voters = voters;
    }

    /**
     * Nodes that are not launched yet.
     *
     * @param home gets a folder {@code node-N} for each, which is used if it is there, and a file
     *     {@code node-N.log} with all that the node prints
     * @param namespaces where they are put, or null for loopback
     * @param settings of all of them
     */
    public static ClusterProcesses prepare(
            Path home,
            int count,
            @Nullable Namespaces namespaces,
            Voters voters,
            Map<String, String> settings) {
        ClusterProcesses cluster = new ClusterProcesses(voters);
        for (int node = 1; node <= count; node++) {
            Map<String, String> own = new LinkedHashMap<>(settings);
            own.put("node.id", "" + node);
            own.put("process.roles", "broker,controller");
            own.put("naru.insecure.listeners", "true");
            Place place = namespaces == null ? Place.LOOPBACK : namespaces.place(node);
            NaruProcess process =
                    NaruProcess.on(
                            home.resolve("node-" + node).resolve("data"), place, own, Map.of());
            process.set(
                    "listeners",
                    "PLAINTEXT://%s,CONTROLLER://%s"
                            .formatted(process.bootstrap(), process.controller()));
            process.keepOutputIn(home.resolve("node-" + node + ".log"));
            cluster.nodes.add(process);
        }
        return cluster;
    }

    /** Starts all on empty folders and waits until they serve. */
    public void form() {
        switch (voters) {
            case CONFIGURED -> {
                String all =
                        nodes.stream()
                                .map(node -> number(node) + "@" + node.controller())
                                .collect(Collectors.joining(","));
                nodes.forEach(node -> node.set("controller.quorum.voters", all));
                nodes.forEach(NaruProcess::launch);
            }
            case ADDED -> {
                String all =
                        nodes.stream()
                                .map(NaruProcess::controller)
                                .collect(Collectors.joining(","));
                nodes.getFirst().restart();
                nodes.forEach(node -> {
                    node.set("controller.quorum.bootstrap.servers", all);
                    node.set("controller.quorum.auto.join.enable", "true");
                });
                nodes.stream().skip(1).forEach(NaruProcess::launch);
            }
        }
        nodes.forEach(NaruProcess::awaitReady);
    }

    private int number(NaruProcess node) {
        return nodes.indexOf(node) + 1;
    }

    public int size() {
        return nodes.size();
    }

    public NaruProcess node(int number) {
        return nodes.get(number - 1);
    }

    public List<NaruProcess> nodes() {
        return List.copyOf(nodes);
    }

    /** All addresses for clients. */
    public String bootstrap() {
        return nodes.stream().map(NaruProcess::bootstrap).collect(Collectors.joining(","));
    }

    /** Deletes all that a node which does not run has stored. */
    public void loseFolder(int number) {
        Path lost = node(number).dataFolder();
        try (var files = Files.walk(lost)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        nodes.forEach(NaruProcess::close);
    }
}
