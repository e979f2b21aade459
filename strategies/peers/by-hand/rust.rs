//! Reads and scopes of thread_local! by hand: stable Rust has no tool of its own but a clock and black_box.

use std::cell::RefCell;
use std::collections::HashMap;
use std::hint::black_box;
use std::sync::Arc;
use std::time::Instant;

type Context = Option<Arc<HashMap<usize, u64>>>;

thread_local! {
    static CONTEXT: RefCell<Context> = RefCell::new(None);
}

#[inline(never)] // a call, as into a library
fn read(key: usize) -> (u64, u64) {
    CONTEXT.with(|context| match &*context.borrow() {
        None => (0, 0),
        Some(map) => map.get(&key).map_or((1, 0), |value| (2, *value)),
    })
}

fn scope(first: usize, count: usize, body: impl FnOnce()) {
    let mut next = CONTEXT.with(|context| context.borrow().as_deref().cloned().unwrap_or_default());
    for number in first..first + count {
        next.insert(number, 0x1234567 + number as u64);
    }
    let outer = CONTEXT.with(|context| context.replace(Some(Arc::new(next))));
    body();
    CONTEXT.with(|context| *context.borrow_mut() = outer);
}

/// The best of thirty rounds.
fn measure(what: &str, mut step: impl FnMut()) {
    let mut best = f64::INFINITY;
    for _ in 0..30 {
        const TIMES: u32 = 50_000;
        let began = Instant::now();
        for _ in 0..TIMES {
            step();
        }
        best = best.min(began.elapsed().as_nanos() as f64 / f64::from(TIMES));
    }
    println!("{what} {best}");
}

fn main() {
    let mut sum = 0u64;
    scope(0, 1, || measure("read", || sum = sum.wrapping_add(read(black_box(0)).1)));
    let mut bodies = 0u64;
    measure("scope", || scope(0, black_box(1), || bodies = black_box(bodies + 1)));
    black_box((sum, bodies));
}
