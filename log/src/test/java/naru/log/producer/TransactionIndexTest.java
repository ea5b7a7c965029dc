package naru.log.producer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import naru.log.checkpoint.CorruptFileException;
import naru.log.disk.LocalDisk;

import org.apache.kafka.storage.internals.log.AbortedTxn;
import org.apache.kafka.storage.internals.log.TxnIndexSearchResult;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

final class TransactionIndexTest {
    @TempDir Path folder;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void searchesAndFilesAreKafkas(long seed) throws IOException {
        Random random = new Random(seed);
        Path theirs = folder.resolve("theirs.txnindex");
        try (TransactionIndex index = TransactionIndex.open(new LocalDisk(), folder, 100);
                var kafkas =
                        new org.apache.kafka.storage.internals.log.TransactionIndex(
                                100, theirs.toFile())) {
            assertThat(index.file()).doesNotExist();
            long marker = 100;
            for (int i = 0; i < 700; i++) {
                marker += 1 + random.nextInt(5);
                long first = Math.max(0, marker - random.nextInt(60));
                long stable = marker + 1 - random.nextInt(20);
                index.append(new AbortedTransaction(i, first, marker, stable));
                kafkas.append(new AbortedTxn(i, first, marker, stable));
            }
            assertThat(index.file()).hasSameBinaryContentAs(theirs);
            for (int round = 0; round < 500; round++) {
                assertSameSearch(index, kafkas, random.nextInt(2500), random.nextInt(200));
            }
            index.truncateTo(marker / 2);
            kafkas.truncateTo(marker / 2);
            assertThat(index.file()).hasSameBinaryContentAs(theirs);
            index.checkSanity();
        }
        try (TransactionIndex again = TransactionIndex.open(new LocalDisk(), folder, 100)) {
            assertThat(again.size())
                    .isEqualTo(Files.size(theirs) / TransactionIndex.ENTRY_BYTES)
                    .isPositive();
            again.checkSanity();
        }
    }

    private static void assertSameSearch(
            TransactionIndex index,
            org.apache.kafka.storage.internals.log.TransactionIndex kafkas,
            long from,
            long length)
            throws IOException {
        List<AbortedTransaction> found = new ArrayList<>();
        boolean complete = index.collect(from, from + length, found);
        TxnIndexSearchResult expected = kafkas.collectAbortedTxns(from, from + length);
        // Entries that end before the searched range are skipped here and may end Kafka's search.
        if (complete) {
            assertThat(expected.isComplete()).isTrue();
        }
        assertThat(found)
                .isEqualTo(
                        expected.abortedTransactions().stream()
                                .map(t ->
                                        new AbortedTransaction(
                                                t.producerId(),
                                                t.firstOffset(),
                                                t.lastOffset(),
                                                t.lastStableOffset()))
                                .toList());
    }

    @Test
    void anEntryOfAnotherSegmentAndATornOneAreNoticed() throws IOException {
        try (TransactionIndex index = TransactionIndex.open(new LocalDisk(), folder, 100)) {
            index.append(new AbortedTransaction(1, 10, 20, 21));
            assertThatThrownBy(index::checkSanity).isInstanceOf(CorruptFileException.class);
            index.reset();
            index.append(new AbortedTransaction(1, 10, 120, 121));
            index.checkSanity();
        }
        byte[] whole = Files.readAllBytes(TransactionIndex.file(folder, 100));
        Files.write(TransactionIndex.file(folder, 100), java.util.Arrays.copyOf(whole, 40));
        try (TransactionIndex index = TransactionIndex.open(new LocalDisk(), folder, 100)) {
            assertThat(index.size()).isEqualTo(1);
            assertThatThrownBy(index::checkSanity).isInstanceOf(CorruptFileException.class);
        }
    }

    @Test
    void whatAPowerCutHasTornIsCutOff() throws IOException {
        try (TransactionIndex index = TransactionIndex.open(new LocalDisk(), folder, 100)) {
            for (int i = 0; i < 5; i++) {
                index.append(new AbortedTransaction(i, 100 + i, 110 + i, 111 + i));
            }
        }
        Path file = TransactionIndex.file(folder, 100);
        byte[] torn = Files.readAllBytes(file);
        int third = 2 * TransactionIndex.ENTRY_BYTES;
        java.util.Arrays.fill(torn, third, third + TransactionIndex.ENTRY_BYTES, (byte) 0);
        Files.write(file, torn);
        try (TransactionIndex index = TransactionIndex.open(new LocalDisk(), folder, 100)) {
            index.truncateTo(1_000);
            assertThat(index.size()).isEqualTo(2);
            index.checkSanity();
        }
    }
}
