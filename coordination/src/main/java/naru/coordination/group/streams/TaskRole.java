package naru.coordination.group.streams;

/** What a member does with a task. */
enum TaskRole {
    /** It processes the input. At most one member in the group does. */
    ACTIVE,
    /** It keeps a copy of the state. */
    STANDBY,
    /** It builds a copy of the state, to become active later. */
    WARMUP
}
