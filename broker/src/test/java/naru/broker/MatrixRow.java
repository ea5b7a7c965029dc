package naru.broker;

import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * A request and what it needs.
 *
 * @param needed ways to be allowed, each a set of which all are needed
 * @param listed for a list that is filtered: what is in the answer of who is allowed
 */
record MatrixRow(
        String what,
        ApiKeys api,
        short version,
        Function<Names, ApiMessage> request,
        List<Set<Needed>> needed,
        UnaryOperator<Names> names,
        @Nullable Function<Names, String> listed) {
    static MatrixRow row(ApiKeys api, Function<Names, ApiMessage> request, Set<Needed> needed) {
        return row(api, request, List.of(needed));
    }

    static MatrixRow row(
            ApiKeys api, Function<Names, ApiMessage> request, Set<Needed> one, Set<Needed> other) {
        return row(api, request, List.of(one, other));
    }

    private static MatrixRow row(
            ApiKeys api, Function<Names, ApiMessage> request, List<Set<Needed>> needed) {
        return new MatrixRow(
                api.name(),
                api,
                api.latestVersion(),
                request,
                needed,
                UnaryOperator.identity(),
                null);
    }

    MatrixRow version(int other) {
        return new MatrixRow(
                what + " v" + other, api, (short) other, request, needed, names, listed);
    }

    MatrixRow named(String kind) {
        return new MatrixRow(
                what + " (" + kind + ")", api, version, request, needed, names, listed);
    }

    MatrixRow about(UnaryOperator<Names> others) {
        return new MatrixRow(what, api, version, request, needed, others, listed);
    }

    MatrixRow lists(Function<Names, String> name) {
        return new MatrixRow(what, api, version, request, needed, names, name);
    }

    @Override
    public String toString() {
        return what;
    }
}
