package naru.broker.attack;

/** A class that shows whether somebody had it loaded by naming it. */
public final class Trap {
    static final String SPRUNG = "naru.trap.sprung";

    static {
        System.setProperty(SPRUNG, "true");
    }

    public Trap() {}
}
