package naru.app.explain;

import static naru.app.explain.Wording.by;
import static naru.app.explain.Wording.count;
import static naru.app.explain.Wording.duration;
import static naru.app.explain.Wording.partitions;

import naru.app.explain.GroupFacts.Member;

import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** What holds a group back, and who. */
public final class GroupExplainer {
    private static final Set<String> REBALANCING =
            Set.of("preparingrebalance", "completingrebalance", "assigning", "reconciling");

    private final GroupFacts facts;
    private final List<Finding> findings = new ArrayList<>();

    private GroupExplainer(GroupFacts facts) {
        this.facts = facts;
    }

    /** The most general first. */
    public static List<Finding> explain(GroupFacts facts) {
        GroupExplainer explainer = new GroupExplainer(facts);
        explainer.standing();
        explainer.membership();
        explainer.rebalance();
        for (PartitionFacts partition : facts.partitions()) {
            explainer.place(partition);
        }
        return List.copyOf(explainer.findings);
    }

    private void standing() {
        long lag = facts.lag();
        @Nullable Long behind = facts.behindMillis();
        String place =
                facts.partitions().isEmpty()
                        ? "it has read nothing yet"
                        : lag == 0
                                ? "it has read all that there is in "
                                        + count(facts.partitions().size(), "partition")
                                : count(lag, "record")
                                        + by(lag, " waits for it", " wait for it")
                                        + (behind == null
                                                ? ""
                                                : ", the oldest for " + duration(behind));
        String sentence =
                "%s is a %s group, %s, with %s; %s."
                        .formatted(
                                facts.group(),
                                facts.type(),
                                facts.state(),
                                count(facts.members().size(), "member"),
                                place);
        findings.add(lag == 0 ? Finding.fine(sentence) : Finding.notable(sentence, null));
    }

    private void membership() {
        if (facts.members().isEmpty()) {
            if (facts.lag() > 0) {
                findings.add(
                        Finding.problem(
                                "Nobody reads: the group has no members.",
                                switch (facts.type()) {
                                    case "share" ->
                                            "Start a share consumer with group.id=" + facts.group();
                                    case "streams" ->
                                            "Start the application with application.id="
                                                    + facts.group();
                                    default -> "Start a consumer with group.id=" + facts.group();
                                }));
            }
            return;
        }
        if (isRebalancing()) {
            return;
        }
        List<String> idle = new ArrayList<>();
        Set<TopicPartition> read = new TreeSet<>(Wording.BY_NAME);
        for (Member member : facts.members()) {
            read.addAll(member.assigned());
            if (member.assigned().isEmpty()) {
                idle.add(member.described());
            }
        }
        if (!idle.isEmpty() && !isShare()) {
            findings.add(
                    Finding.notable(
                            "%s no partition: %s. A partition has one reader in the group, and %s"
                                            .formatted(
                                                    by(idle.size(), "A member has", "Members have"),
                                                    Wording.some(idle),
                                                    count(read.size(), "partition"))
                                    + by(read.size(), " is", " are")
                                    + " read.",
                            "More partitions, or a share group, would let them help"));
        }
        orphans(read);
    }

    private void orphans(Set<TopicPartition> read) {
        Set<TopicPartition> orphans = new TreeSet<>(Wording.BY_NAME);
        for (PartitionFacts partition : facts.partitions()) {
            if (partition.lag() > 0 && !read.contains(partition.partition())) {
                orphans.add(partition.partition());
            }
        }
        if (!orphans.isEmpty() && !isShare()) {
            findings.add(
                    Finding.notable(
                            "No member reads %s, where the group has committed offsets before."
                                    .formatted(partitions(orphans)),
                            "Subscribe a member to it, or forget it with: naru groups"
                                    + " delete-offsets"));
        }
    }

    private boolean isRebalancing() {
        return REBALANCING.contains(facts.state().replace("_", "").replace(" ", ""));
    }

    private void rebalance() {
        if (!isRebalancing()) {
            return;
        }
        Map<TopicPartition, Member> owners = new HashMap<>();
        for (Member member : facts.members()) {
            member.assigned().forEach(partition -> owners.put(partition, member));
        }
        boolean told = false;
        for (Member member : facts.members()) {
            @Nullable Set<TopicPartition> target = member.target();
            if (target != null) {
                told |= heldBack(member, target, owners);
            }
        }
        if (!told) {
            findings.add(
                    Finding.notable(
                            "A rebalance is under way: nobody reads until every member has joined"
                                + " again, or has been given up after its max.poll.interval.ms.",
                            "A member that takes long between two polls holds the others up; see"
                                    + " which one is slow"));
        }
    }

