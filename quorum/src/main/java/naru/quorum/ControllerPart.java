package naru.quorum;

/**
 * What the role {@code controller} adds to a node.
 *
 * @param administration answers as a Kafka controller does, where this is the active one
 * @param listener serves what comes to the controller listeners
 * @param deadBrokers fences those that are dead for certain, where this is the active controller
 */
record ControllerPart(
        LocalController administration, ControllerListener listener, DeadBrokers deadBrokers) {}
