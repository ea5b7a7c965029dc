package naru.app.cli;

import naru.app.terminal.Table;
import naru.app.terminal.Terminal;

import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.acl.AccessControlEntryFilter;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclBindingFilter;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourcePatternFilter;
import org.apache.kafka.common.resource.ResourceType;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** {@code naru acls}: rules of who may do what. */
@Command(
        name = "acls",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        description = "List, add, remove and try the rules of who may do what.",
        footer = {
            "",
            "Rules are in force on a node that was started with",
            "  authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer",
            "  super.users=User:admin",
            "What no rule allows is denied, and deny is stronger than allow. Super users may do",
            "everything. read, write, delete and alter bring describe with them.",
            "",
            "Examples:",
            "  naru acls add --principal shop --producer --topic orders",
            "  naru acls add --principal billing --consumer --topic orders --group billing",
            "  naru acls add --principal '*' --operation describe --topic public. --prefix",
            "  naru acls add --deny --principal shop --operation all --topic '*' --host"
                    + " 10.9.0.0/16",
            "  naru acls list --topic orders",
            "  naru acls check --principal shop --operation write --topic orders",
            "  naru acls remove --principal shop --producer --topic orders"
        })
public final class Acls extends ClusterCommand {
    private static final Comparator<Row> ORDER =
            Comparator.comparing(Row::principal)
                    .thenComparing(Row::resourceType)
                    .thenComparing(Row::resource)
                    .thenComparing(Row::permission)
                    .thenComparing(Row::operation);

    public Acls(Terminal terminal) {
        super(terminal);
    }

    /** One rule; the JSON of {@code acls list}. */
    record Row(
            String principal,
            String permission,
            String operation,
            String resourceType,
            String resource,
            String pattern,
            String host) {
        static Row of(AclBinding rule) {
            return new Row(
                    rule.entry().principal(),
                    word(rule.entry().permissionType()),
                    word(rule.entry().operation()),
                    word(rule.pattern().resourceType()),
                    rule.pattern().name(),
                    word(rule.pattern().patternType()),
                    rule.entry().host());
        }

        private static String word(Enum<?> value) {
            return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
        }

        String shownResource() {
            boolean isPrefix = pattern.equals("prefixed");
            return resourceType.equals("cluster")
                    ? "cluster"
                    : resourceType + " " + resource + (isPrefix ? "..." : "");
        }

        String sentence() {
            return principal
                    + (permission.equals("deny") ? " may not " : " may ")
                    + operation
                    + " "
                    + shownResource()
                    + (host.equals(RuleOptions.EVERY_HOST) ? "" : " from " + host);
        }
    }

    @Command(
            name = "list",
            mixinStandardHelpOptions = true,
            description =
                    "Lists rules; without options all of them, with --topic and the like those"
                            + " that concern the name, also by prefix and '*'.")
    int list(@Mixin RuleOptions options) {
        return withAdmin(admin -> {
            Set<AclBinding> rules = new LinkedHashSet<>();
            for (AclBindingFilter filter : filters(options, PatternType.MATCH)) {
                rules.addAll(await(admin.describeAcls(filter).values()));
            }
            List<Row> rows = rules.stream().map(Row::of).sorted(ORDER).toList();
            if (rows.isEmpty() && !json()) {
                tell("there are no such rules");
            } else {
                show(rows, table(rows));
            }
            return OK;
        });
    }

    private static Table table(List<Row> rows) {
        Table table =
                new Table()
                        .text("PRINCIPAL")
                        .text("RULE")
                        .text("OPERATION")
                        .text("RESOURCE")
                        .text("HOST");
        for (Row row : rows) {
            table.row(
                    row.principal(),
                    row.permission(),
                    row.operation(),
                    row.shownResource(),
                    row.host());
        }
        return table;
    }

    private static List<AclBindingFilter> filters(RuleOptions options, PatternType byName) {
        List<ResourcePatternFilter> resources = new ArrayList<>();
        for (ResourcePattern pattern : options.resources()) {
            resources.add(
                    new ResourcePatternFilter(
                            pattern.resourceType(),
                            pattern.name(),
                            options.prefix ? PatternType.PREFIXED : byName));
        }
        if (resources.isEmpty()) {
            resources.add(ResourcePatternFilter.ANY);
        }
        Set<AclOperation> operations = options.operations();
        if (operations.isEmpty()) {
            operations = EnumSet.of(AclOperation.ANY);
        }
        List<String> principals = new ArrayList<>(options.principals);
        if (principals.isEmpty()) {
            principals.add("");
        }
        List<AclBindingFilter> filters = new ArrayList<>();
        for (ResourcePatternFilter resource : resources) {
            for (String principal : principals) {
                for (AclOperation operation : operations) {
                    filters.add(
                            new AclBindingFilter(
                                    resource,
                                    new AccessControlEntryFilter(
                                            principal.isEmpty()
                                                    ? null
                                                    : RuleOptions.principal(principal),
                                            RuleOptions.only(options.hosts, "--host"),
                                            operation,
                                            AclPermissionType.ANY)));
                }
            }
        }
        return filters;
    }

    @Command(
            name = "add",
            mixinStandardHelpOptions = true,
            description = "Adds rules; those that are there already stay.")
    int add(
            @Mixin RuleOptions options,
            @Option(names = "--deny", description = "Denies instead of allowing.") boolean deny,
            @Option(
                            names = "--producer",
                            description =
                                    "All that a producer needs on --topic and, with"
                                            + " transactions, --transactional-id.")
                    boolean producer,
            @Option(
                            names = "--consumer",
                            description = "All that a consumer needs on --topic and --group.")
                    boolean consumer) {
        List<AclBinding> rules = rules(options, deny, producer, consumer);
        return withAdmin(admin -> {
            await(admin.createAcls(rules).all());
            rules.forEach(rule -> tell(Row.of(rule).sentence()));
            return OK;
        });
    }

