package naru.registry.api;

import naru.http.Call;
import naru.http.Identity;
import naru.http.Identity.Right;
import naru.http.Refusal;
import naru.registry.store.Registry;
import naru.registry.store.SchemaVersion;
import naru.registry.store.StoreLog;
import naru.registry.store.SubjectName;

import java.util.List;

/**
 * Who may do what. Rights on the topic that keeps the schemas are rights on the whole registry.
 * Besides, who may read or write a topic may read its subjects, who may write it may register
 * schemas for it, and who may alter it may delete them and change their settings; the subjects of a
 * topic are those with its name and {@code -key} or {@code -value}.
 */
final class Permissions {
    private final Registry registry;
    private final String topic;

    Permissions(Registry registry, String topic) {
        this.registry = registry;
        this.topic = topic;
    }

    /** To what a request asks for rights. */
    enum Need {
        READ("Read", Right.READ),
        REGISTER("Write", Right.WRITE),
        CHANGE("Alter", Right.WRITE);

        private final String told;
        private final Right onAll;

        Need(String told, Right onAll) {
            this.told = told;
            this.onAll = onAll;
        }
    }

    /**
     * @throws Refusal 40301 when the caller may not do it to what the path names
     */
    void check(Call call, Need need) throws StoreLog.Unavailable, InterruptedException {
        Identity who = call.identity();
        if (who.mayEverything() || mayAll(who, need)) {
            return;
        }
        if (need == Need.READ && call.hasVariable("id")) {
            checkId(who, call);
            return;
        }
        if (!call.hasVariable("subject")) {
            throw denied(who, need, "the whole registry");
        }
        SubjectName subject = Requests.subject(call);
        // What is changed is the subject of that name itself, what is read may be another's.
        SubjectName meant =
                need == Need.READ ? registry.read(state -> state.meant(subject)) : subject;
        for (SubjectName each : new SubjectName[] {subject, meant}) {
            if (!may(who, need, each)) {
                throw denied(who, need, "subject " + each);
            }
        }
    }

    /** Whoever may read one of its subjects may read a schema by its id. */
    private void checkId(Identity who, Call call)
            throws StoreLog.Unavailable, InterruptedException {
        List<SchemaVersion> places;
        try {
            int id = Integer.parseInt(call.variable("id"));
            places = registry.read(state -> SchemasApi.places(state, call, id));
        } catch (NumberFormatException notNumber) {
            places = List.of();
        }
        for (SchemaVersion place : places) {
            if (may(who, Need.READ, place.subject())) {
                return;
            }
        }
        throw denied(who, Need.READ, "the schema of id " + call.variable("id"));
    }

    private boolean mayAll(Identity who, Need need)
            throws StoreLog.Unavailable, InterruptedException {
        // The topic is made when the registry is first asked; before, nobody has rights on it.
        registry.read(state -> state.greatestId(SubjectName.DEFAULT_CONTEXT));
        return who.may(need.onAll, topic);
    }

    private static boolean may(Identity who, Need need, SubjectName subject) {
        String ofTopic = topicOf(subject.name());
        return switch (need) {
            case READ -> who.may(Right.READ, ofTopic) || who.may(Right.WRITE, ofTopic);
            case REGISTER -> who.may(Right.WRITE, ofTopic);
            case CHANGE -> who.may(Right.ALTER, ofTopic);
        };
    }

    static String topicOf(String subject) {
        for (String ending : new String[] {"-key", "-value"}) {
            if (subject.endsWith(ending)) {
                return subject.substring(0, subject.length() - ending.length());
            }
        }
        return subject;
    }

    private static Refusal denied(Identity who, Need need, String what) {
        return new Refusal(
                403,
                40301,
                "User %s is denied operation %s on %s".formatted(who.name(), need.told, what));
    }
}
