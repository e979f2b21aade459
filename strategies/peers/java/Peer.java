import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import java.util.function.LongSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The peer of Java. Its parts are as those of ../python/peer.py, which explains them; ../README.md has the protocol.
 */
final class Peer {
    static final int PROTOCOL = 5;
    static final int VALUE = 0x1234567; // what key 0 is bound to; key n is bound to VALUE + n
    static final int NO_CONTEXT = 0, NOT_SET = 1, SET = 2;
    static final double WARM_UP_MS = 150, WARM_UP_MAX_MS = 1000; // of each loop, so that it is compiled
    static final int STEADY = 5; // so many passes in a row are no faster than the best before
    static final long STACK_BYTES = 256L << 20; // of the thread that does it all: 10,000 calls have room

    /** Found in maps by its identity. */
    static final class Key {}

    static final Key[] FIRST = makeKeys(), SECOND = makeKeys();

    static Key[] makeKeys() {
        Key[] keys = new Key[128];
        for (int i = 0; i < keys.length; i++) keys[i] = new Key();
        return keys;
    }

    // ---- Strategies ----

    /** A read returns its answer in the upper half, and the value in the lower one. */
    interface Strategy {
        Map<Key, Integer> current();

        void callWith(Map<Key, Integer> context, Runnable body);

        void scope(int first, int count, Runnable body);

        long read(Key key);

        /** A thread that inherits what is in force here. */
        Thread inheriting(Runnable body);
    }

    static long found(int answer, int value) {
        return (long) answer << 32 | value;
    }

    static class Local implements Strategy {
        final ThreadLocal<Map<Key, Integer>> variable;

        Local(ThreadLocal<Map<Key, Integer>> variable) {
            this.variable = variable;
        }

        public Map<Key, Integer> current() {
            return variable.get();
        }

        public void callWith(Map<Key, Integer> context, Runnable body) {
            Map<Key, Integer> before = variable.get();
            variable.set(context);
            try {
                body.run();
            } finally {
                variable.set(before);
            }
        }

        public void scope(int first, int count, Runnable body) {
            Map<Key, Integer> before = variable.get();
            Map<Key, Integer> context = before == null ? new HashMap<>() : new HashMap<>(before);
            for (int number = first; number < first + count; number++) context.put(FIRST[number], VALUE + number);
            callWith(context, body);
        }

        public long read(Key key) {
            Map<Key, Integer> context = variable.get();
            if (context == null) return found(NO_CONTEXT, 0);
            Integer value = context.get(key);
            return value == null ? found(NOT_SET, 0) : found(SET, value);
        }

        public Thread inheriting(Runnable body) {
            Map<Key, Integer> inherited = variable.get();
            return new Thread(() -> callWith(inherited, body));
        }
    }

    static final class Inheritable extends Local {
        Inheritable() {
            super(new InheritableThreadLocal<>());
        }

        @Override
        public Thread inheriting(Runnable body) {
            return new Thread(body);
        }
    }

    static final class Floor implements Strategy {
        volatile int cell = VALUE; // each read is one

        public Map<Key, Integer> current() {
            return null;
        }

        public void callWith(Map<Key, Integer> context, Runnable body) {
            body.run();
        }

        /** With a read, without which a loop of empty scopes would be none. */
        public void scope(int first, int count, Runnable body) {
            if (cell == VALUE) body.run();
        }

        public long read(Key key) {
            return found(SET, cell);
        }

        public Thread inheriting(Runnable body) {
            return new Thread(body);
        }
    }

    static Strategy makeStrategy(String name) {
        switch (name) {
            case "java-local": return new Local(new ThreadLocal<>());
            case "java-inheritable": return new Inheritable();
            case "java-floor": return new Floor();
            default: return null;
        }
    }

    static void descend(int depth, Runnable body) {
        if (depth == 0) body.run();
        else descend(depth - 1, body);
    }

