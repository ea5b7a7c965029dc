package naru.testkit.faults;

import naru.testkit.NaruProcess;
import naru.testkit.cluster.Namespaces;
import naru.testkit.cluster.Way;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What can be done to a cluster; each says how it is undone. */
public enum Fault {
    /** Kills the leader of a partition. */
    KILL_LEADER {
        @Override
        void inject(Stage stage) {
            kill(stage, stage.leader());
        }
    },
    KILL_CONTROLLER {
        @Override
        void inject(Stage stage) {
            kill(stage, stage.controller());
        }
    },
    KILL_ANY {
        @Override
        void inject(Stage stage) {
            kill(stage, stage.anyNode());
        }
    },
    KILL_ALL {
        @Override
        void inject(Stage stage) {
            for (int node = 1; node <= stage.cluster().size(); node++) {
                if (stage.cluster().node(node).isAlive()) {
                    kill(stage, node);
                }
            }
        }
    },
    /** Ends a node as an operator does. */
    STOP {
        @Override
        void inject(Stage stage) {
            int number = stage.anyNode();
            NaruProcess node = stage.cluster().node(number);
            stage.note("stop %d".formatted(number));
            int exitCode = node.stop();
            if (exitCode != 0) {
                throw new IllegalStateException("node " + number + " ended with " + exitCode);
            }
            stage.undoBy(node::launch);
        }
    },
    /** The leader stands still and goes on as if nothing had been. */
    PAUSE_LEADER {
        @Override
        void inject(Stage stage) {
            pause(stage, stage.leader());
        }
    },
    PAUSE_ANY {
        @Override
        void inject(Stage stage) {
            pause(stage, stage.anyNode());
        }
    },
    /** A node hears no other, and perhaps no client. */
    CUT_NODE {
        @Override
        void inject(Stage stage) {
            int node = stage.leader();
            boolean fromClients = stage.random().nextBoolean();
            cut(stage, node, Way.values());
            if (fromClients) {
                stage.namespaces().cutFromClients(node);
            }
            stage.note(
                    "cut %d from the others%s".formatted(node, fromClients ? " and clients" : ""));
        }
    },
    /** Two nodes do not hear each other, the third hears both. */
    CUT_PAIR {
        @Override
        void inject(Stage stage) {
            int one = stage.leader();
            int other = stage.others(one).get(stage.random().nextInt(2));
            stage.undoBy(stage.namespaces()::heal);
            for (Way way : Way.values()) {
                stage.namespaces().cut(one, other, way);
            }
            stage.note("cut %d from %d".formatted(one, other));
        }
    },
    /** A node sends to another what does not arrive, and hears it. */
    CUT_ONE_WAY {
        @Override
        void inject(Stage stage) {
            int one = stage.leader();
            int other = stage.others(one).get(stage.random().nextInt(2));
            stage.undoBy(stage.namespaces()::heal);
            boolean forth = stage.random().nextBoolean();
            for (Way way : Way.values()) {
                stage.namespaces().cutOneWay(forth ? one : other, forth ? other : one, way);
            }
            stage.note("cut from %d to %d".formatted(forth ? one : other, forth ? other : one));
        }
    },
    /** The followers of a leader do not reach it, and all reach the controllers. */
    CUT_FOLLOWERS {
        @Override
        void inject(Stage stage) {
            int node = stage.leader();
            cut(stage, node, Way.DATA);
            stage.note("cut the followers of %d".formatted(node));
        }
    },
    /** A leader does not reach the controllers, and all else does. */
    CUT_FROM_CONTROLLERS {
        @Override
        void inject(Stage stage) {
            int node = stage.leader();
            cut(stage, node, Way.QUORUM);
            stage.note("cut %d from the controllers".formatted(node));
        }
    },
    /** A killed node comes back with nothing. */
    LOSE_FOLDER {
        @Override
        void inject(Stage stage) {
            int node = stage.leader();
            kill(stage, node);
            stage.cluster().loseFolder(node);
            stage.note("lose the folder of %d".formatted(node));
        }
    },
    /** No byte more fits on the volume of a node, which goes on by itself when there is room. */
    FILL_DISK {
        @Override
        void inject(Stage stage) {
            int node = stage.leader();
            NaruProcess process = stage.cluster().node(node);
            Path ballast = process.dataFolder().resolveSibling("ballast");
            stage.undoBy(() -> delete(ballast));
            fill(ballast);
            stage.note("fill the disk of %d".formatted(node));
        }
    };

    private static final long VOLUME_MOST_BYTES = 4L << 30;

    abstract void inject(Stage stage);

    /** Whether cables are cut. */
    boolean needsNamespaces() {
        return name().startsWith("CUT");
    }

    /** Whether each node has a small volume of its own. */
    boolean needsVolumes() {
        return this == FILL_DISK;
    }

    /** Whether a second fault at the same time leaves a cluster that can come back whole. */
    boolean bearsAnother() {
        return this != LOSE_FOLDER && this != FILL_DISK && this != KILL_ALL;
    }

    private static void kill(Stage stage, int number) {
        NaruProcess node = stage.cluster().node(number);
        stage.note("kill %d".formatted(number));
        node.kill();
        stage.undoBy(node::launch);
    }

    private static void pause(Stage stage, int number) {
        NaruProcess node = stage.cluster().node(number);
        stage.note("pause %d".formatted(number));
        node.pause();
        stage.undoBy(() -> {
            if (node.isAlive()) {
                node.resume();
            }
        });
    }

    private static void cut(Stage stage, int node, Way... ways) {
        Namespaces namespaces = stage.namespaces();
        stage.undoBy(namespaces::heal);
        for (int other : stage.others(node)) {
            for (Way way : ways) {
                namespaces.cut(node, other, way);
            }
        }
    }

    private static void fill(Path ballast) {
        byte[] zeros = new byte[1 << 16];
        try (OutputStream out = Files.newOutputStream(ballast)) {
            for (long written = 0; written < VOLUME_MOST_BYTES; written += zeros.length) {
                out.write(zeros);
            }
        } catch (IOException full) {
            return;
        }
        throw new IllegalStateException("the volume of " + ballast + " is never full");
    }

    private static void delete(Path ballast) {
        try {
            Files.deleteIfExists(ballast);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
