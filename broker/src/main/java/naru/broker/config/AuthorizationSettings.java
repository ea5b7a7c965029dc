package naru.broker.config;

import static org.apache.kafka.common.config.ConfigDef.Importance.HIGH;
import static org.apache.kafka.common.config.ConfigDef.Importance.LOW;
import static org.apache.kafka.common.config.ConfigDef.Importance.MEDIUM;
import static org.apache.kafka.common.config.ConfigDef.Range.atLeast;
import static org.apache.kafka.common.config.ConfigDef.Type.BOOLEAN;
import static org.apache.kafka.common.config.ConfigDef.Type.INT;
import static org.apache.kafka.common.config.ConfigDef.Type.LONG;
import static org.apache.kafka.common.config.ConfigDef.Type.STRING;
import static org.apache.kafka.common.config.ConfigDef.ValidString.in;

import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.security.auth.KafkaPrincipal;
import org.apache.kafka.common.utils.SecurityUtils;
import org.jspecify.annotations.Nullable;

import java.util.LinkedHashSet;
import java.util.Set;

/** Who may do what, and what is written of it. */
public final class AuthorizationSettings {
    public static final String AUTHORIZER = "authorizer.class.name";
    public static final String SUPER_USERS = "super.users";
    public static final String EVERYBODY_WHERE_NO_RULE_IS = "allow.everyone.if.no.acl.found";
    public static final String AUDIT_LOG = "naru.audit.log";
    public static final String AUDIT_LEVEL = "naru.audit.level";
    public static final String AUDIT_RATE = "naru.audit.max.per.second";
    public static final String AUDIT_FILE_BYTES = "naru.audit.max.file.bytes";
    public static final String AUDIT_FILES = "naru.audit.kept.files";

    /** The one name that means: decide by the rules in the metadata. */
    public static final String STANDARD_AUTHORIZER =
            "org.apache.kafka.metadata.authorizer.StandardAuthorizer";

    private AuthorizationSettings() {}

    static ConfigDef definitions() {
        return new ConfigDef()
                .define(
                        SUPER_USERS,
                        STRING,
                        "",
                        HIGH,
                        "Principals that may do everything, each TYPE:NAME, with semicolons between"
                                + " them: User:admin;User:CN=ops,O=Example.")
                .define(
                        EVERYBODY_WHERE_NO_RULE_IS,
                        BOOLEAN,
                        false,
                        MEDIUM,
                        "Whether everybody may do everything on resources that no rule is about.")
                .define(
                        AUDIT_LOG,
                        STRING,
                        "",
                        MEDIUM,
                        "File of JSON lines that tell who did what or was not let; empty for none."
                                + " Its folder must be there.")
                .define(
                        AUDIT_LEVEL,
                        STRING,
                        "changes",
                        in("denied", "changes", "all"),
                        MEDIUM,
                        "What the audit log is told: denied, what was not let; changes, also what"
                                + " was let change topics, groups, settings, rules; all, every"
                                + " decision. Failed logins are in all of them.")
                .define(
                        AUDIT_RATE,
                        INT,
                        1000,
                        atLeast(1),
                        LOW,
                        "Most lines a second in the audit log; what is more is counted and the"
                                + " count is written.")
                .define(
                        AUDIT_FILE_BYTES,
                        LONG,
                        100L << 20,
                        atLeast(64 << 10),
                        LOW,
                        "Size above which the audit log is put aside as FILE.1, FILE.2 and so on.")
                .define(
                        AUDIT_FILES,
                        INT,
                        10,
                        atLeast(0),
                        LOW,
                        "How many audit logs that were put aside are kept.");
    }

    /** The principals in the text, or null when it is not what {@code super.users} may be. */
    static @Nullable Set<KafkaPrincipal> superUsers(String text) {
        Set<KafkaPrincipal> users = new LinkedHashSet<>();
        for (String one : text.split(";", -1)) {
            if (!one.isBlank()) {
                try {
                    users.add(SecurityUtils.parseKafkaPrincipal(one.strip()));
                } catch (IllegalArgumentException unreadable) {
                    return null;
                }
            }
        }
        return users;
    }
}