    static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    static <T> T take(LinkedBlockingQueue<T> queue) {
        try {
            return queue.take();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    // ---- Workloads: each returns its checksum, and has its loop timed ----

    /** One measurement: what is timed is the loop alone. */
    static final class Job {
        Strategy strategy;
        long iterations;
        Map<String, Integer> parameters;
        long sum, tookNs, cpuNs, switches;

        int parameter(String name) {
            return parameters.get(name);
        }

        void timed(LongSupplier loop) {
            long switchesBefore = switches(), cpu = cpuNs(), began = System.nanoTime();
            sum = loop.getAsLong();
            tookNs = System.nanoTime() - began;
            cpuNs = cpuNs() - cpu;
            switches = switches() - switchesBefore;
        }
    }

    static int value(long found) {
        return (int) found;
    }

    static void get(Job j) {
        Key wanted = FIRST[0];
        Runnable down = () -> descend(j.parameter("depth"), () -> j.timed(() -> {
            long sum = 0;
            for (long i = 0; i < j.iterations; i++) sum += value(j.strategy.read(wanted));
            return sum;
        }));
        between(j, j.parameter("up") - 1, down).run();
    }

    /** Opens the scope that binds the key, and so many others within. */
    static Runnable between(Job j, int scopes, Runnable body) {
        Runnable inner = body;
        for (int i = 0; i < scopes; i++) {
            Runnable next = inner;
            inner = () -> j.strategy.scope(1, 1, next);
        }
        Runnable all = inner;
        return () -> j.strategy.scope(0, 1, all);
    }

    static void miss(Job j) {
        Key wanted = FIRST[15];
        Runnable down = () -> descend(j.parameter("depth"), () -> j.timed(() -> {
            long sum = 0;
            for (long i = 0; i < j.iterations; i++) sum += (j.strategy.read(wanted) >>> 32) + 1;
            return sum;
        }));
        if (j.parameter("scope") == 1) j.strategy.scope(0, 1, down);
        else down.run();
    }

    static void with(Job j) {
        int keys = j.parameter("keys");
        long[] bodies = {0};
        Runnable body = () -> bodies[0]++;
        Runnable loop = () -> j.timed(() -> {
            for (long i = 0; i < j.iterations; i++) j.strategy.scope(0, keys, body);
            return bodies[0];
        });
        if (j.parameter("inside") == 1) j.strategy.scope(0, 1, loop);
        else loop.run();
    }

    static void nest(Job j) {
        int scopes = j.parameter("nest"), reads = j.parameter("reads");
        Key outermost = FIRST[0];
        long[] sum = {0};
        int[] depth = {0};
        Runnable[] level = {null};
        level[0] = () -> {
            Key own = FIRST[depth[0] - 1];
            for (int i = 0; i < reads; i++)
                sum[0] += value(j.strategy.read(own)) + (long) value(j.strategy.read(outermost));
            if (depth[0] < scopes) j.strategy.scope(depth[0]++, 1, level[0]);
        };
        j.timed(() -> {
            for (long i = 0; i < j.iterations; i++) {
                depth[0] = 1;
                j.strategy.scope(0, 1, level[0]);
            }
            return sum[0];
        });
    }

    static void spawn(Job j) {
        Key wanted = FIRST[0];
        int fanout = j.parameter("fanout");
        int[] values = new int[fanout];
        j.strategy.scope(0, 1, () -> j.timed(() -> {
            long sum = 0;
            Thread[] children = new Thread[fanout];
            for (long i = 0; i < j.iterations; i++) {
                for (int c = 0; c < fanout; c++) {
                    int index = c;
                    children[c] = j.strategy.inheriting(() -> values[index] = value(j.strategy.read(wanted)));
                    children[c].start();
                }
                for (Thread child : children) join(child);
                for (int value : values) sum += value;
            }
            return sum;
        }));
    }

    /** What a queue carries; it takes no null. */
    static final class Captured {
        final Map<Key, Integer> context;

        Captured(Map<Key, Integer> context) {
            this.context = context;
        }
    }

    static void handoff(Job j) {
        Key wanted = FIRST[0];
        int batch = j.parameter("batch");
        LinkedBlockingQueue<Captured> asked = new LinkedBlockingQueue<>();
        LinkedBlockingQueue<Integer> answered = new LinkedBlockingQueue<>();
        long[] served = {0};
        Thread server = new Thread(() -> {
            Runnable answer = () -> answered.add(value(j.strategy.read(wanted)));
            for (; served[0] < j.iterations * batch; served[0]++) j.strategy.callWith(take(asked).context, answer);
        });
        server.start();
        j.strategy.scope(0, 1, () -> j.timed(() -> {
            long sum = 0;
            for (long i = 0; i < j.iterations; i++) {
                for (int b = 0; b < batch; b++) asked.add(new Captured(j.strategy.current()));
                for (int b = 0; b < batch; b++) sum += take(answered);
            }
            return sum;
        }));
        join(server);
        j.sum += served[0];
    }

    static final Map<String, Consumer<Job>> WORKLOADS = Map.of(
        "get", Peer::get, "miss", Peer::miss, "with", Peer::with, "nest", Peer::nest, "spawn", Peer::spawn,
        "handoff", Peer::handoff);

    // ---- Scenarios ----

    static final class Broken extends RuntimeException {
        Broken(String reason) {
            super(reason);
        }
    }

    static void want(Strategy s, String where, Key key, int answer, int value) {
        long read = s.read(key);
        if (read != found(answer, value))
            throw new Broken(String.format("%s: found answer %d with value %d, wanted %d with %d", where, read >>> 32,
                value(read), answer, value));
    }

    static void want(Strategy s, String where, int number, int answer, int value) {
        want(s, where, FIRST[number], answer, value);
    }

    static void with(Strategy s, Map<Key, Integer> bindings, Runnable body) {
        Map<Key, Integer> context = s.current() == null ? new HashMap<>() : new HashMap<>(s.current());
        context.putAll(bindings);
        s.callWith(context, body);
    }

    static void withOne(Strategy s, int number, int value, Runnable body) {
        with(s, Map.of(FIRST[number], value), body);
    }

    /** Starts threads, and raises here what one of them raised. */
    static void run(List<Thread> threads, Runnable meanwhile) {
        List<Throwable> raised = new ArrayList<>();
        for (Thread thread : threads) {
            thread.setUncaughtExceptionHandler((of, error) -> {
                synchronized (raised) {
                    raised.add(error);
                }
            });
            thread.start();
        }
        meanwhile.run();
        for (Thread thread : threads) join(thread);
        if (!raised.isEmpty()) throw (RuntimeException) raised.get(0);
    }

    static void proveNest(Strategy s) {
        want(s, "before any scope", 0, NO_CONTEXT, 0);
        withOne(s, 0, 1, () -> {
            withOne(s, 1, 2, () -> {
                want(s, "before the inner scope", 0, SET, 1);
                withOne(s, 0, 3, () -> {
                    want(s, "in the inner scope, its own key", 0, SET, 3);
                    want(s, "in the inner scope, the outer's other key", 1, SET, 2);
                });
                want(s, "after the inner scope", 0, SET, 1);
            });
            want(s, "after the middle scope, its key", 1, NOT_SET, 0);
        });
        want(s, "after all scopes", 0, NO_CONTEXT, 0);
    }

    static final class Failure extends RuntimeException {}

    static void failingBody(Strategy s, int level) {
        if (level == 5) throw new Failure();
        try {
            withOne(s, 0, level + 1, () -> failingBody(s, level + 1));
        } finally {
            want(s, "behind a body that failed", 0, SET, level);
        }
    }

    static void proveFailingBody(Strategy s) {
        try {
            withOne(s, 0, 1, () -> failingBody(s, 1));
            throw new Broken("the failure of a body was lost");
        } catch (Failure expected) {
            want(s, "behind the outermost scope, whose body failed", 0, NO_CONTEXT, 0);
        }
    }

    static void proveThreeAnswers(Strategy s) {
        want(s, "outside of all scopes", 0, NO_CONTEXT, 0);
        s.callWith(Map.of(), () -> want(s, "in the empty context", 0, NOT_SET, 0));
        withOne(s, 0, 0, () -> {
            want(s, "a key bound to 0", 0, SET, 0);
            want(s, "a key that is not bound", 1, NOT_SET, 0);
            s.callWith(null, () -> want(s, "inside a scope whose context is none", 0, NO_CONTEXT, 0));
            want(s, "behind a scope whose context is none", 0, SET, 0);
        });
    }

    static void proveTwoManagers(Strategy s) {
        with(s, Map.of(FIRST[0], 1, FIRST[1], 5), () -> {
            with(s, Map.of(SECOND[0], 2), () -> {
                want(s, "the first manager's key", FIRST[0], SET, 1);
                want(s, "the second manager's key", SECOND[0], SET, 2);
                want(s, "a key of the first manager asked of the second", SECOND[1], NOT_SET, 0);
            });
            want(s, "the second manager's key after its scope", SECOND[0], NOT_SET, 0);
        });
    }

    static void proveDeep(Strategy s) {
        withOne(s, 0, 1, () -> descend(10000, () -> want(s, "10,000 calls below the scope", 0, SET, 1)));
    }

    static void reuse(Strategy s, int first) {
        for (int v = first; v < first + 600; v += 2) {
            int value = v;
            withOne(s, 1, value + 1, () -> with(s, Map.of(FIRST[0], value, FIRST[2 + value / 2 % 2], 7), () -> {
                want(s, "in a scope opened again and again", 0, SET, value);
                want(s, "around it", 1, SET, value + 1);
                want(s, "a key of the round before", 2 + (value + 2) / 2 % 2, NOT_SET, 0);
            }));
        }
    }

    static void provePlainChild(Strategy s) {
        withOne(s, 0, 1, () -> {
            run(List.of(new Thread(() -> want(s, "in a thread that inherits nothing", 0, NO_CONTEXT, 0))), () -> {});
            want(s, "in the parent of a plain thread", 0, SET, 1);
        });
    }

    static void proveInherit(Strategy s) {
        CountDownLatch mayRead = new CountDownLatch(1);
        withOne(s, 0, 1, () -> run(List.of(s.inheriting(() -> {
            try {
                mayRead.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            want(s, "in a thread that inherits, after its parent went on", 0, SET, 1);
        })), () -> withOne(s, 0, 2, mayRead::countDown)));
    }

    static void proveHandoff(Strategy s) {
        LinkedBlockingQueue<Captured> queue = new LinkedBlockingQueue<>();
        Thread pool = new Thread(() -> {
            for (int i = 1; i <= 32; i++) {
                int wanted = i;
                s.callWith(take(queue).context, () -> want(s, "in a task on another thread", 0, SET, wanted));
                want(s, "on a pool thread, between its tasks", 0, NO_CONTEXT, 0);
            }
        });
        run(List.of(pool), () -> {
            for (int i = 1; i <= 32; i++) withOne(s, 0, i, () -> queue.add(new Captured(s.current())));
        });
    }

    static void proveManyThreads(Strategy s) {
        List<Thread> rivals = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            int first = 1 + 1000 * i;
            rivals.add(new Thread(() -> reuse(s, first)));
        }
        run(rivals, () -> {});
    }

    static final Map<String, Consumer<Strategy>> SCENARIOS = Map.of(
        "nest", Peer::proveNest, "failing-body", Peer::proveFailingBody, "three-answers", Peer::proveThreeAnswers,
        "two-managers", Peer::proveTwoManagers, "deep", Peer::proveDeep, "reuse", s -> reuse(s, 1),
        "plain-child", Peer::provePlainChild, "inherit", Peer::proveInherit, "handoff", Peer::proveHandoff,
        "many-threads", Peer::proveManyThreads);

    // ---- Samples ----

    static final com.sun.management.OperatingSystemMXBean SYSTEM =
        (com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

    static long cpuNs() {
        return SYSTEM.getProcessCpuTime();
    }

    /** A number in /proc/self/status. */
    static long status(String name) {
        try {
            for (String line : Files.readAllLines(Path.of("/proc/self/status")))
                if (line.startsWith(name + ":")) return Long.parseLong(line.replaceAll("[^0-9]", ""));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        return 0;
    }

    static long switches() {
        return status("nonvoluntary_ctxt_switches");
    }

    static Job take(Strategy strategy, Request request, long iterations) {
        Job job = new Job();
        job.strategy = strategy;
        job.iterations = iterations;
        job.parameters = request.parameters;
        WORKLOADS.get(request.text("workload")).accept(job);
        return job;
    }

    /** Until the loop gets no faster any more; how long that took, in milliseconds. */
    static double warmUp(Strategy strategy, Request request) {
        long began = System.nanoTime(), iterations = 1;
        double best = Double.MAX_VALUE, tookMs = 0;
        for (int steady = 0; tookMs < WARM_UP_MAX_MS && (tookMs < WARM_UP_MS || steady < STEADY);) {
            long tookNs = take(strategy, request, iterations).tookNs;
            steady = tookNs < 0.95 * best * iterations ? 0 : steady + 1;
            best = Math.min(best, (double) tookNs / iterations);
            if (tookNs < WARM_UP_MS * 1e6 / 16) iterations *= 2;
            tookMs = (System.nanoTime() - began) * 1e-6;
        }
        return tookMs;
    }

    static String measure(Strategy strategy, Request request) {
        double warmUpMs = warmUp(strategy, request), measuredNs = 0;
        long iterations = (long) request.number("iterations");
        double seconds = request.number("sample_seconds");
        for (long tried = 1; iterations == 0; tried *= 2) {
            Job job = take(strategy, request, tried);
            measuredNs += job.tookNs;
            if (job.tookNs >= seconds * 1e9 / 4)
                iterations = Math.max(1, Math.round(seconds * 1e9 / job.tookNs * tried));
        }
        List<Job> samples = new ArrayList<>();
        for (int i = 0; i < request.number("samples"); i++) samples.add(take(strategy, request, iterations));
        for (Job sample : samples) measuredNs += sample.tookNs;
        double times = iterations;
        IntFunction<String> realNs = i -> String.valueOf(samples.get(i).tookNs / times);
        IntFunction<String> cpuNs = i -> String.valueOf(samples.get(i).cpuNs / times / request.pus());
        return String.format(
            "\"outcome\":\"ok\",\"iterations\":%d,\"linkage\":\"%s %s\",\"measured_ms\":%s,\"warm_up_ms\":%s,\"pus\":[%s],"
                + "\"samples\":{\"real_ns\":%s,\"cpu_ns\":%s,\"involuntary_switches\":%s},\"checksums\":%s,"
                + "\"memory_peak_bytes\":%d",
            iterations, System.getProperty("java.vm.name"), System.getProperty("java.version"), measuredNs * 1e-6,
            warmUpMs, request.member("pus"), list(samples.size(), realNs), list(samples.size(), cpuNs),
            list(samples.size(), i -> String.valueOf(samples.get(i).switches)),
            list(samples.size(), i -> String.valueOf(samples.get(i).sum & 0xffffffffL)), status("VmHWM") * 1024);
    }

    static String list(int count, IntFunction<String> item) {
        return java.util.stream.IntStream.range(0, count).mapToObj(item).collect(Collectors.joining(",", "[", "]"));
    }

    // ---- Requests and answers ----

    /** Members of a request; it has no nested objects but the parameters, and no text with a quote in it. */
    static final class Request {
        final String line;
        final Map<String, Integer> parameters = new HashMap<>();

        Request(String line) {
            this.line = line;
            Matcher matcher = Pattern.compile("\"([a-z]+)\" *: *([0-9]+)").matcher(member("parameters"));
            while (matcher.find()) parameters.put(matcher.group(1), Integer.valueOf(matcher.group(2)));
        }

        /** What stands behind the name, without quotes, brackets or braces; empty if there is none. */
        String member(String name) {
            String value = "\"([^\"]*)\"|\\[([^]]*)]|\\{([^}]*)}|([-+.eE0-9]+)";
            Matcher matcher = Pattern.compile("\"" + name + "\" *: *(?:" + value + ")").matcher(line);
            if (!matcher.find()) return "";
            for (int group = 1; group <= matcher.groupCount(); group++)
                if (matcher.group(group) != null) return matcher.group(group);
            return "";
        }

        String text(String name) {
            return member(name);
        }

        double number(String name) {
            return Double.parseDouble(member(name));
        }

        int pus() {
            return member("pus").split(",").length;
        }
    }

    static String refuse(String outcome, String what, String name) {
        return String.format("\"outcome\":\"%s\",\"reason\":\"this peer has no %s %s\"", outcome, what, name);
    }

    static String respond(Request request) {
        Strategy strategy = makeStrategy(request.text("strategy"));
        String scenario = request.text("scenario"), workload = request.text("workload");
        if (strategy == null) return refuse("failed", "strategy", request.text("strategy"));
        if (scenario.isEmpty())
            return WORKLOADS.containsKey(workload) && request.text("form").equals("throughput")
                ? measure(strategy, request)
                : refuse("failed", "workload of that form,", workload);
        if (!SCENARIOS.containsKey(scenario)) return refuse("inapplicable", "scenario", scenario);
        try {
            SCENARIOS.get(scenario).accept(strategy);
            return "\"outcome\":\"held\"";
        } catch (Broken broken) {
            return String.format("\"outcome\":\"unproved\",\"reason\":\"%s\"", broken.getMessage());
        }
    }

    public static void main(String[] arguments) throws IOException, InterruptedException {
        Request request = new Request(new BufferedReader(new InputStreamReader(System.in)).readLine());
        if (!request.member("protocol").equals(String.valueOf(PROTOCOL))) {
            System.err.println("found protocol version " + request.member("protocol") + ", wanted " + PROTOCOL);
            System.exit(2);
        }
        String[] answer = {null};
        Thread worker = new Thread(null, () -> answer[0] = respond(request), "worker", STACK_BYTES);
        worker.start();
        worker.join();
        if (answer[0] == null) System.exit(1); // what it raised is told already
        System.out.printf("{\"protocol\":%d,\"case\":\"%s\",%s}%n", PROTOCOL, request.text("case"), answer[0]);
    }
}
