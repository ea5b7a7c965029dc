package naru.broker;

import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.message.AddRaftVoterRequestData;
import org.apache.kafka.common.message.AlterClientQuotasRequestData;
import org.apache.kafka.common.message.AlterConfigsRequestData;
import org.apache.kafka.common.message.AlterPartitionReassignmentsRequestData;
import org.apache.kafka.common.message.AlterReplicaLogDirsRequestData;
import org.apache.kafka.common.message.AlterUserScramCredentialsRequestData;
import org.apache.kafka.common.message.BeginQuorumEpochRequestData;
import org.apache.kafka.common.message.BrokerRegistrationRequestData;
import org.apache.kafka.common.message.ControllerRegistrationRequestData;
import org.apache.kafka.common.message.CreateAclsRequestData;
import org.apache.kafka.common.message.CreatePartitionsRequestData;
import org.apache.kafka.common.message.CreateTopicsRequestData;
import org.apache.kafka.common.message.DeleteAclsRequestData;
import org.apache.kafka.common.message.DeleteTopicsRequestData;
import org.apache.kafka.common.message.DescribeAclsRequestData;
import org.apache.kafka.common.message.DescribeClusterRequestData;
import org.apache.kafka.common.message.DescribeConfigsRequestData;
import org.apache.kafka.common.message.DescribeLogDirsRequestData;
import org.apache.kafka.common.message.DescribeQuorumRequestData;
import org.apache.kafka.common.message.DescribeUserScramCredentialsRequestData;
import org.apache.kafka.common.message.ElectLeadersRequestData;
import org.apache.kafka.common.message.EndQuorumEpochRequestData;
import org.apache.kafka.common.message.EnvelopeRequestData;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchSnapshotRequestData;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData;
import org.apache.kafka.common.message.ListConfigResourcesRequestData;
import org.apache.kafka.common.message.ListPartitionReassignmentsRequestData;
import org.apache.kafka.common.message.RemoveRaftVoterRequestData;
import org.apache.kafka.common.message.UnregisterBrokerRequestData;
import org.apache.kafka.common.message.UpdateFeaturesRequestData;
import org.apache.kafka.common.message.UpdateRaftVoterRequestData;
import org.apache.kafka.common.message.VoteRequestData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;

import java.nio.ByteBuffer;
import java.util.List;

/** Requests of the matrix about the cluster, and of one node to another. */
final class AdministrationBodies {
    private AdministrationBodies() {}

    private static final byte ANY = 1;
    private static final byte LITERAL = 3;
    private static final byte TOPIC = 2;
    private static final String OTHER_CLUSTER = "another-cluster";

    static ApiMessage createTopics(Names names) {
        CreateTopicsRequestData data =
                new CreateTopicsRequestData().setTimeoutMs(10_000).setValidateOnly(true);
        data.topics()
                .add(
                        new CreateTopicsRequestData.CreatableTopic()
                                .setName(names.topic())
                                .setNumPartitions(1)
                                .setReplicationFactor((short) 1));
        return data;
    }

    static ApiMessage deleteTopics(Names names) {
        return new DeleteTopicsRequestData()
                .setTimeoutMs(10_000)
                .setTopics(
                        List.of(
                                new DeleteTopicsRequestData.DeleteTopicState()
                                        .setName(names.topic())));
    }

    static ApiMessage createPartitions(Names names) {
        CreatePartitionsRequestData data =
                new CreatePartitionsRequestData().setTimeoutMs(10_000).setValidateOnly(true);
        data.topics()
                .add(
                        new CreatePartitionsRequestData.CreatePartitionsTopic()
                                .setName(names.topic())
                                .setCount(2)
                                .setAssignments(null));
        return data;
    }

    // Only kinds that the matrix has.
    @SuppressWarnings("EnumSwitchDefault")
    private static String name(ConfigResource.Type type, Names names) {
        return switch (type) {
            case TOPIC -> names.topic();
            case GROUP -> names.group();
            case BROKER -> "1";
            default -> "metrics";
        };
    }

    static ApiMessage describeConfigs(ConfigResource.Type type, Names names) {
        return new DescribeConfigsRequestData()
                .setResources(
                        List.of(
                                new DescribeConfigsRequestData.DescribeConfigsResource()
                                        .setResourceType(type.id())
                                        .setResourceName(name(type, names))
                                        .setConfigurationKeys(null)));
    }

    static ApiMessage alterConfigs(ConfigResource.Type type, Names names) {
        AlterConfigsRequestData data = new AlterConfigsRequestData().setValidateOnly(true);
        data.resources()
                .add(
                        new AlterConfigsRequestData.AlterConfigsResource()
                                .setResourceType(type.id())
                                .setResourceName(name(type, names)));
        return data;
    }

    static ApiMessage changeConfigs(ConfigResource.Type type, Names names) {
        IncrementalAlterConfigsRequestData data =
                new IncrementalAlterConfigsRequestData().setValidateOnly(true);
        data.resources()
                .add(
                        new IncrementalAlterConfigsRequestData.AlterConfigsResource()
                                .setResourceType(type.id())
                                .setResourceName(name(type, names)));
        return data;
    }

    static ApiMessage configResources(Names names) {
        return new ListConfigResourcesRequestData();
    }

    static ApiMessage logDirs(Names names) {
        return new DescribeLogDirsRequestData().setTopics(null);
    }

