package naru.app.cli;

import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.ClusterAuthorizationException;
import org.apache.kafka.common.errors.GroupAuthorizationException;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.errors.GroupNotEmptyException;
import org.apache.kafka.common.errors.GroupSubscribedToTopicException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.SaslAuthenticationException;
import org.apache.kafka.common.errors.SecurityDisabledException;
import org.apache.kafka.common.errors.SslAuthenticationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.errors.TopicDeletionDisabledException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownMemberIdException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.errors.UnsupportedVersionException;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;

import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;

/** Says in one sentence what went wrong and, where there is one, the mend. */
public final class KafkaFailure {
    private KafkaFailure() {}

    /** The failure itself, out of what futures wrap around it. */
    public static Throwable unwrap(Throwable thrown) {
        Throwable failure = thrown;
        while (failure instanceof ExecutionException || failure instanceof CompletionException) {
            @Nullable Throwable cause = failure.getCause();
            if (cause == null) {
                return failure;
            }
            failure = cause;
        }
        return failure;
    }

    /** One sentence for a person; never a stack trace, never empty. */
    public static String explain(Throwable thrown) {
        Throwable failure = unwrap(thrown);
        return switch (failure) {
            case CommandFailure command -> said(command);
            case TopicExistsException exists ->
                    "it exists already. To go on when it does: --if-not-exists";
            case UnknownTopicOrPartitionException unknown ->
                    "there is no such topic or partition. See: naru topics list";
            case TopicDeletionDisabledException disabled ->
                    "the cluster does not allow deleting topics (delete.topic.enable=false)";
            case GroupIdNotFoundException unknown ->
                    "there is no such group. See: naru groups list";
            case GroupNotEmptyException members ->
                    "the group has members. Stop its consumers first";
            case GroupSubscribedToTopicException subscribed ->
                    "the group's members are subscribed to the topic. Stop its consumers first";
            case UnknownMemberIdException members ->
                    "the group has members. Stop its consumers first";
            case RecordTooLargeException large ->
                    "the record is too large: " + said(large) + " (topic's max.message.bytes)";
            case SaslAuthenticationException login ->
                    "the login was refused: " + said(login) + ". Check --command-config";
            case SslAuthenticationException tls ->
                    "TLS failed: " + said(tls) + ". Check the certificates in --command-config";
            case SecurityDisabledException disabled ->
                    "the cluster decides by no rules. A node does when it is started with"
                            + " authorizer.class.name="
                            + "org.apache.kafka.metadata.authorizer.StandardAuthorizer and"
                            + " super.users=User:NAME";
            case AuthorizationException denied -> explainDenied(denied);
            case UnsupportedVersionException old ->
                    "the cluster does not know this request: " + said(old);
            case TimeoutException silent ->
                    "the cluster did not answer in time ("
                            + said(silent)
                            + "). Does it need TLS or a login (--command-config), and can the"
                            + " addresses that it advertises be reached from here?";
            case WakeupException interrupted -> "interrupted";
            case ConfigException config -> "bad configuration: " + said(config);
            case ApiException refused -> said(refused);
            case KafkaException kafka -> explainKafka(kafka);
            case InterruptedException interrupted -> "interrupted";
            default -> failure.getClass().getSimpleName() + ": " + said(failure);
        };
    }

    private static String explainDenied(AuthorizationException denied) {
        return switch (denied) {
            case TopicAuthorizationException topics ->
                    "not authorized for topic " + String.join(", ", topics.unauthorizedTopics());
            case GroupAuthorizationException group -> "not authorized for group " + group.groupId();
            case ClusterAuthorizationException cluster ->
                    "not authorized for the cluster: " + said(cluster);
            default -> "not authorized: " + said(denied);
        };
    }

    /** Building a client wraps the reason once. */
    private static String explainKafka(KafkaException kafka) {
        @Nullable Throwable cause = kafka.getCause();
        if (cause instanceof KafkaException) {
            return explain(cause);
        }
        return cause == null ? said(kafka) : said(kafka) + ": " + said(cause);
    }

    private static String said(Throwable failure) {
        @Nullable String message = failure.getMessage();
        if (message == null || message.isBlank()) {
            return failure.getClass().getSimpleName();
        }
        String stripped = message.strip();
        return stripped.endsWith(".") ? stripped.substring(0, stripped.length() - 1) : stripped;
    }
}
