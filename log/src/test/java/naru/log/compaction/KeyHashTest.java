package naru.log.compaction;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HexFormat;
import java.util.Random;

class KeyHashTest {
    private final KeyHash hash = new KeyHash(0x0706050403020100L, 0x0f0e0d0c0b0a0908L);

    /** From the authors' reference vectors: the message is 00 01 02 ... of that length. */
    @ParameterizedTest
    @CsvSource({
        "0, a3817f04ba25a8e66df67214c7550293",
        "1, da87c1d86b99af44347659119b22fc45",
        "2, 8177228da4a45dc7fca38bdef60affe4"
    })
    void hashIsThatOfTheReference(int length, String expected) {
        byte[] message = new byte[length];
        for (int i = 0; i < length; i++) {
            message[i] = (byte) i;
        }
        assertThat(hashed(message, length)).isEqualTo(expected);
    }

    @Test
    void piecesHashAsTheWhole() {
        Random random = new Random(1);
        for (int i = 0; i < 200; i++) {
            byte[] message = new byte[random.nextInt(100)];
            random.nextBytes(message);
            assertThat(hashed(message, 1 + random.nextInt(12)))
                    .isEqualTo(hashed(message, message.length));
        }
    }

    private String hashed(byte[] message, int piece) {
        hash.begin();
        for (int at = 0; at < message.length; at += piece) {
            hash.add(message, at, Math.min(piece, message.length - at));
        }
        hash.end();
        ByteBuffer bytes = ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putLong(hash.high()).putLong(hash.low());
        return HexFormat.of().formatHex(bytes.array());
    }
}
