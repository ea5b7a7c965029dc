package naru.broker.login;

import naru.broker.access.NodePrincipals;
import naru.broker.transport.Login;
import naru.broker.transport.Request;
import naru.broker.transport.RequestHandler;

import org.apache.kafka.common.errors.SaslAuthenticationException;
import org.apache.kafka.common.message.SaslAuthenticateRequestData;
import org.apache.kafka.common.message.SaslAuthenticateResponseData;
import org.apache.kafka.common.message.SaslHandshakeRequestData;
import org.apache.kafka.common.message.SaslHandshakeResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.security.auth.KafkaPrincipal;
import org.apache.kafka.common.security.auth.SaslAuthenticationContext;
import org.apache.kafka.common.security.authenticator.DefaultKafkaPrincipalBuilder;
import org.apache.kafka.common.security.authenticator.SaslInternalConfigs;
import org.apache.kafka.common.security.ssl.SslPrincipalMapper;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

import javax.security.sasl.SaslException;
import javax.security.sasl.SaslServer;

/**
 * SASL on one connection (KIP-12, 43, 152, 368).
 *
 * <pre>
 * Unknown --SaslHandshake--> Exchanging --SaslAuthenticate...--> Known
 *                               ^   |                              |
 *                               |   +--wrong--> Refused            |
 *                               +--------SaslHandshake-------------+   (again, as the same one)
 * </pre>
 *
 * <p>Threads: the connection's loop; only a mechanism's step runs on a virtual thread, while its
 * request is in hand and nothing else happens here.
 */
final class SaslLogin implements Login {
    private static final Logger LOG = LoggerFactory.getLogger("naru.login");
    private static final DefaultKafkaPrincipalBuilder PRINCIPALS =
            new DefaultKafkaPrincipalBuilder(null, SslPrincipalMapper.fromRules("DEFAULT"));
    private static final short FIRST_WITHOUT_BARE_TOKENS = 1;
    private static final long AGAIN_AFTER_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final byte[] NOTHING = {};

    private final Supplier<SaslSettings> present;
    private final InetAddress client;
    private SaslSettings settings;
    private State state = new Unknown();

    private sealed interface State {}

    private record Unknown() implements State {}

    /**
     * @param before who the connection was when it logs in again
     */
    private record Exchanging(
            String mechanism, SaslServer server, boolean bareTokens, @Nullable Known before)
            implements State {}

    /**
     * @param endNanos when the session ends, by {@link System#nanoTime}; null for never
     * @param againNanos when the connection began to log in again; null when it never did
     */
    private record Known(
            KafkaPrincipal principal,
            String mechanism,
            @Nullable Long endNanos,
            @Nullable Long againNanos)
            implements State {}

    private record Refused() implements State {}

    /**
     * @param present how logins are to be at this moment; each login keeps to what it began with
     */
    SaslLogin(Supplier<SaslSettings> present, InetAddress client) {
        this.present = present;
        this.settings = present.get();
        this.client = client;
    }

    private @Nullable Known known() {
        return switch (state) {
            case Known known -> known;
            case Exchanging exchanging -> exchanging.before;
            case Unknown _, Refused _ -> null;
        };
    }

    @Override
    public boolean isComplete() {
        return known() != null;
    }

    @Override
    public KafkaPrincipal principal() {
        Known known = known();
        return known == null ? KafkaPrincipal.ANONYMOUS : known.principal;
    }

    @Override
    public int frameBytesMost(int usual) {
        return state instanceof Known ? usual : Math.min(usual, settings.frameBytesMost());
    }

    @Override
    public boolean expectsBareToken() {
        return state instanceof Exchanging exchanging && exchanging.bareTokens;
    }

    @Override
    public @Nullable RequestHandler handler(ApiKeys api, @Nullable RequestHandler usual) {
        return switch (state) {
            case Unknown _ ->
                    switch (api) {
                        case API_VERSIONS -> usual;
                        case SASL_HANDSHAKE -> request -> onHandshake(request, null);
                        default -> null;
                    };
            case Exchanging exchanging ->
                    api == ApiKeys.SASL_AUTHENTICATE
                            ? request -> onToken(request, exchanging)
                            : null;
            case Known known ->
                    switch (api) {
                        case SASL_HANDSHAKE -> request -> onHandshake(request, known);
                        case SASL_AUTHENTICATE -> NoLogin::refuse;
                        default -> isOver(known) ? null : usual;
                    };
            case Refused _ -> null;
        };
    }

    private static boolean isOver(Known known) {
        return known.endNanos != null && System.nanoTime() - known.endNanos >= 0;
    }

    private void onHandshake(Request request, @Nullable Known before) {
        long now = System.nanoTime();
        if (before != null
                && before.againNanos != null
                && now - before.againNanos < AGAIN_AFTER_NANOS) {
            NoLogin.refuse(request);
            return;
        }
        settings = present.get();
        String name = ((SaslHandshakeRequestData) request.body()).mechanism();
        SaslHandshakeResponseData response =
                new SaslHandshakeResponseData()
                        .setMechanisms(new ArrayList<>(settings.mechanisms().keySet()));
        Mechanism mechanism = settings.mechanisms().get(name);
        boolean bareTokens = request.version() < FIRST_WITHOUT_BARE_TOKENS;
        boolean another = before != null && (!before.mechanism.equals(name) || bareTokens);
        if (mechanism == null || another) {
            state = new Refused();
            request.replyLast(response.setErrorCode(Errors.UNSUPPORTED_SASL_MECHANISM.code()));
            return;
        }
        try {
            Known again =
                    before == null ? null : new Known(before.principal, name, before.endNanos, now);
            state = new Exchanging(name, mechanism.newServer(), bareTokens, again);
        } catch (SaslException e) {
            request.fail(e);
            return;
        }
        request.reply(response);
    }