    private static List<AclBinding> rules(
            RuleOptions options, boolean deny, boolean producer, boolean consumer) {
        AclPermissionType permission = deny ? AclPermissionType.DENY : AclPermissionType.ALLOW;
        if (!producer && !consumer) {
            return options.rules(permission, options.operations());
        }
        if (deny || !options.operations.isEmpty()) {
            throw new CommandFailure(
                    "--producer and --consumer say themselves what they allow; leave out"
                            + (deny ? " --deny" : " --operation"));
        }
        if (options.topics.isEmpty() || (consumer && options.groups.isEmpty())) {
            throw new CommandFailure(
                    consumer ? "--consumer needs --topic and --group" : "--producer needs --topic");
        }
        Set<AclBinding> rules = new LinkedHashSet<>();
        List<ResourcePattern> topics = options.patterns(ResourceType.TOPIC, options.topics);
        if (producer) {
            rules.addAll(
                    options.rules(
                            permission,
                            EnumSet.of(
                                    AclOperation.WRITE, AclOperation.DESCRIBE, AclOperation.CREATE),
                            topics));
            if (!options.transactionalIds.isEmpty()) {
                rules.addAll(
                        options.rules(
                                permission,
                                EnumSet.of(AclOperation.WRITE, AclOperation.DESCRIBE),
                                options.patterns(
                                        ResourceType.TRANSACTIONAL_ID, options.transactionalIds)));
            }
        }
        if (consumer) {
            rules.addAll(
                    options.rules(
                            permission,
                            EnumSet.of(AclOperation.READ, AclOperation.DESCRIBE),
                            topics));
            rules.addAll(
                    options.rules(
                            permission,
                            EnumSet.of(AclOperation.READ),
                            options.patterns(ResourceType.GROUP, options.groups)));
        }
        return List.copyOf(rules);
    }

    @Command(
            name = "remove",
            mixinStandardHelpOptions = true,
            description =
                    "Removes rules: those that 'add' with the same options adds, or all that"
                            + " have what the options say.")
    int remove(
            @Mixin RuleOptions options,
            @Option(names = "--producer", description = "What add --producer adds.")
                    boolean producer,
            @Option(names = "--consumer", description = "What add --consumer adds.")
                    boolean consumer,
            @Option(names = "--all", description = "Every rule there is.") boolean all,
            @Option(
                            names = {"-y", "--yes"},
                            description = "Does not ask first.")
                    boolean yes) {
        List<AclBindingFilter> filters =
                producer || consumer
                        ? rules(options, false, producer, consumer).stream()
                                .map(AclBinding::toFilter)
                                .toList()
                        : filters(options, PatternType.LITERAL);
        boolean isEverything =
                filters.size() == 1 && filters.getFirst().equals(AclBindingFilter.ANY);
        if (isEverything && !all) {
            throw new CommandFailure("say which: --principal, --topic ... or --all");
        }
        return withAdmin(admin -> remove(admin, filters, yes));
    }

    private int remove(Admin admin, List<AclBindingFilter> filters, boolean yes) {
        Set<AclBinding> found = new LinkedHashSet<>();
        for (AclBindingFilter filter : filters) {
            found.addAll(await(admin.describeAcls(filter).values()));
        }
        if (found.isEmpty()) {
            tell("there are no such rules");
            return OK;
        }
        if (!yes) {
            found.forEach(rule -> terminal.err().println(Row.of(rule).sentence()));
            if (!Confirmation.given(terminal, "remove " + found.size() + " rules")) {
                return fail("nothing was removed");
            }
        }
        Collection<AclBinding> removed =
                await(admin.deleteAcls(found.stream().map(AclBinding::toFilter).toList()).all());
        tell("removed " + removed.size() + (removed.size() == 1 ? " rule" : " rules"));
        return OK;
    }

    @Command(
            name = "check",
            mixinStandardHelpOptions = true,
            description =
                    "Tells whether the rules let somebody do something, and which rule decides."
                            + " Exit code 0: allowed, 1: denied. Super users are not asked for.")
    int check(@Mixin RuleOptions options) {
        List<ResourcePattern> resources = options.resources();
        String principal = RuleOptions.only(options.principals, "--principal");
        Set<AclOperation> operations = options.operations();
        if (resources.size() != 1 || principal == null || operations.size() != 1) {
            throw new CommandFailure(
                    "say who, what and on what, each once:"
                            + " --principal anna --operation read --topic orders");
        }
        ResourcePattern resource = resources.getFirst();
        String host = RuleOptions.only(options.hosts, "--host");
        return withAdmin(admin -> {
            Collection<AclBinding> concerning =
                    await(
                            admin.describeAcls(
                                            new AclBindingFilter(
                                                    new ResourcePatternFilter(
                                                            resource.resourceType(),
                                                            resource.name(),
                                                            PatternType.MATCH),
                                                    AccessControlEntryFilter.ANY))
                                    .values());
            RuleCheck.Verdict verdict =
                    RuleCheck.of(
                            concerning,
                            RuleOptions.principal(principal),
                            operations.iterator().next(),
                            host);
            if (json()) {
                showJson(verdict);
            } else {
                tell(verdict.sentence());
            }
            return verdict.allowed() ? OK : FAILED;
        });
    }
}
