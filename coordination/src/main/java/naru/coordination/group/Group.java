package naru.coordination.group;

import naru.coordination.group.consumer.ConsumerGroup;
import naru.coordination.group.share.ShareGroup;
import naru.coordination.group.streams.StreamsGroup;

import org.jspecify.annotations.Nullable;

/** A group of one kind. Its id belongs to it alone, whatever the kind. */
sealed interface Group {
    String id();

    /** Of the protocol in which members assign (JoinGroup, SyncGroup), or with offsets only. */
    record Classic(ClassicGroup group) implements Group {
        @Override
        public String id() {
            return group.id();
        }
    }

    /** KIP-848. */
    record Consumer(ConsumerGroup group) implements Group {
        @Override
        public String id() {
            return group.id();
        }
    }

    /** KIP-932. */
    record Share(ShareGroup group) implements Group {
        @Override
        public String id() {
            return group.id();
        }
    }

    /** KIP-1071. */
    record Streams(StreamsGroup group) implements Group {
        @Override
        public String id() {
            return group.id();
        }
    }

    static @Nullable ClassicGroup classic(@Nullable Group group) {
        return group instanceof Classic(ClassicGroup classic) ? classic : null;
    }

    static @Nullable ConsumerGroup consumer(@Nullable Group group) {
        return group instanceof Consumer(ConsumerGroup consumer) ? consumer : null;
    }

    static @Nullable ShareGroup share(@Nullable Group group) {
        return group instanceof Share(ShareGroup share) ? share : null;
    }

    static @Nullable StreamsGroup streams(@Nullable Group group) {
        return group instanceof Streams(StreamsGroup streams) ? streams : null;
    }
}