    private void onToken(Request request, Exchanging exchanging) {
        long waitMillis = settings.guesses().take(client);
        if (waitMillis == GuessLimit.NEVER) {
            refuse(request, exchanging, "Too many failed attempts came from this address.");
        } else if (waitMillis > 0) {
            LOG.debug("{} failed often; its next attempt waits {} ms", client, waitMillis);
            var _ = request.after(waitMillis, () -> evaluate(request, exchanging));
        } else {
            evaluate(request, exchanging);
        }
    }

    /** Some patterns of kafka-clients go deeper with each part of a token: too deep is wrong. */
    private void evaluate(Request request, Exchanging exchanging) {
        byte[] token = ((SaslAuthenticateRequestData) request.body()).authBytes();
        Thread.startVirtualThread(() -> {
            try {
                byte[] challenge = exchanging.server.evaluateResponse(token);
                request.onLoop(() -> {
                    if (isNoFailure(exchanging)) {
                        settings.guesses().giveBack(client);
                    }
                    took(request, exchanging, challenge == null ? NOTHING : challenge);
                });
            } catch (SaslAuthenticationException wrong) {
                request.onLoop(
                        () -> refuse(request, exchanging, String.valueOf(wrong.getMessage())));
            } catch (SaslException | RuntimeException | StackOverflowError wrong) {
                LOG.debug("{} of {} failed: {}", exchanging.mechanism, client, wrong.toString());
                request.onLoop(() -> refuse(request, exchanging, generally(exchanging)));
            } catch (Error bug) {
                request.onLoop(() -> request.fail(bug));
            }
        });
    }

    private boolean isNoFailure(Exchanging exchanging) {
        return exchanging.server.isComplete()
                || settings.mechanisms().get(exchanging.mechanism) instanceof Scram;
    }

    private static String generally(Exchanging exchanging) {
        return "Authentication failed during "
                + (exchanging.before == null ? "authentication" : "re-authentication")
                + " due to invalid credentials with SASL mechanism "
                + exchanging.mechanism;
    }

    private void took(Request request, Exchanging exchanging, byte[] challenge) {
        SaslAuthenticateResponseData response =
                new SaslAuthenticateResponseData().setAuthBytes(challenge);
        if (!exchanging.server.isComplete()) {
            request.reply(response);
            return;
        }
        KafkaPrincipal principal = principal(exchanging);
        Known before = exchanging.before;
        if (settings.nodesByCertificate() && NodePrincipals.isNode(principal)) {
            refuse(request, exchanging, generally(exchanging));
            return;
        }
        if (before != null && !before.principal.equals(principal)) {
            refuse(
                    request,
                    exchanging,
                    "Cannot change principals during re-authentication from %s to %s"
                            .formatted(before.principal, principal));
            return;
        }
        Long lifetimeMillis = lifetimeMillis(exchanging);
        Long end =
                lifetimeMillis == null
                        ? null
                        : Long.valueOf(
                                System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(lifetimeMillis));
        state =
                new Known(
                        principal,
                        exchanging.mechanism,
                        end,
                        before == null ? null : before.againNanos);
        LOG.debug("{} is {} by {}", client, principal, exchanging.mechanism);
        request.reply(response.setSessionLifetimeMs(lifetimeMillis == null ? 0 : lifetimeMillis));
    }

    private KafkaPrincipal principal(Exchanging exchanging) {
        SaslServer server = exchanging.server;
        KafkaPrincipal principal =
                PRINCIPALS.build(
                        new SaslAuthenticationContext(
                                server, settings.protocol(), client, settings.listenerName()));
        principal.tokenAuthenticated(server instanceof ScramExchange scram && scram.isByToken());
        return principal;
    }

    /** The shorter of what the listener grants and what the credential has left (KIP-368). */
    private @Nullable Long lifetimeMillis(Exchanging exchanging) {
        long granted = settings.sessionMillis().getOrDefault(exchanging.mechanism, 0L);
        Object end =
                exchanging.server.getNegotiatedProperty(
                        SaslInternalConfigs.CREDENTIAL_LIFETIME_MS_SASL_NEGOTIATED_PROPERTY_KEY);
        if (!(end instanceof Number endMillis)) {
            return granted > 0 ? Long.valueOf(granted) : null;
        }
        long left = Math.max(0, endMillis.longValue() - System.currentTimeMillis());
        return granted > 0 ? Math.min(left, granted) : left;
    }

    private static @Nullable String claimedName(Request request, Exchanging exchanging) {
        if (exchanging.server instanceof ScramExchange scram) {
            return scram.claimedName();
        }
        return exchanging.mechanism.equals(Plain.NAME)
                ? Plain.claimedName(((SaslAuthenticateRequestData) request.body()).authBytes())
                : null;
    }

    /** Told late, so that guessing is slow. */
    private void refuse(Request request, Exchanging exchanging, String sentence) {
        state = new Refused();
        LOG.debug("{} is refused by {}: {}", client, exchanging.mechanism, sentence);
        settings.trail()
                .onAuthenticationFailed(
                        settings.listenerName(),
                        client,
                        exchanging.mechanism,
                        claimedName(request, exchanging),
                        sentence);
        SaslAuthenticateResponseData response =
                new SaslAuthenticateResponseData()
                        .setErrorCode(Errors.SASL_AUTHENTICATION_FAILED.code())
                        .setErrorMessage(sentence);
        var _ = request.after(settings.refusalDelayMillis(), () -> request.replyLast(response));
    }
}