    /** Whether this member waits for others to give something up. */
    private boolean heldBack(
            Member member, Set<TopicPartition> target, Map<TopicPartition, Member> owners) {
        Map<Member, Set<TopicPartition>> from = new HashMap<>();
        for (TopicPartition wanted : target) {
            @Nullable Member owner = owners.get(wanted);
            if (owner != null && !owner.equals(member)) {
                from.computeIfAbsent(owner, any -> new TreeSet<>(Wording.BY_NAME)).add(wanted);
            }
        }
        from.forEach((owner, wanted) ->
                findings.add(
                        Finding.notable(
                                "%s is to have %s and waits for %s to give %s up."
                                        .formatted(
                                                member.described(),
                                                partitions(wanted),
                                                owner.described(),
                                                by(wanted.size(), "it", "them")),
                                "If that lasts, look at what "
                                        + owner.name()
                                        + " does between"
                                        + " its polls")));
        return !from.isEmpty();
    }

    private void place(PartitionFacts place) {
        @Nullable Long committed = place.committed();
        if (place.end() == null) {
            findings.add(
                    Finding.problem(
                            "%s does not answer, so it cannot be read."
                                    .formatted(place.partition()),
                            "See: naru explain topic " + place.partition().topic()));
            return;
        }
        if (committed == null) {
            return;
        }
        @Nullable Long start = place.start();
        if (start != null && committed < start) {
            findings.add(
                    Finding.problem(
                            "%s: %s deleted before the group read %s (it stands at %d, the log"
                                            .formatted(
                                                    place.partition(),
                                                    count(start - committed, "record")
                                                            + by(
                                                                    start - committed,
                                                                    " was",
                                                                    " were"),
                                                    by(start - committed, "it", "them"),
                                                    committed)
                                    + " starts at "
                                    + start
                                    + "); it will go on by its auto.offset.reset.",
                            "Read faster, or keep records longer: retention.ms, retention.bytes"));
            return;
        }
        if (committed > place.end()) {
            findings.add(
                    Finding.problem(
                            "%s: the group stands at %d, beyond the end at %d: the topic was"
                                            .formatted(place.partition(), committed, place.end())
                                    + " probably deleted and made anew.",
                            "naru groups reset-offsets "
                                    + facts.group()
                                    + " --topic "
                                    + place.partition().topic()
                                    + " --to-earliest"));
            return;
        }
        progress(place);
    }

    private void progress(PartitionFacts place) {
        if (place.lag() == 0) {
            return;
        }
        if (place.isHeldByTransaction()) {
            findings.add(
                    Finding.notable(
                            "%s: what waits is behind an open transaction, which starts at offset"
                                            .formatted(place.partition())
                                    + " "
                                    + place.stableEnd()
                                    + "; readers with read_committed stop there.",
                            "See who holds it: naru explain topic " + place.partition().topic()));
            return;
        }
        List<Member> readers = readersOf(place.partition());
        if (readers.isEmpty()) {
            return;
        }
        boolean isOne = readers.size() == 1;
        String who = isOne ? readers.getFirst().described() : readers.size() + " members";
        if (place.taken() == 0) {
            findings.add(
                    Finding.notable(
                            "%s: %s, and %s %s nothing for %s: %s slow, stuck, or %s."
                                    .formatted(
                                            place.partition(),
                                            waiting(place),
                                            who,
                                            (isOne ? "has " : "have ")
                                                    + (isShare() ? "acknowledged" : "committed"),
                                            duration(facts.apartMillis()),
                                            isOne ? "it is" : "they are",
                                            isShare()
                                                    ? "busy with what came before"
                                                    : "commits seldom"),
                            "Look at what it does with a record; run this again to see whether it"
                                    + " moves"));
        } else if (place.taken() < place.arrived()) {
            findings.add(
                    Finding.problem(
                            "%s: %s, and it grows: %s in %s came in, and %s took %d."
                                    .formatted(
                                            place.partition(),
                                            waiting(place),
                                            count(place.arrived(), "record"),
                                            duration(facts.apartMillis()),
                                            who,
                                            place.taken()),
                            isShare()
                                    ? "More members, or less work for each record"
                                    : "More members up to the number of partitions, more"
                                            + " partitions, or less work for each record"));
        } else {
            long surplus = place.taken() - place.arrived();
            String forecast =
                    surplus == 0
                            ? (isOne ? "keeps its distance" : "keep their distance")
                            : (isOne ? "has" : "have")
                                    + " caught up in about "
                                    + duration(place.lag() * facts.apartMillis() / surplus);
            findings.add(
                    Finding.fine(
                            "%s: %s; %s took %d in %s and %s."
                                    .formatted(
                                            place.partition(),
                                            waiting(place),
                                            who,
                                            place.taken(),
                                            duration(facts.apartMillis()),
                                            forecast)));
        }
    }

    private String waiting(PartitionFacts place) {
        @Nullable Long since = place.waitingSinceMillis();
        return count(place.lag(), "record")
                + by(place.lag(), " waits", " wait")
                + (since == null
                        ? ""
                        : " (the first for "
                                + duration(Math.max(0, facts.nowMillis() - since))
                                + ")");
    }

    private boolean isShare() {
        return facts.type().equals("share");
    }

    /** One at most, but in a share group. */
    private List<Member> readersOf(TopicPartition partition) {
        return facts.members().stream()
                .filter(member -> member.assigned().contains(partition))
                .toList();
    }
}
