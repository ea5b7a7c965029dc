package naru.coordination.group;

import org.apache.kafka.common.message.JoinGroupRequestData.JoinGroupRequestProtocol;
import org.apache.kafka.coordinator.group.generated.GroupMetadataValue.MemberMetadata;
import org.jspecify.annotations.Nullable;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A member of a classic group. Owned by its group.
 *
 * <p>Its assignment changes only when a record is applied. A parked request is one whose reply
 * waits for the others: at most one join and one sync.
 */
final class Member {
    private static final byte[] NO_BYTES = {};

    private final @Nullable String instanceId;
    private String id;
    private String clientId;
    private String clientHost;
    private int rebalanceTimeoutMillis;
    private int sessionTimeoutMillis;

    /** Metadata by protocol name, the preferred protocol first. */
    private Map<String, byte[]> protocols;

    /** The protocols of a new process of this member, if the log takes it over. */
    private Map<String, byte[]> proposed = Map.of();

    private byte[] assignment = NO_BYTES;
    private @Nullable Long joinTicket;
    private @Nullable Long syncTicket;

    /** Has not yet been told that it is in a generation. */
    private boolean isNew;

    private Member(
            String id,
            @Nullable String instanceId,
            String clientId,
            String clientHost,
            int rebalanceTimeoutMillis,
            int sessionTimeoutMillis,
            Map<String, byte[]> protocols) {
        this.id = id;
        this.instanceId = instanceId;
        this.clientId = clientId;
        this.clientHost = clientHost;
        this.rebalanceTimeoutMillis = rebalanceTimeoutMillis;
        this.sessionTimeoutMillis = sessionTimeoutMillis;
        this.protocols = protocols;
    }

    static Member joining(String id, GroupCommand.JoinGroup join) {
        Member member =
                new Member(
                        id,
                        join.request().groupInstanceId(),
                        join.clientId(),
                        join.clientHost(),
                        rebalanceTimeoutMillis(join),
                        join.request().sessionTimeoutMs(),
                        protocols(join));
        member.isNew = true;
        return member;
    }

    static Member loaded(MemberMetadata saved, @Nullable String protocol) {
        Member member =
                new Member(
                        saved.memberId(),
                        saved.groupInstanceId(),
                        saved.clientId(),
                        saved.clientHost(),
                        rebalanceTimeoutMillis(saved),
                        saved.sessionTimeout(),
                        Map.of());
        member.applySaved(saved, protocol);
        return member;
    }

    /** The first version of the record has one time-out for both. */
    private static int rebalanceTimeoutMillis(MemberMetadata saved) {
        return saved.rebalanceTimeout() < 0 ? saved.sessionTimeout() : saved.rebalanceTimeout();
    }

    /** The first version of JoinGroup has one time-out for both. */
    private static int rebalanceTimeoutMillis(GroupCommand.JoinGroup join) {
        int asked = join.request().rebalanceTimeoutMs();
        return asked < 0 ? join.request().sessionTimeoutMs() : asked;
    }

    static Map<String, byte[]> protocols(GroupCommand.JoinGroup join) {
        Map<String, byte[]> protocols = new LinkedHashMap<>();
        for (JoinGroupRequestProtocol protocol : join.request().protocols()) {
            protocols.putIfAbsent(protocol.name(), protocol.metadata());
        }
        return protocols;
    }

    void update(GroupCommand.JoinGroup join) {
        clientId = join.clientId();
        clientHost = join.clientHost();
        rebalanceTimeoutMillis = rebalanceTimeoutMillis(join);
        sessionTimeoutMillis = join.request().sessionTimeoutMs();
        protocols = protocols(join);
    }

    MemberMetadata toSaved(@Nullable String protocol, byte[] newAssignment) {
        return new MemberMetadata()
                .setMemberId(id)
                .setGroupInstanceId(instanceId)
                .setClientId(clientId)
                .setClientHost(clientHost)
                .setRebalanceTimeout(rebalanceTimeoutMillis)
                .setSessionTimeout(sessionTimeoutMillis)
                .setSubscription(metadata(protocol))
                .setAssignment(newAssignment);
    }

    /** Takes over what the log says; protocols that it does not hold are kept if they still fit. */
    void applySaved(MemberMetadata saved, @Nullable String protocol) {
        id = saved.memberId();
        clientId = saved.clientId();
        clientHost = saved.clientHost();
        rebalanceTimeoutMillis = rebalanceTimeoutMillis(saved);
        sessionTimeoutMillis = saved.sessionTimeout();
        assignment = saved.assignment();
        protocols = matching(saved.subscription(), protocol);
        proposed = Map.of();
    }

    private Map<String, byte[]> matching(byte[] subscription, @Nullable String protocol) {
        if (protocol == null) {
            return Map.of();
        }
        for (Map<String, byte[]> known : List.of(proposed, protocols)) {
            if (Arrays.equals(known.get(protocol), subscription)) {
                return known;
            }
        }
        return Map.of(protocol, subscription);
    }

    void propose(Map<String, byte[]> next) {
        proposed = next;
    }

    void rename(String newId) {
        id = newId;
    }

    String id() {
        return id;
    }

    @Nullable String instanceId() {
        return instanceId;
    }

    boolean isStatic() {
        return instanceId != null;
    }

    String clientId() {
        return clientId;
    }

    String clientHost() {
        return clientHost;
    }

    int rebalanceTimeoutMillis() {
        return rebalanceTimeoutMillis;
    }

    int sessionTimeoutMillis() {
        return sessionTimeoutMillis;
    }

    byte[] assignment() {
        return assignment;
    }

    /** Metadata by protocol name, the preferred first. */
    Map<String, byte[]> protocols() {
        return protocols;
    }

    Set<String> protocolNames() {
        return protocols.keySet();
    }

    byte[] metadata(@Nullable String protocol) {
        byte[] metadata = protocol == null ? null : protocols.get(protocol);
        return metadata == null ? NO_BYTES : metadata;
    }

    /** Same protocols, same order, same metadata. */
    boolean matches(Map<String, byte[]> others) {
        if (!protocols.keySet().stream().toList().equals(others.keySet().stream().toList())) {
            return false;
        }
        return protocols.entrySet().stream()
                .allMatch(own -> Arrays.equals(own.getValue(), others.get(own.getKey())));
    }

    boolean isNew() {
        return isNew;
    }

    void admitted() {
        isNew = false;
    }

    boolean isJoining() {
        return joinTicket != null;
    }

    boolean isParked() {
        return joinTicket != null || syncTicket != null;
    }

    /** Parks a join and returns the one that it replaces. */
    @Nullable Long parkJoin(long ticket) {
        Long replaced = joinTicket;
        joinTicket = ticket;
        return replaced;
    }

    @Nullable Long takeJoin() {
        Long taken = joinTicket;
        joinTicket = null;
        return taken;
    }

    @Nullable Long parkSync(long ticket) {
        Long replaced = syncTicket;
        syncTicket = ticket;
        return replaced;
    }

    @Nullable Long takeSync() {
        Long taken = syncTicket;
        syncTicket = null;
        return taken;
    }
}
