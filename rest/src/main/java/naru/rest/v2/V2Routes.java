package naru.rest.v2;

import naru.http.Answer;
import naru.http.Budget;
import naru.http.Call;
import naru.http.Refusal;
import naru.http.Routes;
import naru.rest.cluster.Faults;
import naru.rest.cluster.UserClients;
import naru.rest.consume.Instances;
import naru.rest.produce.Outbox;

import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;

import java.util.Map;
import java.util.TreeMap;

/** The paths of v2. */
public final class V2Routes {
    private static final int UNAUTHORIZED = 401;

    private final Routes.Builder routes;

    private V2Routes(Routes.Builder routes) {
        this.routes = routes;
    }

    /**
     * @param bodies memory for requests that bring records
     */
    public static void add(
            Routes.Builder routes,
            UserClients users,
            Outbox outbox,
            Budget bodies,
            Instances instances) {
        V2Routes added = new V2Routes(routes);
        added.addTopics(new MetadataApi(users), new ProduceApi(users, outbox, bodies));
        added.addConsumers(new ConsumersApi(users, instances));
        added.on(
                "GET",
                "/consumers/{group}/instances/{instance}/records",
                new RecordsApi(users, instances)::read);
    }

    private void addTopics(MetadataApi metadata, ProduceApi produce) {
        on("GET", "/", metadata::root);
        on("GET", "/brokers", metadata::brokers);
        on("GET", "/topics", metadata::topics);
        on("GET", "/topics/{topic}", metadata::topic);
        on("GET", "/topics/{topic}/partitions", metadata::partitions);
        on("GET", "/topics/{topic}/partitions/{partition}", metadata::partition);
        on("GET", "/topics/{topic}/partitions/{partition}/offsets", metadata::offsets);
        on("POST", "/topics/{topic}", produce::toTopic);
        on("POST", "/topics/{topic}/partitions/{partition}", produce::toPartition);
    }

    private void addConsumers(ConsumersApi consumers) {
        String instance = "/consumers/{group}/instances/{instance}";
        on("POST", "/consumers/{group}", consumers::create);
        on("DELETE", instance, consumers::delete);
        on("POST", instance + "/offsets", consumers::commit);
        on("GET", instance + "/offsets", consumers::committed);
        on("POST", instance + "/subscription", consumers::subscribe);
        on("GET", instance + "/subscription", consumers::subscription);
        on("DELETE", instance + "/subscription", consumers::unsubscribe);
        on("POST", instance + "/assignments", consumers::assign);
        on("GET", instance + "/assignments", consumers::assignment);
        on("POST", instance + "/positions", consumers::seek);
        on("POST", instance + "/positions/beginning", consumers::seekToBeginning);
        on("POST", instance + "/positions/end", consumers::seekToEnd);
    }

    private void on(String method, String path, Routes.Route route) {
        routes.on(method, path, call -> guarded(route, call));
    }

    private static Answer guarded(Routes.Route route, Call call) throws Exception {
        try {
            return route.answer(call);
        } catch (InterruptException stopping) {
            throw stopping;
        } catch (KafkaException fault) {
            throw Faults.refusal(fault);
        }
    }

    /** How a refusal looks in v2, and in v3 as well. */
    public static Answer refusal(Call.Headers headers, Refusal refusal) {
        Map<String, Object> body = new TreeMap<>();
        body.put(
                "error_code",
                refusal.code() == UNAUTHORIZED ? Faults.UNAUTHENTICATED : refusal.code());
        body.put("message", refusal.message());
        return Answer.json(refusal.status(), MediaTypes.ofRefusal(headers), body);
    }
}
