import java.util.HashMap;
import java.util.function.IntConsumer;

/** Reads and scopes of a ThreadLocal by hand: the JDK has no tool of its own but a clock. */
final class Java {
    static final ThreadLocal<HashMap<Object, Integer>> CONTEXT = new ThreadLocal<>();
    static final Object[] KEYS = {new Object(), new Object()};
    static long sum;

    static int read(Object key) {
        HashMap<Object, Integer> context = CONTEXT.get();
        if (context == null) return 0;
        Integer value = context.get(key);
        return value == null ? 0 : value;
    }

    static void scope(int first, int count, Runnable body) {
        HashMap<Object, Integer> outer = CONTEXT.get();
        HashMap<Object, Integer> next = outer == null ? new HashMap<>() : new HashMap<>(outer);
        for (int number = first; number < first + count; number++) next.put(KEYS[number], 0x1234567 + number);
        CONTEXT.set(next);
        try {
            body.run();
        } finally {
            CONTEXT.set(outer);
        }
    }

    /** The best of a hundred rounds, of which the first ones are compiled while they run. */
    static void measure(String what, IntConsumer loop) {
        double best = Double.POSITIVE_INFINITY;
        for (int round = 0; round < 100; round++) {
            final int times = 20000;
            long began = System.nanoTime();
            loop.accept(times);
            best = Math.min(best, (double) (System.nanoTime() - began) / times);
        }
        System.out.println(what + " " + best);
    }

    static void reads(int times) {
        final Object key = KEYS[0];
        for (int i = 0; i < times; i++) sum += read(key);
    }

    static void scopes(int times) {
        final Runnable body = () -> sum++;
        for (int i = 0; i < times; i++) scope(0, 1, body);
    }

    public static void main(String[] arguments) {
        scope(0, 1, () -> measure("read", Java::reads));
        measure("scope", Java::scopes);
    }
}
