package naru.app;

/** Chooses what {@code naru start} starts. */
final class Nodes {
    private Nodes() {}

    static NodeLauncher ofThisBuild() {
        return settings -> {
            throw new StartFailure("this build contains no broker; its commands work on others");
        };
    }
}
