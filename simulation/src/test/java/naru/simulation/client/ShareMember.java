package naru.simulation.client;

import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.message.ShareAcknowledgeRequestData;
import org.apache.kafka.common.message.ShareAcknowledgeRequestData.AcknowledgePartition;
import org.apache.kafka.common.message.ShareAcknowledgeRequestData.AcknowledgePartitionCollection;
import org.apache.kafka.common.message.ShareAcknowledgeRequestData.AcknowledgeTopic;
import org.apache.kafka.common.message.ShareAcknowledgeRequestData.AcknowledgeTopicCollection;
import org.apache.kafka.common.message.ShareAcknowledgeResponseData;
import org.apache.kafka.common.message.ShareFetchRequestData;
import org.apache.kafka.common.message.ShareFetchRequestData.FetchPartition;
import org.apache.kafka.common.message.ShareFetchRequestData.FetchPartitionCollection;
import org.apache.kafka.common.message.ShareFetchRequestData.FetchTopic;
import org.apache.kafka.common.message.ShareFetchRequestData.FetchTopicCollection;
import org.apache.kafka.common.message.ShareFetchResponseData;
import org.apache.kafka.common.message.ShareFetchResponseData.AcquiredRecords;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A member of a share group: takes records and says what became of them, or forgets to. */
public final class ShareMember extends Client {
    private static final byte ACCEPT = 1;
    private static final byte RELEASE = 2;
    private static final byte REJECT = 3;
    private static final byte RENEW = 4;
    private static final int VERSION = 2;

    private final String group;
    private final TopicPartition partition;
    private final TreeMap<Long, Boolean> held = new TreeMap<>();
    private int epoch;
    private boolean diligent;

    public ShareMember(
            World world, String name, int number, String group, TopicPartition partition) {
        super(world, name, number);
        this.group = group;
        this.partition = partition;
    }

    /** From now on it accepts all that it gets, at once. */
    public void beDiligent() {
        diligent = true;
    }

    @Override
    protected void end() {
        if (diligent) {
            world.after(1 + world.random().nextInt(20), this::next);
        } else {
            done();
        }
    }

    @Override
    protected void next() {
        int kind = world.random().nextInt(20);
        if (!diligent && kind == 0 && epoch > 0) {
            leave();
        } else if (!held.isEmpty() && (diligent || kind < 12)) {
            acknowledge();
        } else {
            fetch();
        }
    }

    /** The connection breaks, and the session with it. */
    private void leave() {
        reconnect();
        forgetAll();
        goOn();
    }

    private void forgetAll() {
        world.shares().gone(name);
        held.clear();
        epoch = 0;
    }

    private void fetch() {
        FetchPartitionCollection partitions = new FetchPartitionCollection();
        partitions.add(new FetchPartition().setPartitionIndex(partition.partition()));
        FetchTopicCollection topics = new FetchTopicCollection();
        topics.add(
                new FetchTopic()
                        .setTopicId(world.topicId(partition.topic()))
                        .setPartitions(partitions));
        if (epoch == 0) {
            forgetAll();
        }
        ask(
                new ShareFetchRequestData()
                        .setGroupId(group)
                        .setMemberId(name)
                        .setShareSessionEpoch(epoch)
                        .setMaxWaitMs(world.random().nextInt(50))
                        .setMinBytes(1)
                        .setMaxBytes(1 << 20)
                        .setMaxRecords(1 + world.random().nextInt(10))
                        .setBatchSize(1 + world.random().nextInt(10))
                        .setShareAcquireMode((byte) world.random().nextInt(2))
                        .setTopics(topics),
                VERSION,
                this::onLeaving,
                reply -> {
                    if (reply.error() == Errors.NONE) {
                        ShareFetchResponseData told = reply.as(ShareFetchResponseData.class);
                        if (told.errorCode() == Errors.NONE.code()) {
                            epoch++;
                            acquired(told).forEach(this::hold);
                            goOn();
                            return;
                        }
                    }
                    forgetAll();
                    again(this::goOn);
                });
    }

