package naru.app.cli;

/** For whom a result is written: {@code table} for people, {@code json} for programs. */
enum OutputFormat {
    table,
    json
}
