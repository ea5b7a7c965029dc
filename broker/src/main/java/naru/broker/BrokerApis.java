package naru.broker;

import naru.broker.access.Access;
import naru.broker.api.ApiVersions;
import naru.broker.api.DeleteRecords;
import naru.broker.api.DescribeProducers;
import naru.broker.api.ListOffsets;
import naru.broker.api.OffsetForLeaderEpoch;
import naru.broker.api.Produce;
import naru.broker.config.DynamicConfig;
import naru.broker.enforce.RecordGate;
import naru.broker.fetch.Fetch;
import naru.broker.fetch.FetchSessions;
import naru.broker.login.NoLogin;
import naru.broker.partition.PartitionLookup;
import naru.broker.quota.ClientQuotas;
import naru.broker.transaction.Enrolment;
import naru.broker.transport.ApiTable;
import naru.quorum.Quorum;

import org.apache.kafka.common.protocol.ApiKeys;

/** Every request kind that a broker's listeners serve. */
final class BrokerApis {
    private BrokerApis() {}

    static void serveData(
            ApiTable table,
            Quorum quorum,
            PartitionLookup lookup,
            Enrolment enrolment,
            DynamicConfig config,
            FetchSessions sessions,
            Access access,
            ClientQuotas quotas,
            Replicas replicas,
            RecordGate gate) {
        serveLogin(table);
        table.serve(ApiKeys.API_VERSIONS, new ApiVersions(() -> table, quorum))
                .serve(ApiKeys.PRODUCE, new Produce(lookup, enrolment, access, gate))
                .serve(
                        ApiKeys.FETCH,
                        new Fetch(
                                lookup,
                                access,
                                sessions,
                                () -> config.current().integer("fetch.max.bytes"),
                                quotas,
                                replicas.choice(),
                                replicas.toFollowers()))
                .serve(ApiKeys.LIST_OFFSETS, new ListOffsets(lookup, access))
                .serve(ApiKeys.OFFSET_FOR_LEADER_EPOCH, new OffsetForLeaderEpoch(lookup, access))
                .serve(ApiKeys.DELETE_RECORDS, new DeleteRecords(lookup, access))
                .serve(ApiKeys.DESCRIBE_PRODUCERS, new DescribeProducers(lookup, access));
    }

    /** For listeners of all kinds: who logs in where nobody has to is told so. */
    static void serveLogin(ApiTable table) {
        table.serve(ApiKeys.SASL_HANDSHAKE, new NoLogin())
                .serve(ApiKeys.SASL_AUTHENTICATE, new NoLogin());
    }
}
