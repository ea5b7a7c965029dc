package naru.registry.subject;

import naru.http.Refusal;
import naru.registry.store.Mode;
import naru.registry.store.StoreLog;
import naru.registry.store.SubjectName;

import java.util.List;

/** The API's refusals, with the codes and words that clients know. */
public final class Refusals {
    public static final int INVALID_SCHEMA = 42201;

    private static final int NOT_FOUND = 404;
    private static final int UNPROCESSABLE = 422;

    private Refusals() {}

    public static Refusal subjectNotFound(SubjectName subject) {
        return new Refusal(NOT_FOUND, 40401, "Subject '" + subject + "' not found.");
    }

    public static Refusal versionNotFound(int version) {
        return new Refusal(NOT_FOUND, 40402, "Version " + version + " not found.");
    }

    public static Refusal schemaNotFound() {
        return new Refusal(NOT_FOUND, 40403, "Schema not found");
    }

    public static Refusal schemaNotFound(Object id) {
        return new Refusal(NOT_FOUND, 40403, "Schema " + id + " not found");
    }

    static Refusal subjectSoftDeleted(SubjectName subject) {
        return new Refusal(
                NOT_FOUND,
                40404,
                "Subject '%s' was soft deleted. Set permanent=true to delete permanently"
                        .formatted(subject));
    }

    static Refusal subjectNotSoftDeleted(SubjectName subject) {
        return new Refusal(
                NOT_FOUND,
                40405,
                "Subject '%s' was not deleted first before being permanently deleted"
                        .formatted(subject));
    }

    static Refusal versionSoftDeleted(SubjectName subject, int version) {
        return new Refusal(
                NOT_FOUND,
                40406,
                "Subject '%s' Version %d was soft deleted. Set permanent=true to delete permanently"
                        .formatted(subject, version));
    }

    static Refusal versionNotSoftDeleted(SubjectName subject, int version) {
        return new Refusal(
                NOT_FOUND,
                40407,
                "Subject '%s' Version %d was not deleted first before being permanently deleted"
                        .formatted(subject, version));
    }

    static Refusal noLevelOfItsOwn(SubjectName subject) {
        return new Refusal(
                NOT_FOUND,
                40408,
                "Subject '%s' does not have subject-level compatibility configured"
                        .formatted(subject));
    }

    static Refusal noModeOfItsOwn(SubjectName subject) {
        return new Refusal(
                NOT_FOUND,
                40409,
                "Subject '%s' does not have subject-level mode configured".formatted(subject));
    }

    static Refusal incompatible(SubjectName subject, List<String> messages) {
        return new Refusal(
                409,
                409,
                "Schema being registered is incompatible with an earlier schema for subject"
                        + " \"%s\", details: %s".formatted(subject, messages));
    }

    public static Refusal invalidSchema(String why) {
        return new Refusal(UNPROCESSABLE, INVALID_SCHEMA, why);
    }

    public static Refusal invalidVersion(String given) {
        return new Refusal(
                UNPROCESSABLE,
                42202,
                "The specified version '%s' is not a valid version id. Allowed values are between"
                                .formatted(given)
                        + " [1, 2^31-1] and the string \"latest\"");
    }

    static Refusal invalidPolicy() {
        return new Refusal(
                UNPROCESSABLE,
                42203,
                "Invalid compatibility policy. Valid values are strict, lenient");
    }

    static Refusal invalidLevel() {
        return new Refusal(
                UNPROCESSABLE,
                42203,
                "Invalid compatibility level. Valid values are none, backward, forward, full,"
                        + " backward_transitive, forward_transitive, and full_transitive");
    }

    static Refusal invalidMode() {
        return new Refusal(UNPROCESSABLE, 42204, "Invalid mode. Valid values are " + Mode.NAMES);
    }

    static Refusal notPermitted(String why) {
        return new Refusal(UNPROCESSABLE, 42205, why);
    }

    static Refusal readOnly(SubjectName subject) {
        return notPermitted(
                "Subject %s in context %s is in read-only mode"
                        .formatted(subject, subject.context()));
    }

    static Refusal referencesExist(SubjectName subject, int version) {
        return new Refusal(
                UNPROCESSABLE,
                42206,
                "One or more references exist to the schema {magic=1,keytype=SCHEMA,subject=%s,version=%d}."
                        .formatted(subject, version));
    }

    public static Refusal invalidSubject(String given) {
        return new Refusal(
                UNPROCESSABLE, 42208, "The specified subject '" + given + "' is not a valid.");
    }

    static Refusal tooLarge(String why) {
        return new Refusal(
                UNPROCESSABLE, 42209, "Write failed because schema is too large: " + why);
    }

    static Refusal invalidRuleSet(String why) {
        return new Refusal(UNPROCESSABLE, 42210, "Invalid ruleset: " + why);
    }

    static Refusal contextNotEmpty(String context) {
        return new Refusal(
                UNPROCESSABLE, 42211, "The specified context '" + context + "' is not empty.");
    }

    /** What a failure of the topic means to the client. */
    public static Refusal of(StoreLog.Unavailable failure) {
        String why = String.valueOf(failure.getMessage());
        return switch (failure.reason()) {
            case FAULT -> new Refusal(500, 50001, "Error in the backend data store: " + why);
            case TIMEOUT -> new Refusal(500, 50002, "The operation timed out: " + why);
            case TOO_LARGE -> tooLarge(why);
        };
    }
}