    private static List<AcquiredRecords> acquired(ShareFetchResponseData response) {
        List<AcquiredRecords> all = new ArrayList<>();
        response.responses()
                .forEach(topic ->
                        topic.partitions().forEach(each -> all.addAll(each.acquiredRecords())));
        return all;
    }

    private void onLeaving(ApiMessage response) {
        for (AcquiredRecords acquired : acquired((ShareFetchResponseData) response)) {
            world.shares()
                    .acquired(
                            name,
                            acquired.firstOffset(),
                            acquired.lastOffset(),
                            acquired.deliveryCount(),
                            world.nowMillis());
        }
    }

    private void hold(AcquiredRecords acquired) {
        for (long i = acquired.firstOffset(); i <= acquired.lastOffset(); i++) {
            held.put(i, true);
        }
    }

    private void acknowledge() {
        Map<Long, Byte> types = new TreeMap<>();
        boolean renews = !diligent && world.random().nextInt(6) == 0;
        for (long each : held.keySet()) {
            if (diligent || world.random().nextInt(4) > 0) {
                types.put(each, renews ? RENEW : type());
            }
        }
        if (types.isEmpty()) {
            goOn();
            return;
        }
        AcknowledgePartition all =
                new AcknowledgePartition().setPartitionIndex(partition.partition());
        types.forEach((each, type) ->
                all.acknowledgementBatches()
                        .add(
                                new ShareAcknowledgeRequestData.AcknowledgementBatch()
                                        .setFirstOffset(each)
                                        .setLastOffset(each)
                                        .setAcknowledgeTypes(List.of(type))));
        types.forEach((each, type) -> {
            if (type != RENEW) {
                world.shares().settling(each, name);
            }
        });
        long asked = world.nowMillis();
        int life = world.shares().life();
        ask(
                request(all, renews),
                VERSION,
                reply -> {
                    held.keySet().removeIf(each -> types.containsKey(each) && !renews);
                    if (reply.error() == Errors.NONE) {
                        ShareAcknowledgeResponseData told =
                                reply.as(ShareAcknowledgeResponseData.class);
                        if (told.errorCode() == Errors.NONE.code()) {
                            epoch++;
                            boolean done =
                                    told.responses()
                                                    .iterator()
                                                    .next()
                                                    .partitions()
                                                    .getFirst()
                                                    .errorCode()
                                            == Errors.NONE.code();
                            if (done) {
                                types.forEach((each, type) -> settled(each, type, asked, life));
                            } else {
                                held.clear();
                            }
                            goOn();
                            return;
                        }
                    }
                    forgetAll();
                    again(this::goOn);
                });
    }

    private byte type() {
        if (diligent) {
            return ACCEPT;
        }
        return switch (world.random().nextInt(8)) {
            case 0, 1 -> RELEASE;
            case 2 -> REJECT;
            default -> ACCEPT;
        };
    }

    private void settled(long each, byte type, long askedMillis, int life) {
        switch (type) {
            case ACCEPT -> world.shares().accepted(each);
            case REJECT -> world.shares().rejected(each);
            case RENEW -> world.shares().renewed(name, each, askedMillis, life);
            default -> {}
        }
    }

    private ShareAcknowledgeRequestData request(AcknowledgePartition all, boolean renews) {
        AcknowledgePartitionCollection partitions = new AcknowledgePartitionCollection();
        partitions.add(all);
        AcknowledgeTopicCollection topics = new AcknowledgeTopicCollection();
        topics.add(
                new AcknowledgeTopic()
                        .setTopicId(world.topicId(partition.topic()))
                        .setPartitions(partitions));
        return new ShareAcknowledgeRequestData()
                .setGroupId(group)
                .setMemberId(name)
                .setShareSessionEpoch(epoch)
                .setIsRenewAck(renews)
                .setTopics(topics);
    }
}
