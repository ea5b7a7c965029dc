package naru.testkit.cluster;

import naru.testkit.Place;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Network namespaces, one for each node, numbered from 1. Two nodes have a cable of their own for
 * each {@link Way}, and each node has one to this process; every cable can be cut in one direction
 * or both. What is sent into a cut cable vanishes without a word to the sender.
 *
 * <p>A node's listener for clients and brokers is at one address, its controller's at another, so
 * that followers can be kept from a leader that still reaches the controllers.
 *
 * <p>Threads: one owner. Nothing stays behind after {@link #close} or the end of the JVM; what a
 * killed JVM left is removed by the next one.
 */
public final class Namespaces implements AutoCloseable {
    private static final String NAME = "naru-";
    private static final Path FOLDER = Path.of("/run/netns");

    private final long owner = ProcessHandle.current().pid();
    private final String network;
    private final int nodes;
    private final Thread lastResort = new Thread(this::remove);

    private Namespaces(int nodes) {
        this.nodes = nodes;
        this.network = "10.%d.%d.".formatted(64 + owner % 128, owner / 128 % 256);
    }

    /** Empty where this process may not make namespaces. */
    public static Optional<Namespaces> create(int nodes) {
        if (!permitted()) {
            return Optional.empty();
        }
        removeOfTheDead();
        Namespaces namespaces = new Namespaces(nodes);
        Runtime.getRuntime().addShutdownHook(namespaces.lastResort);
        try {
            namespaces.build();
            namespaces.tryCut();
            return Optional.of(namespaces);
        } catch (IllegalStateException | UncheckedIOException refused) {
            namespaces.close();
            return Optional.empty();
        }
    }

    private static boolean permitted() {
        String probe = NAME + "probe-" + ProcessHandle.current().pid();
        try {
            if (ShellCommand.run("ip", "netns", "add", probe).exitCode() != 0) {
                return false;
            }
            return ShellCommand.run("ip", "netns", "del", probe).exitCode() == 0;
        } catch (UncheckedIOException noSuchTool) {
            return false;
        }
    }

    private void build() {
        for (int node = 1; node <= nodes; node++) {
            ShellCommand.require("ip", "netns", "add", name(node));
            inside(node, "link", "set", "lo", "up");
            for (Way way : Way.values()) {
                inside(node, "addr", "add", address(node, way) + "/32", "dev", "lo");
            }
            connectToClients(node);
        }
        for (int one = 1; one <= nodes; one++) {
            for (int other = one + 1; other <= nodes; other++) {
                for (Way way : Way.values()) {
                    connect(one, other, way);
                }
            }
        }
    }

    /** Not every system can; better known now. */
    private void tryCut() {
        cutFromClients(1);
        heal();
    }

    /** Both ends have one hardware address, so that nobody has to ask for it. */
    private static void cable(String one, String oneSpace, String other, String otherSpace) {
        String hardware = "02:00:00:00:00:01";
        List<String> command =
                new ArrayList<>(List.of("ip", "link", "add", one, "address", hardware));
        command.addAll(oneSpace.isEmpty() ? List.of() : List.of("netns", oneSpace));
        command.addAll(List.of("arp", "off", "type", "veth"));
        command.addAll(List.of("peer", "name", other, "address", hardware, "arp", "off"));
        command.addAll(List.of("netns", otherSpace));
        ShellCommand.require(command.toArray(String[]::new));
    }

    private void connectToClients(int node) {
        String here = clientCable(node);
        cable(here, "", "clients", name(node));
        ShellCommand.require("ip", "addr", "add", network + "254/32", "dev", here);
        ShellCommand.require("ip", "link", "set", here, "up");
        inside(node, "link", "set", "clients", "up");
        String own = address(node, Way.DATA);
        ShellCommand.require(
                "ip", "route", "add", own + "/32", "dev", here, "src", network + "254");
        inside(node, "route", "add", network + "254/32", "dev", "clients", "src", own);
    }

    private void connect(int one, int other, Way way) {
        cable(cableTo(other, way), name(one), cableTo(one, way), name(other));
        route(one, other, way);
        route(other, one, way);
    }

    private void route(int from, int to, Way way) {
        String device = cableTo(to, way);
        inside(from, "link", "set", device, "up");
        inside(
                from,
                "route",
                "add",
                address(to, way) + "/32",
                "dev",
                device,
                "src",
                address(from, way));
    }

    private void inside(int node, String... words) {
        List<String> command = new ArrayList<>(List.of("ip", "-n", name(node)));
        command.addAll(List.of(words));
        ShellCommand.require(command.toArray(String[]::new));
    }

    private String name(int node) {
        return NAME + owner + "-" + node;
    }

    private String clientCable(int node) {
        return "n" + Long.toString(owner, Character.MAX_RADIX) + "c" + node;
    }

    private static String cableTo(int node, Way way) {
        return (way == Way.DATA ? "data" : "quorum") + node;
    }

    private String address(int node, Way way) {
        return network + (way == Way.DATA ? node : 100 + node);
    }

    public Place place(int node) {
        return new Place(
                address(node, Way.DATA),
                address(node, Way.QUORUM),
                List.of("ip", "netns", "exec", name(node)));
    }

    /** What one node sends to the other on this way no longer arrives. */
    public void cutOneWay(int from, int to, Way way) {
        silence(name(from), cableTo(to, way));
    }

    /** The nodes no longer hear each other on this way. */
    public void cut(int one, int other, Way way) {
        cutOneWay(one, other, way);
        cutOneWay(other, one, way);
    }

    /** Neither clients nor the node hear each other. */
    public void cutFromClients(int node) {
        silence(name(node), "clients");
        ShellCommand.require(
                "tc", "qdisc", "replace", "dev", clientCable(node), "root", "blackhole");
    }

    private static void silence(String space, String device) {
        ShellCommand.require(
                "tc", "-n", space, "qdisc", "replace", "dev", device, "root", "blackhole");
    }

    /** Every cable is whole again. */
    public void heal() {
        for (int node = 1; node <= nodes; node++) {
            ShellCommand.run("tc", "qdisc", "del", "dev", clientCable(node), "root");
            repair(node, "clients");
            for (int other = 1; other <= nodes; other++) {
                for (Way way : Way.values()) {
                    if (other != node) {
                        repair(node, cableTo(other, way));
                    }
                }
            }
        }
    }

    /** A cable that is whole has nothing to be deleted, which is refused. */
    private void repair(int node, String device) {
        ShellCommand.run("tc", "-n", name(node), "qdisc", "del", "dev", device, "root");
    }

    @Override
    public void close() {
        Runtime.getRuntime().removeShutdownHook(lastResort);
        remove();
    }

    /** A cable goes with the namespace of either end. */
    private void remove() {
        for (int node = 1; node <= nodes; node++) {
            ShellCommand.run("ip", "link", "del", clientCable(node));
            ShellCommand.run("ip", "netns", "del", name(node));
        }
    }

    private static void removeOfTheDead() {
        Set<String> left = new LinkedHashSet<>();
        try (Stream<Path> names = Files.list(FOLDER)) {
            names.map(file -> String.valueOf(file.getFileName()))
                    .filter(name -> name.matches(NAME + "[0-9]+-[0-9]+"))
                    .forEach(left::add);
        } catch (IOException none) {
            return;
        }
        for (String name : left) {
            long maker = Long.parseLong(name.split("-", -1)[1]);
            if (ProcessHandle.of(maker).isEmpty()) {
                ShellCommand.run("ip", "netns", "del", name);
            }
        }
    }
}
