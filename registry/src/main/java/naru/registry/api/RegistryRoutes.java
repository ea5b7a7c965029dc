package naru.registry.api;

import naru.http.Answer;
import naru.http.Call;
import naru.http.Front;
import naru.http.Login;
import naru.http.Refusal;
import naru.http.Routes;
import naru.registry.api.Permissions.Need;
import naru.registry.store.Registry;
import naru.registry.store.StoreLog;
import naru.registry.subject.Configuration;
import naru.registry.subject.Deletion;
import naru.registry.subject.Parsing;
import naru.registry.subject.Refusals;
import naru.registry.subject.Registration;
import naru.schema.SchemaLimits;
import naru.schema.SchemaParser;

import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The table of the API's resources; every one is also there below {@code /contexts/CONTEXT}. */
public final class RegistryRoutes {
    private static final int BODY_BYTES = 4 << 20;

    private final Routes.Builder routes = Routes.builder();
    private final Registry registry;
    private final ServerFacts facts;
    private final Permissions permissions;

    /**
     * What the server says of itself.
     *
     * @param version of this product
     * @param topic that keeps the schemas
     * @param clusterId asks the cluster for its id
     */
    public record ServerFacts(String version, String topic, ClusterId clusterId) {}

    /** Asks the cluster for its id. */
    @FunctionalInterface
    public interface ClusterId {
        String ask() throws StoreLog.Unavailable, InterruptedException;
    }

    private RegistryRoutes(Registry registry, ServerFacts facts) {
        this.registry = registry;
        this.facts = facts;
        this.permissions = new Permissions(registry, facts.topic());
    }

    /** What the registry shows to HTTP. */
    public static Front front(
            Registry registry, InstantSource clock, ServerFacts facts, Login login) {
        return new Front(
                "registry",
                new RegistryRoutes(registry, facts).build(clock),
                login,
                Payloads::refusal,
                BODY_BYTES,
                registry::condition);
    }

    private Routes build(InstantSource clock) {
        Parsing parsing = new Parsing(new SchemaParser(SchemaLimits.DEFAULT));
        Deletion deletion = new Deletion(registry);
        SubjectsApi subjects =
                new SubjectsApi(
                        registry, new Registration(registry, parsing, clock), deletion, parsing);
        addSubjects(subjects);
        addSchemas(new SchemasApi(registry, subjects));
        addConfiguration(new ConfigurationApi(new Configuration(registry)));
        addServer(deletion);
        return routes.build();
    }

    private void addSubjects(SubjectsApi api) {
        on(Need.READ, "GET", "/subjects", api::list);
        on(Need.READ, "POST", "/subjects/{subject}", api::find);
        on(Need.CHANGE, "DELETE", "/subjects/{subject}", api::deleteSubject);
        on(Need.READ, "GET", "/subjects/{subject}/versions", api::versions);
        on(Need.REGISTER, "POST", "/subjects/{subject}/versions", api::register);
        on(Need.READ, "GET", "/subjects/{subject}/metadata", api::withMetadata);
        on(Need.READ, "GET", "/subjects/{subject}/versions/{version}", api::version);
        on(Need.CHANGE, "DELETE", "/subjects/{subject}/versions/{version}", api::deleteVersion);
        on(Need.READ, "GET", "/subjects/{subject}/versions/{version}/schema", api::schema);
        on(
                Need.READ,
                "GET",
                "/subjects/{subject}/versions/{version}/referencedby",
                api::referencedBy);
        on(Need.READ, "POST", "/compatibility/subjects/{subject}/versions", api::checkAgainstAll);
        on(
                Need.READ,
                "POST",
                "/compatibility/subjects/{subject}/versions/{version}",
                api::checkAgainstVersion);
    }

    private void addSchemas(SchemasApi api) {
        on(Need.READ, "GET", "/schemas", api::all);
        routes.get("/schemas/types", api::types);
        on(Need.READ, "GET", "/schemas/ids/{id}", api::byId);
        on(Need.READ, "GET", "/schemas/ids/{id}/schema", api::textById);
        on(Need.READ, "GET", "/schemas/ids/{id}/subjects", api::subjectsOfId);
        on(Need.READ, "GET", "/schemas/ids/{id}/versions", api::versionsOfId);
        on(Need.READ, "GET", "/schemas/guids/{guid}", api::byGuid);
        on(Need.READ, "GET", "/schemas/guids/{guid}/ids", api::idsOfGuid);
    }

