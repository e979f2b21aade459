//! The peer of Rust: thread-local variables of the standard library. Its parts are as those of ../python/peer.py.

mod protocol;
mod sync;

use std::cell::RefCell;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{mpsc, Arc};
use std::thread;

use protocol::{answer_request, refusal, respond_with, timed, Proof, Request, Sample};
use sync::{bind, reuse, want, Context, Floor, Job, Strategy, NO_CONTEXT, NOT_SET, SET, VALUE};

// ---- Strategies ----

thread_local! {
    static CONTEXT: RefCell<Context> = RefCell::new(None);
}

struct Local;

/// Puts the context back, also when the body panics.
struct Restore(Context);

impl Drop for Restore {
    fn drop(&mut self) {
        CONTEXT.with(|context| *context.borrow_mut() = self.0.take());
    }
}

impl Strategy for Local {
    fn current(&self) -> Context {
        CONTEXT.with(|context| context.borrow().clone())
    }

    fn call_with<R>(&self, next: Context, body: impl FnOnce() -> R) -> R {
        let _restore = Restore(CONTEXT.with(|context| context.replace(next)));
        body()
    }

    fn scope<R>(&self, first: usize, count: usize, body: impl FnOnce() -> R) -> R {
        let mut next = CONTEXT.with(|context| context.borrow().as_deref().cloned().unwrap_or_default());
        for number in first..first + count {
            next.insert(number, VALUE + number as u64);
        }
        self.call_with(Some(Arc::new(next)), body)
    }

    fn read(&self, key: usize) -> (u64, u64) {
        CONTEXT.with(|context| match &*context.borrow() {
            None => (NO_CONTEXT, 0),
            Some(map) => map.get(&key).map_or((NOT_SET, 0), |value| (SET, *value)),
        })
    }
}

// ---- Workloads: each has its loop timed, and returns the rest of its checksum ----

fn spawn<S: Strategy>(job: &Job<S>) -> Sample {
    let fanout = job.parameter("fanout");
    job.strategy.scope(0, 1, || {
        timed(|| {
            let mut sum = 0u64;
            for _ in 0..job.iterations {
                let total: u64 = thread::scope(|threads| {
                    let children: Vec<_> = (0..fanout)
                        .map(|_| {
                            let inherited = job.strategy.current();
                            threads.spawn(|| job.strategy.call_with(inherited, || job.strategy.read(0).1))
                        })
                        .collect();
                    children.into_iter().map(|child| child.join().unwrap()).sum()
                });
                sum = sum.wrapping_add(total);
            }
            sum
        })
    })
}

fn handoff<S: Strategy>(job: &Job<S>) -> Sample {
    let batch = job.parameter("batch");
    let (ask, asked) = mpsc::channel::<Context>();
    let (answer, answered) = mpsc::channel::<u64>();
    thread::scope(|threads| {
        let server = threads.spawn(move || {
            let mut served = 0;
            for captured in asked {
                answer.send(job.strategy.call_with(captured, || job.strategy.read(0).1)).unwrap();
                served += 1;
            }
            served
        });
        let mut sample = job.strategy.scope(0, 1, || {
            timed(|| {
                let mut sum = 0u64;
                for _ in 0..job.iterations {
                    for _ in 0..batch {
                        ask.send(job.strategy.current()).unwrap();
                    }
                    for _ in 0..batch {
                        sum = sum.wrapping_add(answered.recv().unwrap());
                    }
                }
                sum
            })
        });
        drop(ask);
        sample.sum = sample.sum.wrapping_add(server.join().unwrap());
        sample
    })
}

fn take<S: Strategy>(strategy: &S, request: &Request, iterations: u64) -> Option<Sample> {
    let job = Job { strategy, iterations, request };
    match request.member("workload").as_str() {
        "spawn" => Some(spawn(&job)),
        "handoff" => Some(handoff(&job)),
        _ => sync::take(&job),
    }
}

// ---- Scenarios: each fails with what was found and what was wanted ----

fn prove_plain_child(s: &impl Strategy) -> Proof {
    bind(s, &[(0, 1)], || {
        thread::scope(|threads| {
            let plain = threads.spawn(|| want(s, "in a thread that inherits nothing", 0, NO_CONTEXT, 0));
            plain.join().unwrap()
        })?;
        want(s, "in the parent of a plain thread", 0, SET, 1)
    })
}

fn prove_inherit(s: &impl Strategy) -> Proof {
    let may_read = AtomicBool::new(false);
    bind(s, &[(0, 1)], || {
        thread::scope(|threads| {
            let inherited = s.current();
            let child = threads.spawn(|| {
                while !may_read.load(Ordering::Acquire) {
                    thread::yield_now();
                }
                s.call_with(inherited, || want(s, "in a thread that inherits, after its parent went on", 0, SET, 1))
            });
            bind(s, &[(0, 2)], || may_read.store(true, Ordering::Release));
            child.join().unwrap()
        })
    })
}

fn prove_handoff(s: &impl Strategy) -> Proof {
    let (put, queue) = mpsc::channel::<Context>();
    thread::scope(|threads| {
        let pool = threads.spawn(move || {
            for (context, wanted) in queue.into_iter().zip(1..) {
                s.call_with(context, || want(s, "in a task on another thread", 0, SET, wanted))?;
                want(s, "on a pool thread, between its tasks", 0, NO_CONTEXT, 0)?;
            }
            Ok(())
        });
        for value in 1..=32 {
            bind(s, &[(0, value)], || put.send(s.current())).map_err(|error| error.to_string())?;
        }
        drop(put);
        pool.join().unwrap()
    })
}

fn prove_many_threads(s: &impl Strategy) -> Proof {
    thread::scope(|threads| {
        let rivals: Vec<_> = (0..4).map(|rival| threads.spawn(move || reuse(s, 1 + 1000 * rival))).collect();
        rivals.into_iter().try_for_each(|rival| rival.join().unwrap())
    })
}

fn prove(s: &impl Strategy, scenario: &str) -> Option<Proof> {
    match scenario {
        "plain-child" => Some(prove_plain_child(s)),
        "inherit" => Some(prove_inherit(s)),
        "handoff" => Some(prove_handoff(s)),
        "many-threads" => Some(prove_many_threads(s)),
        _ => sync::prove(s, scenario),
    }
}

fn respond_by(s: &impl Strategy, request: &Request) -> String {
    respond_with(request, "rustc -O", |iterations| take(s, request, iterations), |scenario| prove(s, scenario))
}

fn respond(request: &Request) -> String {
    match request.member("strategy").as_str() {
        "rust-local" => respond_by(&Local, request),
        "rust-floor" => respond_by(&Floor { cell: VALUE }, request),
        other => refusal("failed", "strategy", other),
    }
}

fn main() {
    answer_request(respond);
}
