package naru.connect.api;

import com.fasterxml.jackson.core.type.TypeReference;

import naru.http.Answer;
import naru.http.Call;
import naru.http.Json;
import naru.http.Refusal;

import org.apache.kafka.connect.runtime.Herder;
import org.apache.kafka.connect.runtime.distributed.Crypto;
import org.apache.kafka.connect.runtime.rest.InternalRequestSignature;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.List;
import java.util.Map;

/** What workers ask each other; the herder refuses what is not signed with their common key. */
final class InternalApi {
    private static final TypeReference<List<Map<String, String>>> TASKS = new TypeReference<>() {};

    private final Herder herder;
    private final Herding herding;

    InternalApi(Herder herder, Herding herding) {
        this.herder = herder;
        this.herding = herding;
    }

    Answer putTasks(Call call) throws InterruptedException {
        byte[] body = call.body();
        InternalRequestSignature signature = signature(call, body);
        String connector = call.variable("connector");
        List<Map<String, String>> tasks;
        try {
            tasks = Json.MAPPER.readValue(body, TASKS);
        } catch (IOException shapeless) {
            throw new Refusal(400, "the body is no list of tasks' configurations");
        }
        return herding.<Void>askWherever(
                call,
                body,
                done -> herder.putTaskConfigs(connector, tasks, done, signature),
                ConnectRoutes::nothing);
    }

    Answer fence(Call call) throws InterruptedException {
        byte[] body = call.body();
        InternalRequestSignature signature = signature(call, body);
        String connector = call.variable("connector");
        return herding.<Void>askWherever(
                call,
                body,
                done -> herder.fenceZombieSourceTasks(connector, done, signature),
                ConnectRoutes::nothing);
    }

    /** Null when there is none, which only a herder without keys takes. */
    private static @Nullable InternalRequestSignature signature(Call call, byte[] body) {
        String algorithm = call.header(InternalRequestSignature.SIGNATURE_ALGORITHM_HEADER);
        String signature = call.header(InternalRequestSignature.SIGNATURE_HEADER);
        if (algorithm == null || signature == null) {
            return null;
        }
        try {
            return new InternalRequestSignature(
                    body, Crypto.SYSTEM.mac(algorithm), Base64.getDecoder().decode(signature));
        } catch (NoSuchAlgorithmException | IllegalArgumentException malformed) {
            throw new Refusal(400, "the signature cannot be read: " + malformed.getMessage());
        }
    }
}
