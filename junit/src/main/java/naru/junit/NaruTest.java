package naru.junit;

import org.junit.jupiter.api.extension.ExtendWith;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * A JUnit test class with a node: started before its first test, shared by all of them and by its
 * nested classes, closed after the last. Constructors and methods of the class that have a
 * parameter of type {@link Naru} are given the node.
 *
 * <pre>{@code
 * @NaruTest
 * class OrdersTest {
 *     @Test
 *     void orderIsSent(Naru naru) { ... naru.bootstrapServers() ... }
 * }
 * }</pre>
 */
@Documented
@Inherited
@Target({ElementType.TYPE, ElementType.ANNOTATION_TYPE})
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(NaruExtension.class)
public @interface NaruTest {

    /** Settings of the node, each {@code key=value}, by the names that Kafka's brokers have. */
    String[] settings() default {};
}
