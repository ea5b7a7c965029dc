package naru.rest.v3;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;

import naru.http.Budget;
import naru.http.Json;
import naru.http.Refusal;

import org.jspecify.annotations.Nullable;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;

/**
 * JSON values one behind the other, as they come. Memory for one of them at a time; what a large
 * one needs is charged to a budget until the next is asked for, or this is closed.
 */
final class RecordStream implements AutoCloseable {
    private final Allowance allowance;
    private final JsonParser parser;

    RecordStream(InputStream body, int recordBytesMost, Budget budget) throws IOException {
        this.allowance = new Allowance(body, recordBytesMost, budget);
        this.parser = Json.MAPPER.createParser(allowance);
    }

    /**
     * Waits for the next one.
     *
     * @return null at the end
     * @throws Refusal 400 when it is no JSON, 413 when it is too large, 429 when others leave no
     *     room for a large one; nothing can be read then
     * @throws IOException when the client is gone, or silent for too long
     */
    @Nullable JsonNode next() throws IOException {
        allowance.renew();
        try {
            if (parser.nextToken() == null) {
                return null;
            }
            return Json.part(parser);
        } catch (JsonProcessingException malformed) {
            throw new Refusal(
                    400,
                    "the record is no JSON%s: %s"
                            .formatted(
                                    malformed.getLocation() == null
                                            ? ""
                                            : " at line %d, column %d"
                                                    .formatted(
                                                            malformed.getLocation().getLineNr(),
                                                            malformed.getLocation().getColumnNr()),
                                    malformed.getOriginalMessage()));
        }
    }

    /** Gives back what the last value took. The body stays as it is: it is its server's. */
    @Override
    public void close() {
        allowance.renew();
    }

    /** Lets so many bytes through until it is renewed. */
    private static final class Allowance extends FilterInputStream {
        /** Every stream may have so many. */
        private static final int FREE_BYTES = 64 << 10;

        /** What a byte of a body is worth, with the values that are made of it. */
        private static final int WORTH = 3;

        private final int most;
        private final Budget budget;
        private int left;
        private int charged;

        Allowance(InputStream body, int most, Budget budget) {
            super(body);
            this.most = most;
            this.budget = budget;
            this.left = most;
        }

        void renew() {
            left = most;
            budget.giveBack(charged);
            charged = 0;
        }

        private void charge(int bytes) throws InterruptedIOException {
            if (most - left <= FREE_BYTES) {
                return;
            }
            try {
                charged += budget.takeMore(charged, (long) bytes * WORTH);
            } catch (InterruptedException stopping) {
                Thread.currentThread().interrupt();
                throw new InterruptedIOException("interrupted while waiting for memory");
            }
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            if (left <= 0) {
                throw new Refusal(413, "a record is larger than %d bytes".formatted(most));
            }
            int read = in.read(into, offset, Math.min(length, left));
            left -= Math.max(0, read);
            charge(Math.max(0, read));
            return read;
        }

        @Override
        public long skip(long bytes) throws IOException {
            return Math.max(0, read(new byte[(int) Math.min(bytes, 8_192)]));
        }
    }
}
