package naru.simulation.disk;

import naru.log.disk.Disk;

import org.apache.kafka.common.Uuid;
import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

/**
 * A disk in memory. What is written stands in a page cache until it is forced; names that are made,
 * changed and deleted stand there until their folder is. A kill keeps the page cache; a power cut
 * keeps what was forced and something of the rest.
 *
 * <p>Threads: one.
 */
public final class SimulatedDisk implements Disk {
    private static final long ROOM = 1L << 40;

    private final SimulatedFolder root = new SimulatedFolder();
    private final LongSupplier clock;
    private final RandomGenerator random;
    private final Lies lies;
    private final DiskFaults faults = new DiskFaults();
    private int life;
    private boolean dead;
    private long operations;
    private long ids;

    public SimulatedDisk(LongSupplier clock, RandomGenerator random, Lies lies) {
        this.clock = clock;
        this.random = random;
        this.lies = lies;
    }

    public DiskFaults faults() {
        return faults;
    }

    Lies lies() {
        return lies;
    }

    int life() {
        return life;
    }

    long nowMillis() {
        return clock.getAsLong();
    }

    /** How often the disk was asked for something. */
    public long operations() {
        return operations;
    }

    /** Whether the process has died within an operation. */
    public boolean isDead() {
        return dead;
    }

    /** The same in each run of a seed: names are read in their order. */
    @Override
    public Uuid uniqueId() {
        return new Uuid(1, ++ids);
    }

    /** The process is killed; another may begin. Its writes stay. */
    public void kill() {
        if (lies.killLosesCache()) {
            root.cutPower(random);
        }
        begin();
    }

    /** The power fails; another process may begin. */
    public void cutPower() {
        root.cutPower(random);
        begin();
    }

    private void begin() {
        life++;
        dead = false;
        faults.clear();
    }

    // ---- what may go wrong ----

    void checkAlive(int lifeOfCaller) throws IOException {
        if (dead || lifeOfCaller != life) {
            throw new IOException("the process is dead");
        }
    }

    void operation(DiskFaults.Kind kind, String name) throws IOException {
        operations++;
        checkAlive(life);
        if (faults.dies(kind)) {
            dead = true;
            throw new IOException("the process dies at " + kind + " of " + name);
        }
        faults.check(kind);
    }

    /** Writes as much as finds room; a process that dies in a write has done some of it. */
    int written(String name, SimulatedFile file, byte[] bytes, int at) throws IOException {
        int room = faults.room(bytes.length);
        try {
            operation(DiskFaults.Kind.WRITE, name);
        } catch (IOException dying) {
            if (dead && room > 0) {
                file.write(bytes, 0, random.nextInt(room + 1), at);
            }
            throw dying;
        }
        if (!lies.write(name, at, room)) {
            file.write(bytes, 0, room, at);
        }
        return room;
    }

    // ---- names ----

    private @Nullable Object find(Path path) {
        Object node = root;
        for (Path name : path) {
            if (!(node instanceof SimulatedFolder folder)) {
                return null;
            }
            node = folder.names().get(name.toString());
            if (node == null) {
                return null;
            }
        }
        return node;
    }

    private SimulatedFolder folderOf(Path path) throws IOException {
        return folder(Objects.requireNonNull(path.getParent()));
    }

    private SimulatedFolder folder(Path path) throws IOException {
        if (find(path) instanceof SimulatedFolder folder) {
            return folder;
        }
        throw new NoSuchFileException(path.toString());
    }

    private static String name(Path path) {
        return String.valueOf(path.getFileName());
    }

    @Override
    public FileChannel open(Path path, OpenOption... options) throws IOException {
        checkAlive(life);
        Set<OpenOption> wanted = Set.of(options);
        Object node = find(path);
        if (node == null && wanted.contains(StandardOpenOption.CREATE)) {
            operation(DiskFaults.Kind.NAME, name(path));
            SimulatedFile made = new SimulatedFile();
            made.modifiedAt(nowMillis());
            folderOf(path).put(name(path), made);
            node = made;
        }
        if (!(node instanceof SimulatedFile file)) {
            throw new NoSuchFileException(path.toString());
        }
        if (wanted.contains(StandardOpenOption.TRUNCATE_EXISTING)) {
            file.truncate(0);
        }
        return new SimulatedChannel(
                this, name(path), file, wanted.contains(StandardOpenOption.WRITE));
    }

    @Override
    public boolean exists(Path path) {
        return find(path) != null;
    }

    private SimulatedFile file(Path path) throws IOException {
        checkAlive(life);
        if (find(path) instanceof SimulatedFile file) {
            return file;
        }
        throw new NoSuchFileException(path.toString());
    }

    @Override
    public long lastModifiedMillis(Path path) throws IOException {
        return file(path).modifiedMillis();
    }

    @Override
    public void setLastModified(Path path, long millis) throws IOException {
        operation(DiskFaults.Kind.NAME, name(path));
        file(path).modifiedAt(millis);
    }

    @Override
    public List<Entry> list(Path path) throws IOException {
        checkAlive(life);
        List<Entry> entries = new ArrayList<>();
        for (Map.Entry<String, Object> each : folder(path).names().entrySet()) {
            boolean isFolder = each.getValue() instanceof SimulatedFolder;
            long size = each.getValue() instanceof SimulatedFile file ? file.size() : 0;
            entries.add(new Entry(each.getKey(), isFolder, size));
        }
        return entries;
    }

    @Override
    public void createFolder(Path path) throws IOException {
        checkAlive(life);
        if (path.getParent() != null && find(path) == null) {
            createFolder(path.getParent());
            operation(DiskFaults.Kind.NAME, name(path));
            folderOf(path).put(name(path), new SimulatedFolder());
        }
    }

    @Override
    public void rename(Path from, Path to) throws IOException {
        operation(DiskFaults.Kind.NAME, name(from));
        Object node = find(from);
        if (node == null || !Objects.equals(from.getParent(), to.getParent())) {
            throw new NoSuchFileException(from.toString());
        }
        folderOf(from).rename(name(from), name(to), node);
    }

    @Override
    public boolean delete(Path path) throws IOException {
        checkAlive(life);
        Object node = find(path);
        if (node == null) {
            return false;
        }
        operation(DiskFaults.Kind.NAME, name(path));
        if (node instanceof SimulatedFolder folder && !folder.names().isEmpty()) {
            throw new DirectoryNotEmptyException(path.toString());
        }
        folderOf(path).remove(name(path), node);
        return true;
    }

    @Override
    public void forceFolder(Path path) throws IOException {
        operation(DiskFaults.Kind.FORCE_FOLDER, name(path));
        if (!lies.forceOfFolder(name(path))) {
            folder(path).force();
        }
    }

    @Override
    public long usableBytes(Path path) {
        return ROOM;
    }

    @Override
    public long totalBytes(Path path) {
        return ROOM;
    }
}
