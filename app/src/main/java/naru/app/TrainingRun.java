package naru.app;

/** placeholder */
final class TrainingRun {
    private TrainingRun() {}

    public static void main(String[] a) throws Exception {
        var t = naru.app.terminal.Terminal.ofProcess();
        String b = System.getenv().getOrDefault("NARU_BOOTSTRAP", "");
        Naru.run(t, "--help");
        Naru.run(t, "topics", "list", "--help");
        if (!b.isEmpty()) {
            Naru.run(t, "topics", "list");
            Naru.run(t, "topics", "create", "training", "-p", "2");
            Naru.run(t, "topics", "describe", "training");
            Naru.run(t, "topics", "list", "-o", "json");
            Naru.run(t, "topics", "delete", "training", "--yes");
        }
    }
}
