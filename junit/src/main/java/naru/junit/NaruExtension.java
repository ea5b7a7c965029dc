package naru.junit;

import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolutionException;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.platform.commons.support.AnnotationSupport;

import java.util.Optional;

/** What {@link NaruTest} does. The node belongs to the class that carries the annotation. */
final class NaruExtension implements BeforeAllCallback, AfterAllCallback, ParameterResolver {
    private static final Namespace NODES = Namespace.create(NaruExtension.class);

    @Override
    public void beforeAll(ExtensionContext context) {
        Optional<NaruTest> own =
                AnnotationSupport.findAnnotation(context.getRequiredTestClass(), NaruTest.class);
        own.ifPresent(annotation ->
                context.getStore(NODES).put(Naru.class, settings(annotation.settings()).start()));
    }

    private static Naru.Builder settings(String[] settings) {
        Naru.Builder builder = Naru.builder();
        for (String setting : settings) {
            int equals = setting.indexOf('=');
            if (equals <= 0) {
                throw new IllegalArgumentException(
                        "@NaruTest(settings): '" + setting + "' is not key=value");
            }
            builder.set(
                    setting.substring(0, equals).strip(), setting.substring(equals + 1).strip());
        }
        return builder;
    }

    /** A nested class without an annotation of its own has nothing to remove. */
    @Override
    public void afterAll(ExtensionContext context) {
        Naru own = context.getStore(NODES).remove(Naru.class, Naru.class);
        if (own != null) {
            own.close();
        }
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == Naru.class;
    }

    @Override
    public Naru resolveParameter(ParameterContext parameter, ExtensionContext context) {
        Naru shared = context.getStore(NODES).get(Naru.class, Naru.class);
        if (shared == null) {
            throw new ParameterResolutionException("the node of @NaruTest is not running");
        }
        return shared;
    }
}
