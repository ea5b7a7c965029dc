package naru.broker;

import naru.broker.access.Access;
import naru.broker.access.AccessByRules;
import naru.broker.access.AuditedAccess;
import naru.broker.access.EverybodyMay;
import naru.broker.audit.AuditFile;
import naru.broker.audit.AuditLevel;
import naru.broker.audit.AuditTrail;
import naru.broker.config.AuthorizationSettings;
import naru.broker.config.NodeConfig;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;

/**
 * Who may do what on this node, and who is told of it.
 *
 * @param rules null on a node without an authorizer
 * @param file null on a node without an audit log
 */
record AccessControl(
        Access access, @Nullable AccessByRules rules, AuditTrail trail, @Nullable AuditFile file) {
    private static final Logger LOG = LoggerFactory.getLogger("naru.access");

    static AccessControl of(NodeConfig config) throws StartException {
        AccessByRules rules = null;
        if (config.enforcesAccess()) {
            rules =
                    new AccessByRules(
                            config.superUsers(),
                            config.knowsNodesByCertificate(),
                            config.flag(AuthorizationSettings.EVERYBODY_WHERE_NO_RULE_IS));
            if (config.superUsers().isEmpty()) {
                LOG.warn(
                        "super.users is empty: until there are rules nobody may do anything, and"
                                + " nobody may make rules");
            }
        }
        AuditFile file = open(config);
        AuditTrail trail = file == null ? AuditTrail.NONE : file;
        Access decided = rules == null ? new EverybodyMay() : rules;
        return new AccessControl(
                file == null ? decided : new AuditedAccess(decided, trail), rules, trail, file);
    }

    private static @Nullable AuditFile open(NodeConfig config) throws StartException {
        String file = config.text(AuthorizationSettings.AUDIT_LOG);
        if (file == null || file.isBlank()) {
            return null;
        }
        try {
            return AuditFile.open(
                    new AuditFile.Options(
                            Path.of(file),
                            AuditLevel.of(
                                    String.valueOf(config.text(AuthorizationSettings.AUDIT_LEVEL))),
                            config.integer(AuthorizationSettings.AUDIT_RATE),
                            config.number(AuthorizationSettings.AUDIT_FILE_BYTES),
                            config.integer(AuthorizationSettings.AUDIT_FILES)),
                    Clock.systemUTC());
        } catch (IOException e) {
            throw new StartException(
                    AuthorizationSettings.AUDIT_LOG + ": cannot write " + file + ": " + e, e);
        }
    }
}
