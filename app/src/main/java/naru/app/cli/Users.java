package naru.app.cli;

import naru.app.terminal.Table;
import naru.app.terminal.Terminal;

import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ScramCredentialInfo;
import org.apache.kafka.clients.admin.ScramMechanism;
import org.apache.kafka.clients.admin.UserScramCredentialAlteration;
import org.apache.kafka.clients.admin.UserScramCredentialDeletion;
import org.apache.kafka.clients.admin.UserScramCredentialUpsertion;
import org.apache.kafka.clients.admin.UserScramCredentialsDescription;
import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** {@code naru users}: who can log in with a name and a password (SCRAM). */
@Command(
        name = "users",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        description = "List, add and remove users who log in with a password (SCRAM).",
        footer = {
            "",
            "The cluster keeps salted hashes; nobody can read a password back. Passwords are"
                    + " typed,",
            "read from standard input, or made up: never given on the command line, where others"
                    + " see",
            "them. A user may do nothing until rules say so: naru acls.",
            "",
            "Examples:",
            "  naru users add anna",
            "  naru users add shop --generate",
            "  pass show kafka/billing | naru users add billing --password-stdin",
            "  naru users passwd anna",
            "  naru users list",
            "  naru users remove anna"
        })
public final class Users extends ClusterCommand {
    private static final int DEFAULT_ITERATIONS = 8192;

    public Users(Terminal terminal) {
        super(terminal);
    }

    /** How a password is given and kept. */
    static final class PasswordOptions {
        @Option(names = "--generate", description = "Makes a password up and prints it.")
        boolean generate;

        @Option(
                names = "--password-stdin",
                description = "Reads the password from the first line of standard input.")
        boolean passwordFromInput;

        @Option(
                names = "--mechanism",
                paramLabel = "sha-256|sha-512",
                description = "Only this one. Default: both, so that either login works.")
        @Nullable String mechanism;

        @Option(
                names = "--iterations",
                paramLabel = "N",
                defaultValue = "" + DEFAULT_ITERATIONS,
                description =
                        "How often the password is hashed, 4096 to 16384;"
                                + " default: ${DEFAULT-VALUE}.")
        int iterations;
    }

    /** One user; the JSON of {@code users list}. */
    record Row(String user, List<Mechanism> mechanisms) {}

    record Mechanism(String mechanism, int iterations) {}

    /** The JSON of {@code users add} and {@code users passwd}. */
    record Added(String user, List<String> mechanisms, @Nullable String password) {}

    @Command(name = "list", mixinStandardHelpOptions = true, description = "Lists users.")
    int list() {
        return withAdmin(admin -> {
            List<Row> rows =
                    await(admin.describeUserScramCredentials().all()).values().stream()
                            .map(Users::row)
                            .sorted(Comparator.comparing(Row::user))
                            .toList();
            Table table = new Table().text("USER").text("MECHANISM").number("ITERATIONS");
            for (Row row : rows) {
                for (Mechanism each : row.mechanisms()) {
                    table.row(row.user(), each.mechanism(), each.iterations());
                }
            }
            if (rows.isEmpty() && !json()) {
                tell("there are no users; add one: naru users add NAME");
            } else {
                show(rows, table);
            }
            return OK;
        });
    }

    private static Row row(UserScramCredentialsDescription user) {
        return new Row(
                user.name(),
                user.credentialInfos().stream()
                        .sorted(Comparator.comparing(ScramCredentialInfo::mechanism))
                        .map(each -> new Mechanism(name(each.mechanism()), each.iterations()))
                        .toList());
    }

    private static String name(ScramMechanism mechanism) {
        return mechanism.mechanismName();
    }

    @Command(
            name = "add",
            mixinStandardHelpOptions = true,
            description = "Adds a user; asks for the password unless an option says where it is.")
    int add(
            @Parameters(index = "0", paramLabel = "NAME") String user,
            @Mixin PasswordOptions options) {
        return withAdmin(admin -> {
            if (mechanisms(admin).containsKey(user)) {
                throw new CommandFailure(
                        "there is a user "
                                + user
                                + " already. Another password: naru users passwd");
            }
            return set(admin, user, options, "added user " + user);
        });
    }

