package naru.rest.v3;

import naru.http.Budget;
import naru.http.Routes;
import naru.rest.cluster.UserClients;
import naru.rest.produce.Outbox;

import java.util.List;

/** The paths of v3. */
public final class V3Routes {
    private static final String CLUSTER = "/v3/clusters/{cluster}";
    private static final String TOPIC = CLUSTER + "/topics/{topic}";
    private static final String PARTITION = TOPIC + "/partitions/{partition}";
    private static final String BROKER = CLUSTER + "/brokers/{broker}";
    private static final String GROUP = CLUSTER + "/consumer-groups/{group}";

    private final Routes.Builder routes;
    private final UserClients users;

    private V3Routes(Routes.Builder routes, UserClients users) {
        this.routes = routes;
        this.users = users;
    }

    public static void add(Routes.Builder routes, UserClients users, Outbox outbox, Budget bodies) {
        V3Routes added = new V3Routes(routes, users);
        added.addCluster(new ClustersApi());
        added.addTopics(new TopicsApi(), new PartitionsApi());
        added.addConfigs(new ConfigsApi());
        added.addGroups(new GroupsApi(), new LagsApi());
        added.addAcls(new AclsApi());
        RecordsApi records = new RecordsApi(users, outbox, bodies);
        routes.post(TOPIC + "/records", records::produce);
        added.on("POST", TOPIC + "/records:batch", records::produceBatch);
    }

    private void addCluster(ClustersApi api) {
        on("GET", "/v3/clusters", api::clusters);
        on("GET", CLUSTER, api::cluster);
        on("GET", CLUSTER + "/brokers", api::brokers);
        on("GET", BROKER, api::broker);
        on("GET", BROKER + "/partition-replicas", api::replicas);
    }

    private void addTopics(TopicsApi topics, PartitionsApi partitions) {
        on("GET", CLUSTER + "/topics", topics::list);
        on("POST", CLUSTER + "/topics", topics::create);
        on("GET", TOPIC, topics::get);
        on("PATCH", TOPIC, topics::grow);
        on("DELETE", TOPIC, topics::delete);
        on("GET", TOPIC + "/partitions", partitions::list);
        on("GET", PARTITION, partitions::get);
        on("GET", PARTITION + "/replicas", partitions::replicas);
        on("GET", PARTITION + "/replicas/{broker}", partitions::replica);
        on("GET", PARTITION + "/reassignment", partitions::reassignment);
        on("GET", TOPIC + "/partitions/-/reassignment", partitions::reassignmentsOfTopic);
        on("GET", CLUSTER + "/topics/-/partitions/-/reassignment", partitions::allReassignments);
    }

    private void addConfigs(ConfigsApi api) {
        on("GET", CLUSTER + "/topics/-/configs", api::ofAllTopics);
        on("GET", CLUSTER + "/brokers/-/configs", api::ofAllBrokers);
        on("GET", TOPIC + "/default-configs", api::defaults);
        for (String path :
                List.of(CLUSTER + "/broker-configs", BROKER + "/configs", TOPIC + "/configs")) {
            on("GET", path, api::list);
            on("POST", path + ":alter", api::alterMany);
            on("GET", path + "/{name}", api::get);
            on("PUT", path + "/{name}", api::set);
            on("DELETE", path + "/{name}", api::reset);
        }
    }

    private void addGroups(GroupsApi groups, LagsApi lags) {
        String assignments = GROUP + "/consumers/{consumer}/assignments";
        on("GET", CLUSTER + "/consumer-groups", groups::list);
        on("GET", GROUP, groups::get);
        on("GET", GROUP + "/consumers", groups::consumers);
        on("GET", GROUP + "/consumers/{consumer}", groups::consumer);
        on("GET", assignments, groups::assignments);
        on("GET", assignments + "/{topic}/partitions/{partition}", groups::assignment);
        on("GET", GROUP + "/lags", lags::list);
        on("GET", GROUP + "/lags/{topic}/partitions/{partition}", lags::get);
        on("GET", GROUP + "/lag-summary", lags::summary);
    }

    private void addAcls(AclsApi api) {
        on("GET", CLUSTER + "/acls", api::search);
        on("POST", CLUSTER + "/acls", api::create);
        on("DELETE", CLUSTER + "/acls", api::delete);
        on("POST", CLUSTER + "/acls:batch", api::createMany);
    }

    private void on(String method, String path, Scope.Deed deed) {
        routes.on(method, path, Scope.route(users, deed));
    }
}
