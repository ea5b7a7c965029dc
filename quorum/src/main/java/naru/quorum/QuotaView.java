package naru.quorum;

import org.apache.kafka.common.message.DescribeClientQuotasRequestData;
import org.apache.kafka.common.message.DescribeClientQuotasResponseData;
import org.apache.kafka.common.quota.ClientQuotaEntity;

import java.util.Map;

/** The client quotas of an image. Equal to another view when it holds the same quotas. */
public interface QuotaView {
    /** Values by Kafka's keys; a name that is null in an entity stands for any. */
    Map<ClientQuotaEntity, Map<String, Double>> byEntity();

    /**
     * Those that match the request's filter.
     *
     * @throws org.apache.kafka.common.errors.ApiException when the filter makes no sense
     */
    DescribeClientQuotasResponseData describe(DescribeClientQuotasRequestData request);
}
