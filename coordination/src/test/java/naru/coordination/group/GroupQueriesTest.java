package naru.coordination.group;

import static org.assertj.core.api.Assertions.assertThat;

import naru.coordination.Decision;

import org.apache.kafka.common.message.DescribeGroupsRequestData;
import org.apache.kafka.common.message.DescribeGroupsResponseData;
import org.apache.kafka.common.message.DescribeGroupsResponseData.DescribedGroup;
import org.apache.kafka.common.message.DescribeGroupsResponseData.DescribedGroupMember;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;

import java.util.List;

class GroupQueriesTest {
    private final ShardRun run = new ShardRun();

    @Test
    void stableGroupIsDescribedWithItsAssignment() {
        run.stableGroupOf(Join.dynamic());
        DescribedGroup group = run.describe(ShardRun.GROUP);

        assertThat(group.groupState()).isEqualTo("Stable");
        assertThat(group.protocolType()).isEqualTo("consumer");
        assertThat(group.protocolData()).isEqualTo("range");
        DescribedGroupMember member = group.members().getFirst();
        assertThat(member.clientId()).isEqualTo("client");
        assertThat(member.clientHost()).isEqualTo("/127.0.0.1");
        assertThat(ShardRun.text(member.memberMetadata())).isEqualTo("m");
        assertThat(ShardRun.text(member.memberAssignment())).isEqualTo("all");
    }

    @Test
    void groupInARebalanceIsDescribedWithoutAssignments() {
        run.stableGroupOf(Join.dynamic());
        run.joinNew(Join.dynamic());
        DescribedGroup group = run.describe(ShardRun.GROUP);

        assertThat(group.groupState()).isEqualTo("PreparingRebalance");
        assertThat(group.protocolData()).isEmpty();
        assertThat(group.members()).hasSize(2);
        assertThat(group.members())
                .allSatisfy(member -> assertThat(member.memberAssignment()).isEmpty());
    }

    @Test
    void unknownGroupIsDeadAndFromVersionSixAlsoNotFound() {
        assertThat(run.describe("other").groupState()).isEqualTo("Dead");
        assertThat(run.describe("other").errorCode()).isEqualTo(Errors.GROUP_ID_NOT_FOUND.code());

        DescribeGroupsRequestData request =
                new DescribeGroupsRequestData().setGroups(List.of("other"));
        Decision older =
                run.shard().decide(new GroupCommand.DescribeGroups(0, (short) 5, request), 0);
        DescribedGroup group =
                ((DescribeGroupsResponseData) older.replies().getFirst().response())
                        .groups()
                        .getFirst();
        assertThat(group.groupState()).isEqualTo("Dead");
        assertThat(group.errorCode()).isZero();
    }

    @Test
    void listIsFilteredByStateAndType() {
        run.stableGroupOf(Join.dynamic());

        assertThat(run.list(List.of(), List.of()).groups()).hasSize(1);
        assertThat(run.list(List.of("stable"), List.of("Classic")).groups()).hasSize(1);
        assertThat(run.list(List.of("Empty"), List.of()).groups()).isEmpty();
        assertThat(run.list(List.of(), List.of("consumer")).groups()).isEmpty();
    }
}
