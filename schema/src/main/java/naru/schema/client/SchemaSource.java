package naru.schema.client;

import java.util.Set;
import java.util.UUID;

/**
 * Where schemas come from. Subjects of another context than the default one are written {@code
 * :.context:subject}.
 *
 * <p>Threads: any; calls block, for a bounded time. Failures: {@link RegistryRefusedException} when
 * the registry says no, {@link RegistryUnreachableException} when it says nothing, {@link
 * UnusableSchemaException} when its schema cannot be understood. A thread that is interrupted while
 * it waits gets the second one and stays interrupted.
 */
public interface SchemaSource extends AutoCloseable {
    /** The schema of an id in the default context. */
    default RegisteredSchema byId(int id) throws SchemaSourceException {
        return byId(id, "");
    }

    /**
     * The schema of an id.
     *
     * @param subject in whose context the id counts; empty: the default one
     */
    RegisteredSchema byId(int id, String subject) throws SchemaSourceException;

    /** The schema of a globally unique id, as some serializers put it into a record's header. */
    RegisteredSchema byGuid(UUID guid) throws SchemaSourceException;

    /**
     * The subjects under which an id is registered; may be some seconds old.
     *
     * @param subject in whose context the id counts; empty: the default one
     */
    Set<String> subjectsOf(int id, String subject) throws SchemaSourceException;

    /** The latest version of a subject; may be some seconds old. */
    SubjectVersion latest(String subject) throws SchemaSourceException;

    SubjectVersion version(String subject, int version) throws SchemaSourceException;

    /**
     * The version of a subject that has just this schema; 40403 when none has.
     *
     * @param normalize whether what has no meaning may differ
     */
    SubjectVersion lookup(String subject, SchemaDefinition definition, boolean normalize)
            throws SchemaSourceException;

    /**
     * Registers a schema as a version of a subject; one that is a version already stays what it is.
     *
     * @param normalize whether it is stored in its normal form
     * @return its id
     */
    int register(String subject, SchemaDefinition definition, boolean normalize)
            throws SchemaSourceException;

    @Override
    void close();
}
