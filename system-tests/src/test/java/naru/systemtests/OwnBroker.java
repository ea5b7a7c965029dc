package naru.systemtests;

import naru.testkit.BrokerProcess;

import org.apache.kafka.common.TopicPartition;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** A node for one test, which may stop it, kill it, and damage its files. */
record OwnBroker(BrokerProcess process) implements AutoCloseable {
    static OwnBroker start(String... settings) {
        return new OwnBroker(Target.start(JavaClients.pairs(settings)));
    }

    static OwnBroker prepare(Map<String, String> settings) {
        return new OwnBroker(Target.prepare(settings));
    }

    JavaClients clients() {
        return new JavaClients(process.bootstrap());
    }

    Path folder(TopicPartition partition) {
        return Target.dataFolder(process).resolve(partition.toString());
    }

    /** The partition's data files, oldest first. */
    List<Path> segments(TopicPartition partition) {
        return files(partition, ".log");
    }

    List<Path> files(TopicPartition partition, String ending) {
        try (Stream<Path> files = Files.list(folder(partition))) {
            return files.filter(file -> file.toString().endsWith(ending)).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static void append(Path file, byte[] bytes) {
        try {
            Files.write(file, bytes, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static void truncate(Path file, long size) {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.truncate(size);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static void flipBit(Path file, long position) {
        try (FileChannel channel =
                FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            ByteBuffer one = ByteBuffer.allocate(1);
            channel.read(one, position);
            one.put(0, (byte) (one.get(0) ^ 0x10)).rewind();
            channel.write(one, position);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        process.close();
    }
}
