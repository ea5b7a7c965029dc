package naru.app.join;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.List;

/** What a newcomer and the endpoint say to one another, as JSON. */
final class JoinMessages {
    static final String PATH = "/v1/join";
    static final String TOKEN_HEADER = "Naru-Token";
    static final String PROOF_HEADER = "Naru-Proof";
    static final int REQUEST_BYTES_MOST = 16 * 1024;
    static final int ANSWER_BYTES_MOST = 64 * 1024;

    private static final ObjectMapper MAPPER =
            new ObjectMapper().configure(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES, false);

    private JoinMessages() {}

    /**
     * @param certificateRequest in PKCS#10, as text
     * @param names of the newcomer, as {@code dns:HOST} and {@code ip:ADDRESS}
     * @param nodeId null for any that is free
     * @param renewal whether there is a node of that number, which needs a new certificate
     */
    record Question(
            String clusterId,
            String certificateRequest,
            List<String> names,
            @Nullable Integer nodeId,
            boolean renewal) {}

    /**
     * @param certificate for the newcomer, as text
     * @param authority the certificate of who signed it
     * @param tokenKey with which delegation tokens are made
     * @param voters how many there are without the newcomer
     * @param controllers where they are reached, HOST:PORT
     */
    record Admission(
            int nodeId,
            String clusterId,
            String certificate,
            String authority,
            String tokenKey,
            String superUsers,
            String mechanisms,
            int voters,
            List<String> controllers) {}

    /**
     * @param error cause and mend, for the person who wants the node to join
     */
    record Refusal(String error) {}

    static byte[] write(Object message) {
        try {
            return MAPPER.writeValueAsBytes(message);
        } catch (JsonProcessingException impossible) {
            throw new IllegalArgumentException(impossible);
        }
    }

    static <T> T read(byte[] bytes, Class<T> kind) throws IOException {
        T message = MAPPER.readValue(bytes, kind);
        if (message == null) {
            throw new IOException("there is nothing in it");
        }
        return message;
    }
}