    private void addConfiguration(ConfigurationApi api) {
        for (String scope : List.of("", "/{subject}")) {
            on(Need.READ, "GET", "/config" + scope, api::settings);
            on(Need.CHANGE, "PUT", "/config" + scope, api::changeSettings);
            on(Need.CHANGE, "DELETE", "/config" + scope, api::removeSettings);
            on(Need.READ, "GET", "/mode" + scope, api::mode);
            on(Need.CHANGE, "PUT", "/mode" + scope, api::changeMode);
            on(Need.CHANGE, "DELETE", "/mode" + scope, api::removeMode);
        }
    }

    private void addServer(Deletion deletion) {
        routes.get("/", call -> Payloads.ok(call, Map.of()));
        routes.post("/", call -> Payloads.ok(call, Map.of()));
        routes.get("/contexts", call -> guarded(Need.READ, this::contexts, call));
        routes.delete(
                "/contexts/{context}",
                call ->
                        guarded(
                                Need.CHANGE,
                                each -> {
                                    deletion.context(Requests.context(each));
                                    return Answer.empty(204);
                                },
                                call));
        on(Need.READ, "GET", "/v1/metadata/id", this::clusterId);
        on(
                Need.READ,
                "GET",
                "/v1/metadata/version",
                call -> Payloads.ok(call, Map.of("version", facts.version(), "commitId", "")));
        on(
                Need.READ,
                "GET",
                "/v1/metadata/deployment",
                call -> Payloads.ok(call, Map.of("attributes", List.of())));
        addRefusals();
    }

    /** What the API has and this registry has not is refused in words, not as an unknown path. */
    private void addRefusals() {
        refuseAll(
                "Exporters (schema linking); copy schemas in mode IMPORT instead: they",
                "/exporters",
                "/exporters/{rest...}");
        String associations = "Associations of resources with subjects";
        refuseAll(associations, "/associations", "/associations:batch");
        for (String method : List.of("POST", "PUT", "DELETE")) {
            refuse(method, associations, "/associations/{rest...}");
        }
        // There are none. Serializers ask before they choose a subject, whatever they may else.
        for (String base : List.of("", "/contexts/{context}")) {
            routes.get(
                    base + "/associations/{rest...}",
                    call -> {
                        throw new Refusal(
                                404,
                                404,
                                "HTTP 404 Not Found: " + associations + " are not served");
                    });
        }
        refuseAll("Keys for encryption of fields", "/dek-registry/{rest...}");
        on(
                Need.REGISTER,
                "POST",
                "/subjects/{subject}/versions/{version}/tags",
                call -> {
                    throw Requests.notServed("Tags within schemas");
                });
        on(
                Need.READ,
                "GET",
                "/subjects/{subject}/provenance",
                call -> {
                    throw Requests.notServed("Histories of columns");
                });
    }

    private void refuseAll(String what, String... paths) {
        for (String path : paths) {
            for (String method : List.of("GET", "POST", "PUT", "DELETE")) {
                refuse(method, what, path);
            }
        }
    }

    private void refuse(String method, String what, String path) {
        on(
                Need.READ,
                method,
                path,
                call -> {
                    throw Requests.notServed(what);
                });
    }

    private Answer contexts(Call call) throws StoreLog.Unavailable, InterruptedException {
        String prefix = call.parameter("contextPrefix", "");
        List<String> names =
                registry.read(state ->
                        state.contexts().stream().filter(name -> name.startsWith(prefix)).toList());
        return Payloads.ok(call, Payloads.page(call, new ArrayList<>(names)));
    }

    private Answer clusterId(Call call) throws StoreLog.Unavailable, InterruptedException {
        Map<String, String> clusters =
                Map.of(
                        "kafka-cluster",
                        facts.clusterId().ask(),
                        "schema-registry-cluster",
                        "schema-registry");
        return Payloads.ok(
                call, Map.of("id", "", "scope", Map.of("path", List.of(), "clusters", clusters)));
    }

    private void on(Need need, String method, String path, Routes.Route route) {
        Routes.Route guarded = call -> guarded(need, route, call);
        routes.on(method, path, guarded);
        routes.on(method, "/contexts/{context}" + path, guarded);
    }

    private Answer guarded(Need need, Routes.Route route, Call call) throws Exception {
        try {
            Payloads.checkAccept(call);
            permissions.check(call, need);
            return route.answer(call);
        } catch (StoreLog.Unavailable unavailable) {
            throw Refusals.of(unavailable);
        }
    }
}
