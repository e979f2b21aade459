import java.util.HashMap;

/** Reads and scopes of a ThreadLocal by hand: the JDK has no tool of its own but a clock. */
final class Java {
    static final ThreadLocal<HashMap<Object, Integer>> CONTEXT = new ThreadLocal<>();
    static long sum;

    static int read(Object key) {
        HashMap<Object, Integer> context = CONTEXT.get();
        if (context == null) return 0;
        Integer value = context.get(key);
        return value == null ? 0 : value;
    }

    static void scope(Object key, Runnable body) {
        HashMap<Object, Integer> outer = CONTEXT.get();
        HashMap<Object, Integer> next = outer == null ? new HashMap<>() : new HashMap<>(outer);
        next.put(key, 0x1234567);
        CONTEXT.set(next);
        try {
            body.run();
        } finally {
            CONTEXT.set(outer);
        }
    }

    /** The best of a hundred rounds, of which the first ones are compiled while they run. */
    static void measure(String what, Runnable step) {
        double best = Double.POSITIVE_INFINITY;
        for (int round = 0; round < 100; round++) {
            final int times = 20000;
            long began = System.nanoTime();
            for (int i = 0; i < times; i++) step.run();
            best = Math.min(best, (double) (System.nanoTime() - began) / times);
        }
        System.out.println(what + " " + best);
    }

    public static void main(String[] arguments) {
        final Object key = new Object();
        scope(key, () -> measure("read", () -> sum += read(key)));
        measure("scope", () -> scope(key, () -> sum++));
    }
}
