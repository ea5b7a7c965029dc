package naru.coordination.group.streams;

/** Tasks that a member has, by role. Only those of active tasks have meaningful epochs. */
record HeldTasks(TaskEpochs active, TaskEpochs standby, TaskEpochs warmup) {
    static final HeldTasks NONE = new HeldTasks(TaskEpochs.NONE, TaskEpochs.NONE, TaskEpochs.NONE);

    TaskEpochs of(TaskRole role) {
        return switch (role) {
            case ACTIVE -> active;
            case STANDBY -> standby;
            case WARMUP -> warmup;
        };
    }

    boolean isEmpty() {
        return active.isEmpty() && standby.isEmpty() && warmup.isEmpty();
    }

    boolean contains(String subtopology, int partition) {
        return active.contains(subtopology, partition)
                || standby.contains(subtopology, partition)
                || warmup.contains(subtopology, partition);
    }

    Tasks ids() {
        return new Tasks(active.ids(), standby.ids(), warmup.ids());
    }
}
