package naru.broker.config;

import naru.broker.config.BadConfiguration.Problem;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** What must hold between the roles of a node, its listeners and the quorum it is part of. */
final class RoleRules {
    private static final Pattern VOTER = Pattern.compile("(\\d+)@[^@:]+:\\d{1,5}");
    private static final Pattern SERVER = Pattern.compile("(\\[[^]]+]|[^:]+):\\d{1,5}");
    private static final Pattern INITIAL_VOTER =
            Pattern.compile("(\\d+)@(\\[[^]]+]|[^@:]+):\\d{1,5}:[A-Za-z0-9_-]{22}");

    private final Map<String, Object> values;
    private final Map<String, String> properties;
    private final List<Problem> problems;
    private final String nodeId;

    RoleRules(Map<String, Object> values, Map<String, String> properties, List<Problem> problems) {
        this.values = values;
        this.properties = properties;
        this.problems = problems;
        this.nodeId = String.valueOf(values.get(MetadataSettings.NODE_ID));
    }

    /**
     * @param controllerProtocol what is spoken on the first of the names, null when nothing says it
     */
    void check(
            List<Listener> broker,
            List<Listener> controller,
            List<String> controllerNames,
            @Nullable String controllerProtocol) {
        List<String> roles = list(MetadataSettings.PROCESS_ROLES);
        if (!problems.isEmpty()) {
            return;
        }
        quorum(roles);
        if (!roles.contains("controller")) {
            broker(controller);
        } else if (roles.contains("broker")) {
            combined(controller);
        } else {
            controller(broker, controller);
        }
        if (broker.isEmpty() && roles.contains("broker") && problems.isEmpty()) {
            problem(
                    SocketSettings.LISTENERS,
                    "name at least one listener that is not in "
                            + MetadataSettings.CONTROLLER_LISTENER_NAMES);
        }
        if (controllerNames.isEmpty()) {
            problem(MetadataSettings.CONTROLLER_LISTENER_NAMES, "must have at least one name");
        } else if (controllerProtocol == null && hasCompany()) {
            problem(
                    SocketSettings.PROTOCOL_MAP,
                    "say which protocol controllers speak: add "
                            + controllerNames.getFirst()
                            + ":SASL_SSL, or another protocol");
        }
    }

    private void quorum(List<String> roles) {
        matching(MetadataSettings.QUORUM_VOTERS, VOTER, "write ID@HOST:PORT for each voter");
        matching(
                MetadataSettings.QUORUM_BOOTSTRAP_SERVERS,
                SERVER,
                "write HOST:PORT for each controller");
        List<String> initial = initialControllers();
        if (!initial.stream().allMatch(each -> INITIAL_VOTER.matcher(each).matches())) {
            problem(
                    NaruSettings.INITIAL_CONTROLLERS,
                    "write ID@HOST:PORT:DIRECTORY_ID for each first voter");
        } else if (!initial.isEmpty() && !list(MetadataSettings.QUORUM_VOTERS).isEmpty()) {
            problem(
                    NaruSettings.INITIAL_CONTROLLERS,
                    "voters that are set by controller.quorum.voters never change; remove one of"
                            + " the two");
        } else if (!initial.isEmpty() && !names(initial)) {
            problem(NaruSettings.INITIAL_CONTROLLERS, "must name this node, " + nodeId + ", too");
        }
        boolean joins = Boolean.TRUE.equals(values.get(MetadataSettings.AUTO_JOIN));
        if (joins && !roles.contains("controller")) {
            problem(
                    MetadataSettings.AUTO_JOIN,
                    "only a node with the role controller can join the voters");
        } else if (joins && !list(MetadataSettings.QUORUM_VOTERS).isEmpty()) {
            problem(
                    MetadataSettings.AUTO_JOIN,
                    "voters that are set by controller.quorum.voters never change; name"
                            + " controller.quorum.bootstrap.servers instead");
        }
    }

    private void broker(List<Listener> controllerListeners) {
        List<String> voters = list(MetadataSettings.QUORUM_VOTERS);
        if (names(voters)) {
            problem(
                    MetadataSettings.QUORUM_VOTERS,
                    "must not name this node, "
                            + nodeId
                            + ", which has only the role broker; give it another node.id, or the"
                            + " role controller too");
        } else if (voters.isEmpty() && list(MetadataSettings.QUORUM_BOOTSTRAP_SERVERS).isEmpty()) {
            problem(
                    MetadataSettings.QUORUM_BOOTSTRAP_SERVERS,
                    "a node with only the role broker needs to know a controller; write HOST:PORT"
                            + " of one");
        }
        if (!controllerListeners.isEmpty()) {
            problem(
                    SocketSettings.LISTENERS,
                    "a node with only the role broker has no listener for controllers; remove "
                            + controllerListeners.getFirst());
        }
    }

    private void controller(List<Listener> broker, List<Listener> controllerListeners) {
        voterIsThisNode();
        if (controllerListeners.isEmpty() || !broker.isEmpty()) {
            problem(
                    SocketSettings.LISTENERS,
                    "a node with only the role controller has listeners for controllers only, for"
                            + " example CONTROLLER://127.0.0.1:9093");
        }
    }

    private void combined(List<Listener> controllerListeners) {
        voterIsThisNode();
        if (controllerListeners.isEmpty() && hasCompany()) {
            problem(
                    SocketSettings.LISTENERS,
                    "other nodes must reach the controller of this one; add a listener, for example"
                            + " CONTROLLER://127.0.0.1:9093");
        }
    }

    private void voterIsThisNode() {
        List<String> voters = list(MetadataSettings.QUORUM_VOTERS);
        if (!voters.isEmpty() && !names(voters)) {
            problem(
                    MetadataSettings.QUORUM_VOTERS,
                    "must name this node, "
                            + nodeId
                            + "@HOST:PORT, which has the role controller; add it, or use"
                            + " process.roles=broker");
        }
    }

    /** Whether the configuration speaks of other nodes. */
    private boolean hasCompany() {
        return list(MetadataSettings.QUORUM_VOTERS).size() > 1
                || list(MetadataSettings.QUORUM_BOOTSTRAP_SERVERS).size() > 1
                || initialControllers().size() > 1
                || !list(MetadataSettings.PROCESS_ROLES).contains("controller")
                || Boolean.TRUE.equals(values.get(MetadataSettings.AUTO_JOIN));
    }

    private boolean names(List<String> voters) {
        return voters.stream().anyMatch(voter -> voter.strip().startsWith(nodeId + "@"));
    }

    private void matching(String key, Pattern form, String remedy) {
        if (!list(key).stream().allMatch(each -> form.matcher(each.strip()).matches())) {
            problem(key, remedy);
        }
    }

    private List<String> initialControllers() {
        String text = String.valueOf(values.get(NaruSettings.INITIAL_CONTROLLERS));
        return text.isBlank() ? List.of() : List.of(text.split(",", -1));
    }

    private List<String> list(String key) {
        return values.get(key) instanceof List<?> list
                ? list.stream().map(String::valueOf).toList()
                : List.of();
    }

    private void problem(String key, String remedy) {
        String shown = properties.get(key);
        problems.add(
                new Problem(key, shown == null ? String.valueOf(values.get(key)) : shown, remedy));
    }
}
