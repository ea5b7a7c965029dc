package naru.systemtests;

import org.apache.kafka.common.utils.Exit;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.reflect.InvocationTargetException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Runs Kafka's command-line tools one after the other in this process, which knows their classes
 * already: a run of its own for each costs a second and a half. What {@link KafkaTools} talks to.
 */
final class KafkaToolRuns {
    private static final ByteArrayOutputStream PRINTED = new ByteArrayOutputStream();

    private KafkaToolRuns() {}

    /** A tool's end: it is to end no process. */
    private static final class Ended extends Error {
        private static final long serialVersionUID = 1L;
        private final int exitCode;

        Ended(int exitCode) {
            super("exit code " + exitCode, null, false, false);
            this.exitCode = exitCode;
        }
    }

    public static void main(String[] arguments) throws IOException {
        DataInputStream orders = new DataInputStream(System.in);
        DataOutputStream answers = new DataOutputStream(System.out);
        PrintStream screen = new PrintStream(PRINTED, true, StandardCharsets.UTF_8);
        System.setOut(screen);
        System.setErr(screen);
        List<Runnable> hooks = new ArrayList<>();
        Exit.setExitProcedure((exitCode, message) -> {
            if (message != null) {
                screen.println(message);
            }
            throw new Ended(exitCode);
        });
        Exit.setHaltProcedure((exitCode, message) -> {
            throw new Ended(exitCode);
        });
        Exit.setShutdownHookAdder((name, hook) -> hooks.add(hook));
        try {
            while (true) {
                String tool = orders.readUTF();
                System.setIn(
                        new ByteArrayInputStream(
                                orders.readUTF().getBytes(StandardCharsets.UTF_8)));
                String[] all = new String[orders.readInt()];
                for (int i = 0; i < all.length; i++) {
                    all[i] = orders.readUTF();
                }
                int exitCode = run(tool, all);
                hooks.forEach(Runnable::run);
                hooks.clear();
                answers.writeInt(exitCode);
                answers.writeInt(PRINTED.size());
                PRINTED.writeTo(answers);
                answers.flush();
                PRINTED.reset();
            }
        } catch (EOFException noMore) {
            Exit.resetHaltProcedure();
            Exit.halt(0);
        }
    }

    private static int run(String tool, String[] arguments) {
        try {
            Class.forName(tool).getMethod("main", String[].class).invoke(null, (Object) arguments);
            return 0;
        } catch (InvocationTargetException thrown) {
            if (thrown.getCause() instanceof Ended end) {
                return end.exitCode;
            }
            thrown.getCause().printStackTrace();
            return 1;
        } catch (ReflectiveOperationException unknown) {
            unknown.printStackTrace();
            return 1;
        }
    }
}
