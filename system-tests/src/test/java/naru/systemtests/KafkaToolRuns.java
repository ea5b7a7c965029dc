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
import java.util.logging.LogManager;

/**
 * Runs Kafka's command-line tools one after the other in this process, which knows their classes
 * already: a run of its own for each costs a second and a half. What {@link KafkaTools} talks to.
 */
final class KafkaToolRuns {
    private static final ByteArrayOutputStream PRINTED = new ByteArrayOutputStream();

    private KafkaToolRuns() {}

    /** A tool's end: it is to end no process. Some tools catch it, and want to end once more. */
    private static final class Ended extends Error {
        private static final long serialVersionUID = 1L;

        Ended() {
            super("the tool has ended", null, false, false);
        }
    }

    public static void main(String[] arguments) throws IOException {
        DataInputStream orders = new DataInputStream(System.in);
        DataOutputStream answers = new DataOutputStream(System.out);
        PrintStream screen = new PrintStream(PRINTED, true, StandardCharsets.UTF_8);
        System.setOut(screen);
        System.setErr(screen);
        LogManager.getLogManager().reset();
        List<Runnable> hooks = new ArrayList<>();
        List<Integer> exitCodes = new ArrayList<>();
        Exit.setExitProcedure((exitCode, message) -> {
            exitCodes.add(exitCode);
            if (message != null) {
                screen.println(message);
            }
            throw new Ended();
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
                exitCodes.clear();
                run(tool, all, exitCodes);
                hooks.forEach(Runnable::run);
                hooks.clear();
                answers.writeInt(exitCodes.getFirst());
                answers.writeInt(PRINTED.size());
                PRINTED.writeTo(answers);
                answers.flush();
                PRINTED.reset();
            }
        } catch (EOFException noMore) {
            Exit.halt(0);
        }
    }

    /** Adds the exit code that a process of its own would have ended with. */
    private static void run(String tool, String[] arguments, List<Integer> exitCodes) {
        try {
            Class.forName(tool).getMethod("main", String[].class).invoke(null, (Object) arguments);
            exitCodes.add(0);
        } catch (InvocationTargetException thrown) {
            if (!(thrown.getCause() instanceof Ended)) {
                thrown.getCause().printStackTrace();
                exitCodes.add(1);
            }
        } catch (ReflectiveOperationException unknown) {
            unknown.printStackTrace();
            exitCodes.add(1);
        }
    }
}
