package naru.broker.enforce;

/** What Produce asks before it stores records of topics that demand something of them. */
public record RecordGate(Enforcement enforcement, Quarantine quarantine) {}