    static ApiMessage moveLogs(Names names) {
        AlterReplicaLogDirsRequestData request = new AlterReplicaLogDirsRequestData();
        AlterReplicaLogDirsRequestData.AlterReplicaLogDir folder =
                new AlterReplicaLogDirsRequestData.AlterReplicaLogDir().setPath("/no-such-folder");
        folder.topics()
                .add(
                        new AlterReplicaLogDirsRequestData.AlterReplicaLogDirTopic()
                                .setName(names.topic())
                                .setPartitions(List.of(0)));
        request.dirs().add(folder);
        return request;
    }

    static ApiMessage cluster(Names names) {
        return new DescribeClusterRequestData();
    }

    static ApiMessage controllers(Names names) {
        return new DescribeClusterRequestData().setEndpointType((byte) 2);
    }

    static ApiMessage quorum(Names names) {
        return new DescribeQuorumRequestData()
                .setTopics(
                        List.of(
                                new DescribeQuorumRequestData.TopicData()
                                        .setTopicName("__cluster_metadata")
                                        .setPartitions(
                                                List.of(
                                                        new DescribeQuorumRequestData
                                                                .PartitionData()))));
    }

    static ApiMessage features(Names names) {
        return new UpdateFeaturesRequestData().setValidateOnly(true);
    }

    static ApiMessage unregister(Names names) {
        return new UnregisterBrokerRequestData().setBrokerId(999);
    }

    static ApiMessage elect(Names names) {
        return new ElectLeadersRequestData().setTimeoutMs(10_000);
    }

    static ApiMessage reassign(Names names) {
        return new AlterPartitionReassignmentsRequestData().setTimeoutMs(10_000);
    }

    static ApiMessage reassignments(Names names) {
        return new ListPartitionReassignmentsRequestData().setTopics(null).setTimeoutMs(10_000);
    }

    static ApiMessage describeAcls(Names names) {
        return new DescribeAclsRequestData()
                .setResourceTypeFilter(ANY)
                .setPatternTypeFilter(ANY)
                .setOperation(ANY)
                .setPermissionType(ANY);
    }

    /** A rule that is refused for its empty name. */
    static ApiMessage createAcls(Names names) {
        return new CreateAclsRequestData()
                .setCreations(
                        List.of(
                                new CreateAclsRequestData.AclCreation()
                                        .setResourceType(TOPIC)
                                        .setResourceName("")
                                        .setResourcePatternType(LITERAL)
                                        .setPrincipal("User:anybody")
                                        .setHost("*")
                                        .setOperation((byte) 3)
                                        .setPermissionType((byte) 3)));
    }

    static ApiMessage deleteAcls(Names names) {
        return new DeleteAclsRequestData()
                .setFilters(
                        List.of(
                                new DeleteAclsRequestData.DeleteAclsFilter()
                                        .setResourceTypeFilter(TOPIC)
                                        .setResourceNameFilter("no such topic")
                                        .setPatternTypeFilter(LITERAL)
                                        .setOperation(ANY)
                                        .setPermissionType(ANY)));
    }

    static ApiMessage describeUsers(Names names) {
        return new DescribeUserScramCredentialsRequestData();
    }

    static ApiMessage alterUsers(Names names) {
        return new AlterUserScramCredentialsRequestData()
                .setDeletions(
                        List.of(
                                new AlterUserScramCredentialsRequestData.ScramCredentialDeletion()
                                        .setName("nobody")
                                        .setMechanism((byte) 1)));
    }

    // ---- of one node to another: of another cluster or empty, so that nothing comes of them ----

    // Other kinds are empty as they are made.
    @SuppressWarnings("EnumSwitchDefault")
    static ApiMessage ofNode(ApiKeys api) {
        return switch (api) {
            case FETCH -> new FetchRequestData().setClusterId(OTHER_CLUSTER);
            case FETCH_SNAPSHOT -> new FetchSnapshotRequestData().setClusterId(OTHER_CLUSTER);
            case VOTE -> new VoteRequestData().setClusterId(OTHER_CLUSTER);
            case BEGIN_QUORUM_EPOCH ->
                    new BeginQuorumEpochRequestData().setClusterId(OTHER_CLUSTER);
            case END_QUORUM_EPOCH -> new EndQuorumEpochRequestData().setClusterId(OTHER_CLUSTER);
            case ADD_RAFT_VOTER -> new AddRaftVoterRequestData().setClusterId(OTHER_CLUSTER);
            case REMOVE_RAFT_VOTER -> new RemoveRaftVoterRequestData().setClusterId(OTHER_CLUSTER);
            case UPDATE_RAFT_VOTER -> new UpdateRaftVoterRequestData().setClusterId(OTHER_CLUSTER);
            case BROKER_REGISTRATION ->
                    new BrokerRegistrationRequestData()
                            .setBrokerId(999)
                            .setClusterId(OTHER_CLUSTER);
            case CONTROLLER_REGISTRATION ->
                    new ControllerRegistrationRequestData().setControllerId(999);
            case ALTER_CLIENT_QUOTAS ->
                    new AlterClientQuotasRequestData()
                            .setValidateOnly(true)
                            .setEntries(
                                    List.of(
                                            new AlterClientQuotasRequestData.EntryData()
                                                    .setEntity(
                                                            List.of(
                                                                    new AlterClientQuotasRequestData
                                                                                    .EntityData()
                                                                            .setEntityType("user")
                                                                            .setEntityName(
                                                                                    "anna")))));
            case ENVELOPE ->
                    new EnvelopeRequestData()
                            .setRequestData(ByteBuffer.allocate(0))
                            .setClientHostAddress(new byte[4]);
            default -> api.messageType.newRequest();
        };
    }
}
