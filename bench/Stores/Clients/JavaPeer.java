import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.StringJoiner;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.WatchedEvent;
import org.apache.zookeeper.Watcher;
import org.apache.zookeeper.ZooDefs;
import org.apache.zookeeper.ZooKeeper;

/** ZooKeeper's own client, doing the same: a line with an operation and a number asks for a slice, a line of JSON answers. Ends with its input. */
public final class JavaPeer {
    private static int nodes;
    private static int depth;
    private static byte[] data;
    private static ZooKeeper client;
    private static ZooKeeper watcher;
    private static final AtomicReference<KeeperException.Code> failure = new AtomicReference<>();

    public static void main(String[] args) throws Exception {
        nodes = Integer.parseInt(args[1]);
        data = new byte[Integer.parseInt(args[2])];
        Arrays.fill(data, (byte) 'x');
        depth = Integer.parseInt(args[3]);
        client = open(args[0]);
        watcher = open(args[0]);
        create("/bench");
        for (int node = 0; node < nodes; node++) {
            create("/bench/" + node);
        }

        System.out.println("{\"ready\":true}");
        BufferedReader input = new BufferedReader(new InputStreamReader(System.in));
        for (String line = input.readLine(); line != null; line = input.readLine()) {
            String[] words = line.split(" ");
            System.out.println(words[0].equals("watch") ? watch(Integer.parseInt(words[1])) : run(words[0], Double.parseDouble(words[1])));
        }

        Runtime.getRuntime().halt(0);
    }

    private static ZooKeeper open(String hosts) throws Exception {
        CountDownLatch connected = new CountDownLatch(1);
        ZooKeeper zooKeeper = new ZooKeeper(hosts, 30000, event -> {
            if (event.getState() == Watcher.Event.KeeperState.SyncConnected) {
                connected.countDown();
            }
        });
        if (!connected.await(30, TimeUnit.SECONDS)) {
            throw new IllegalStateException("no session with " + hosts);
        }

        return zooKeeper;
    }

    private static void create(String path) throws Exception {
        if (client.exists(path, false) == null) {
            client.create(path, data, ZooDefs.Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);
        }
    }

    private static String run(String operation, double seconds) throws Exception {
        Semaphore room = new Semaphore(depth);
        long cpu = cpuNanoseconds();
        long begin = System.nanoTime();
        long end = begin + (long) (seconds * 1e9);
        long count = 0;
        for (; System.nanoTime() < end; count++) {
            room.acquire();
            start(operation, (int) (count % nodes), room);
        }

        room.acquire(depth);
        if (failure.get() != null) {
            return "{\"error\":\"" + failure.get() + "\"}";
        }

        return String.format(Locale.ROOT, "{\"count\":%d,\"seconds\":%f,\"cpu_s\":%f}", count, (System.nanoTime() - begin) / 1e9, (cpuNanoseconds() - cpu) / 1e9);
    }

    private static void start(String operation, int node, Semaphore room) {
        String path = "/bench/" + node;
        switch (operation) {
            case "read" -> client.getData(path, false, (code, p, c, d, s) -> done(code, room), null);
            case "write" -> client.setData(path, data, -1, (code, p, c, s) -> done(code, room), null);
            default -> client.multi(
                List.of(Op.check(path, -1), Op.setData(path, data, -1), Op.setData("/bench/" + ((node + 1) % nodes), data, -1)),
                (code, p, c, r) -> done(code, room), null);
        }
    }

    private static void done(int code, Semaphore room) {
        if (code != 0) {
            failure.set(KeeperException.Code.get(code));
        }

        room.release();
    }

    private static String watch(int count) throws Exception {
        StringJoiner times = new StringJoiner(",");
        for (int i = 0; i < count; i++) {
            CountDownLatch seen = new CountDownLatch(1);
            long[] moment = new long[1];
            watcher.getData("/bench/0", (WatchedEvent event) -> {
                moment[0] = System.nanoTime();
                seen.countDown();
            }, null);
            long begin = System.nanoTime();
            client.setData("/bench/0", data, -1, (code, p, c, s) -> { }, null);
            if (!seen.await(30, TimeUnit.SECONDS)) {
                return "{\"error\":\"no event\"}";
            }

            times.add(String.format(Locale.ROOT, "%f", (moment[0] - begin) / 1e6));
        }

        return "{\"times_ms\":[" + times + "]}";
    }

    private static long cpuNanoseconds() {
        return ProcessHandle.current().info().totalCpuDuration().orElseThrow().toNanos();
    }
}
