package naru.demo.database;

import org.jspecify.annotations.Nullable;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Where the rows go.
 *
 * @param url of JDBC, without user and password
 * @param user empty where the database asks for none
 * @param file of an embedded database, or null
 */
public record DatabaseAddress(String url, String user, String password, @Nullable Path file) {
    private static final String SQLITE = "jdbc:sqlite:";

    /** SQLite in one file, which others may read while it is written. */
    public static DatabaseAddress embedded(Path file) {
        return new DatabaseAddress(
                SQLITE + file.toAbsolutePath() + "?journal_mode=WAL&synchronous=NORMAL",
                "",
                "",
                file);
    }

    /**
     * @param url may have the parameters {@code user} and {@code password}
     * @throws IllegalArgumentException with a sentence when it is no URL of JDBC
     */
    public static DatabaseAddress of(String url) {
        if (!url.startsWith("jdbc:") || url.indexOf(':', "jdbc:".length()) < 0) {
            throw new IllegalArgumentException(
                    "a database is named as JDBC does it, for example"
                            + " jdbc:postgresql://127.0.0.1:5432/weather?user=me&password=secret");
        }
        int query = url.indexOf('?');
        if (query < 0) {
            return new DatabaseAddress(url, "", "", null);
        }
        String user = "";
        String password = "";
        List<String> rest = new ArrayList<>();
        for (String parameter : url.substring(query + 1).split("&", -1)) {
            if (parameter.startsWith("user=")) {
                user = decoded(parameter);
            } else if (parameter.startsWith("password=")) {
                password = decoded(parameter);
            } else {
                rest.add(parameter);
            }
        }
        String bare = url.substring(0, query);
        return new DatabaseAddress(
                rest.isEmpty() ? bare : bare + "?" + String.join("&", rest), user, password, null);
    }

    private static String decoded(String parameter) {
        return URLDecoder.decode(
                parameter.substring(parameter.indexOf('=') + 1), StandardCharsets.UTF_8);
    }

    /** For people: the file, or the URL. */
    public String shown() {
        if (file != null) {
            return file.toString();
        }
        int query = url.indexOf('?');
        return query < 0 ? url : url.substring(0, query);
    }

    /** Without the password. */
    @Override
    public String toString() {
        return shown();
    }
}
