package naru.app.cli;

import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Option;

import java.time.Clock;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/** Where a group's offsets shall go; exactly one of the options is given. */
final class OffsetTarget {
    @Option(names = "--to-earliest", description = "The oldest record that is kept.")
    boolean toEarliest;

    @Option(names = "--to-latest", description = "The end: only new records.")
    boolean toLatest;

    @Option(names = "--to-offset", paramLabel = "N", description = "Offset N.")
    @Nullable Long toOffset;

    @Option(
            names = "--to-datetime",
            paramLabel = "TIME",
            description = {"The first record at or after:", Moment.FORMS + "."})
    @Nullable String toDatetime;

    @Option(
            names = "--shift-by",
            paramLabel = "N",
            description = "N on from the present place, or back when negative.")
    @Nullable Long shiftBy;

    /** The moves by topic and partition; partitions that cannot move are left out. */
    List<Groups.Move> moves(
            Admin admin,
            Collection<TopicPartition> partitions,
            Map<TopicPartition, OffsetAndMetadata> committed) {
        Map<TopicPartition, Long> starts =
                TopicDetail.offsets(admin, partitions, OffsetSpec.earliest());
        Map<TopicPartition, Long> ends =
                TopicDetail.offsets(admin, partitions, OffsetSpec.latest());
        Map<TopicPartition, Long> atTime =
                toDatetime == null
                        ? Map.of()
                        : TopicDetail.offsets(
                                admin,
                                partitions,
                                OffsetSpec.forTimestamp(
                                        Moment.parseMillis(
                                                toDatetime, Clock.system(ZoneId.systemDefault()))));
        List<Groups.Move> moves = new ArrayList<>();
        for (TopicPartition partition : partitions) {
            @Nullable Long start = starts.get(partition);
            @Nullable Long end = ends.get(partition);
            if (start == null || end == null) {
                throw new CommandFailure(
                        "partition " + partition + " does not tell its offsets; is it offline?");
            }
            @Nullable OffsetAndMetadata place = committed.get(partition);
            @Nullable Long present = place == null ? null : (Long) place.offset();
            long wanted = wanted(start, end, present, atTime.getOrDefault(partition, -1L));
            moves.add(
                    new Groups.Move(
                            partition.topic(),
                            partition.partition(),
                            present,
                            Math.clamp(wanted, start, Math.max(start, end))));
        }
        moves.sort(
                Comparator.comparing(Groups.Move::topic).thenComparingInt(Groups.Move::partition));
        return moves;
    }

    private long wanted(long start, long end, @Nullable Long present, long atTime) {
        if (toOffset != null) {
            return toOffset;
        }
        if (shiftBy != null) {
            return (present == null ? start : present) + shiftBy;
        }
        if (toDatetime != null) {
            return atTime < 0 ? end : atTime;
        }
        return toEarliest ? start : end;
    }
}
