package naru.simulation.check;

/** What the clients know of one transaction. */
public final class Transaction {
    /** How it stands, as far as its producer was told. */
    public enum Fate {
        /** Nobody has asked for a commit: it may only be aborted. */
        OPEN,
        /** A commit was asked for, and the answer is not known. */
        UNDECIDED,
        COMMITTED,
        ABORTED
    }

    private final String name;
    private Fate fate = Fate.OPEN;
    private boolean over;

    public Transaction(String name) {
        this.name = name;
    }

    public Fate fate() {
        return fate;
    }

    public void commitAsked() {
        fate = Fate.UNDECIDED;
    }

    public void committed() {
        fate = Fate.COMMITTED;
    }

    public void aborted() {
        fate = Fate.ABORTED;
    }

    /** Its producer has nothing more to do with it. */
    public void over() {
        over = true;
    }

    public boolean isOver() {
        return over;
    }

    /** Whether who reads committed records may see one of it. */
    boolean mayBeSeen() {
        return fate == Fate.UNDECIDED || fate == Fate.COMMITTED;
    }

    @Override
    public String toString() {
        return name + " (" + fate + ")";
    }
}