    @Command(
            name = "passwd",
            mixinStandardHelpOptions = true,
            description = "Gives a user another password. Open connections stay open.")
    int passwd(
            @Parameters(index = "0", paramLabel = "NAME") String user,
            @Mixin PasswordOptions options) {
        return withAdmin(admin -> {
            require(admin, user);
            return set(admin, user, options, "changed the password of " + user);
        });
    }

    private static void require(Admin admin, String user) {
        if (!mechanisms(admin).containsKey(user)) {
            throw new CommandFailure("there is no user " + user + ". See: naru users list");
        }
    }

    private static Map<String, UserScramCredentialsDescription> mechanisms(Admin admin) {
        return await(admin.describeUserScramCredentials().all());
    }

    private int set(Admin admin, String user, PasswordOptions options, String done) {
        if (options.generate && options.passwordFromInput) {
            throw new CommandFailure("--generate and --password-stdin exclude one another");
        }
        List<ScramMechanism> mechanisms = wanted(options.mechanism);
        String password =
                options.generate
                        ? Passwords.generated()
                        : options.passwordFromInput
                                ? Passwords.fromInput(terminal)
                                : Passwords.asked(terminal, user);
        List<UserScramCredentialAlteration> changes = new ArrayList<>();
        for (ScramMechanism mechanism : mechanisms) {
            changes.add(
                    new UserScramCredentialUpsertion(
                            user,
                            new ScramCredentialInfo(mechanism, options.iterations),
                            password));
        }
        for (UserScramCredentialAlteration change : changes) {
            await(admin.alterUserScramCredentials(List.of(change)).all());
        }
        List<String> names = mechanisms.stream().map(Users::name).toList();
        if (json()) {
            showJson(new Added(user, names, options.generate ? password : null));
        } else {
            tell(done + " (" + String.join(", ", names) + ")");
            if (options.generate) {
                terminal.out().println("password: " + password);
            }
        }
        return OK;
    }

    private static List<ScramMechanism> wanted(@Nullable String mechanism) {
        if (mechanism == null) {
            return List.of(ScramMechanism.SCRAM_SHA_256, ScramMechanism.SCRAM_SHA_512);
        }
        return switch (mechanism.toLowerCase(Locale.ROOT).replaceFirst("^scram-", "")) {
            case "sha-256" -> List.of(ScramMechanism.SCRAM_SHA_256);
            case "sha-512" -> List.of(ScramMechanism.SCRAM_SHA_512);
            default ->
                    throw new CommandFailure(
                            "there is no mechanism '" + mechanism + "'; use sha-256 or sha-512");
        };
    }

    @Command(
            name = "remove",
            mixinStandardHelpOptions = true,
            description =
                    "Removes a user, who then cannot log in any more. Connections that are open"
                        + " stay open until they log in anew; their rules end at once with: naru"
                        + " acls remove --principal NAME")
    int remove(
            @Parameters(index = "0", paramLabel = "NAME") String user,
            @Option(
                            names = {"-y", "--yes"},
                            description = "Does not ask first.")
                    boolean yes) {
        return withAdmin(admin -> {
            UserScramCredentialsDescription found = mechanisms(admin).get(user);
            if (found == null) {
                throw new CommandFailure("there is no user " + user + ". See: naru users list");
            }
            if (!yes && !Confirmation.given(terminal, "remove user " + user)) {
                return fail("nothing was removed");
            }
            for (ScramCredentialInfo each : found.credentialInfos()) {
                await(
                        admin.alterUserScramCredentials(
                                        List.of(
                                                new UserScramCredentialDeletion(
                                                        user, each.mechanism())))
                                .all());
            }
            tell("removed user " + user);
            return OK;
        });
    }
}
