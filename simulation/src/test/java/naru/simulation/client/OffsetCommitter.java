package naru.simulation.client;

import org.apache.kafka.common.message.OffsetCommitRequestData;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestPartition;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestTopic;
import org.apache.kafka.common.message.OffsetCommitResponseData;
import org.apache.kafka.common.message.OffsetFetchRequestData;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestGroup;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestTopics;
import org.apache.kafka.common.message.OffsetFetchResponseData;
import org.apache.kafka.common.protocol.Errors;

import java.util.List;

/** Commits and fetches the offset of a group in the first partition of a topic. */
public final class OffsetCommitter extends Client {
    private final String group;
    private final String topic;
    private final boolean commits;
    private long offset;
    private boolean fetched;

    /**
     * @param commits whether it commits, or only looks, once everybody else has ended
     */
    public OffsetCommitter(
            World world, String name, int number, String group, String topic, boolean commits) {
        super(world, name, number);
        this.group = group;
        this.topic = topic;
        this.commits = commits;
    }

    /** Looks once more. */
    public void look() {
        fetched = false;
        fetch();
    }

    public boolean hasLooked() {
        return fetched;
    }

    @Override
    protected void next() {
        if (!commits) {
            goOn();
        } else if (world.random().nextInt(4) == 0) {
            fetch();
        } else {
            commit(++offset);
        }
    }

    private void commit(long wanted) {
        world.offsets().asked(group, wanted, null);
        ask(
                new OffsetCommitRequestData()
                        .setGroupId(group)
                        .setGenerationIdOrMemberEpoch(-1)
                        .setMemberId("")
                        .setTopics(
                                List.of(
                                        new OffsetCommitRequestTopic()
                                                .setName(topic)
                                                .setPartitions(
                                                        List.of(
                                                                new OffsetCommitRequestPartition()
                                                                        .setPartitionIndex(0)
                                                                        .setCommittedOffset(
                                                                                wanted))))),
                8,
                reply -> {
                    boolean done =
                            reply.error() == Errors.NONE
                                    && reply.as(OffsetCommitResponseData.class)
                                                    .topics()
                                                    .getFirst()
                                                    .partitions()
                                                    .getFirst()
                                                    .errorCode()
                                            == Errors.NONE.code();
                    if (done) {
                        world.offsets().answered(group, wanted);
                        goOn();
                    } else {
                        again(() -> commit(wanted));
                    }
                });
    }

    private void fetch() {
        ask(
                new OffsetFetchRequestData()
                        .setRequireStable(true)
                        .setGroups(
                                List.of(
                                        new OffsetFetchRequestGroup()
                                                .setGroupId(group)
                                                .setTopics(
                                                        List.of(
                                                                new OffsetFetchRequestTopics()
                                                                        .setName(topic)
                                                                        .setPartitionIndexes(
                                                                                List.of(0)))))),
                8,
                reply -> {
                    if (reply.error() == Errors.NONE) {
                        var told = reply.as(OffsetFetchResponseData.class).groups().getFirst();
                        if (told.errorCode() == Errors.NONE.code()) {
                            var partition = told.topics().getFirst().partitions().getFirst();
                            if (partition.errorCode() == Errors.NONE.code()) {
                                world.offsets().fetched(group, partition.committedOffset());
                                fetched = true;
                                goOn();
                                return;
                            }
                        }
                    }
                    again(this::fetch);
                });
    }
}
