package naru.demo;

import naru.demo.database.WeatherDatabase;
import naru.demo.weather.PostWriter;
import naru.demo.weather.WeatherStreams;
import naru.demo.weather.WeatherTopic;
import naru.demo.weather.WeatherTopics;

import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.errors.GroupNotEmptyException;

import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;

/** Takes away what an earlier run left: connector, groups, topics, tables. */
final class FreshStart {
    private static final long PATIENCE_SECONDS = 60;
    private static final long PAUSE_MILLIS = 200;

    private FreshStart() {}

    static void make(Admin admin, SinkConnector sink, WeatherDatabase database, CountDownLatch stop)
            throws ExecutionException, InterruptedException, SQLException {
        sink.delete();
        for (String group :
                List.of(SinkConnector.GROUP, PostWriter.GROUP, WeatherStreams.APPLICATION)) {
            deleteGroup(admin, group, stop);
        }
        WeatherTopics.delete(admin);
        database.drop(SinkConnector.TOPICS.stream().map(WeatherTopic::table).toList());
    }

    /** A member that was killed is believed to be there for a while. */
    private static void deleteGroup(Admin admin, String group, CountDownLatch stop)
            throws ExecutionException, InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (true) {
            try {
                admin.deleteConsumerGroups(List.of(group)).all().get();
                return;
            } catch (ExecutionException refused) {
                if (refused.getCause() instanceof GroupIdNotFoundException) {
                    return;
                }
                boolean hasMembers = refused.getCause() instanceof GroupNotEmptyException;
                if (!hasMembers || System.nanoTime() - deadline > 0) {
                    throw refused;
                }
            }
            if (stop.await(PAUSE_MILLIS, TimeUnit.MILLISECONDS)) {
                throw new DemoFailure("stopped while the group " + group + " was deleted");
            }
        }
    }
}
