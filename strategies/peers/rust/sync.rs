//! Strategies of Rust, and what they do on one thread: workloads and scenarios.

use std::collections::HashMap;
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::sync::atomic::{compiler_fence, Ordering};
use std::sync::Arc;

use crate::protocol::{timed, Proof, Request, Sample};

pub const VALUE: u64 = 0x1234567; // what key 0 is bound to; key n is bound to VALUE + n
pub const NO_CONTEXT: u64 = 0;
pub const NOT_SET: u64 = 1;
pub const SET: u64 = 2;
pub const SECOND: usize = 1000; // the keys of the second manager begin here

pub type Map = HashMap<usize, u64>;
pub type Context = Option<Arc<Map>>;

pub trait Strategy: Sync {
    fn current(&self) -> Context;
    fn call_with<R>(&self, context: Context, body: impl FnOnce() -> R) -> R;
    fn scope<R>(&self, first: usize, count: usize, body: impl FnOnce() -> R) -> R;
    fn read(&self, key: usize) -> (u64, u64); // the answer, and the value
}

/// A call that stays one.
#[inline(never)]
fn call<R>(body: impl FnOnce() -> R) -> R {
    compiler_fence(Ordering::SeqCst);
    body()
}

/// What is read next is not what was read before, as far as the compiler knows.
fn forget() {
    compiler_fence(Ordering::SeqCst);
}

#[inline(never)]
fn descend<R>(depth: u64, body: &mut dyn FnMut() -> R) -> R {
    let result = if depth == 0 { body() } else { descend(depth - 1, body) };
    forget(); // so that it is no tail call
    result
}

#[derive(Clone, Copy)]
pub struct Floor {
    pub cell: u64,
}

impl Strategy for Floor {
    fn current(&self) -> Context {
        None
    }

    fn call_with<R>(&self, _: Context, body: impl FnOnce() -> R) -> R {
        body()
    }

    fn scope<R>(&self, _: usize, _: usize, body: impl FnOnce() -> R) -> R {
        call(body)
    }

    fn read(&self, _: usize) -> (u64, u64) {
        (SET, unsafe { std::ptr::read_volatile(&self.cell) })
    }
}

// ---- Workloads: each has its loop timed, and returns the rest of its checksum ----

pub struct Job<'a, S: Strategy> {
    pub strategy: &'a S,
    pub iterations: u64,
    pub request: &'a Request,
}

impl<S: Strategy> Job<'_, S> {
    pub fn parameter(&self, name: &str) -> u64 {
        self.request.number(name) as u64
    }
}

fn get<S: Strategy>(job: &Job<S>) -> Sample {
    fn between<S: Strategy>(job: &Job<S>, scopes: u64) -> Sample {
        if scopes > 0 {
            return job.strategy.scope(1, 1, || between(job, scopes - 1));
        }
        descend(job.parameter("depth"), &mut || {
            timed(|| {
                let mut sum = 0u64;
                for _ in 0..job.iterations {
                    forget();
                    sum = sum.wrapping_add(job.strategy.read(0).1);
                }
                sum
            })
        })
    }
    job.strategy.scope(0, 1, || between(job, job.parameter("up") - 1))
}

fn miss<S: Strategy>(job: &Job<S>) -> Sample {
    let down = || {
        descend(job.parameter("depth"), &mut || {
            timed(|| {
                let mut sum = 0;
                for _ in 0..job.iterations {
                    forget();
                    sum += job.strategy.read(15).0 + 1;
                }
                sum
            })
        })
    };
    if job.parameter("scope") == 1 {
        job.strategy.scope(0, 1, down)
    } else {
        down()
    }
}

fn with<S: Strategy>(job: &Job<S>) -> Sample {
    let keys = job.parameter("keys") as usize;
    let run = || {
        timed(|| {
            let mut bodies = 0;
            for _ in 0..job.iterations {
                job.strategy.scope(0, keys, || {
                    forget();
                    bodies += 1;
                });
            }
            bodies
        })
    };
    if job.parameter("inside") == 1 {
        job.strategy.scope(0, 1, run)
    } else {
        run()
    }
}

fn nest<S: Strategy>(job: &Job<S>) -> Sample {
    fn level<S: Strategy>(strategy: &S, depth: usize, scopes: usize, reads: u64) -> u64 {
        let mut sum = 0u64;
        for _ in 0..reads {
            forget();
            sum = sum.wrapping_add(strategy.read(depth - 1).1).wrapping_add(strategy.read(0).1);
        }
        if depth < scopes {
            sum = sum.wrapping_add(strategy.scope(depth, 1, || level(strategy, depth + 1, scopes, reads)));
        }
        sum
    }
    let (scopes, reads) = (job.parameter("nest") as usize, job.parameter("reads"));
    timed(|| {
        let mut sum = 0u64;
        for _ in 0..job.iterations {
            sum = sum.wrapping_add(job.strategy.scope(0, 1, || level(job.strategy, 1, scopes, reads)));
        }
        sum
    })
}

/// Of these workloads the one that is asked for.
pub fn take<S: Strategy>(job: &Job<S>) -> Option<Sample> {
    match job.request.member("workload").as_str() {
        "get" => Some(get(job)),
        "miss" => Some(miss(job)),
        "with" => Some(with(job)),
        "nest" => Some(nest(job)),
        _ => None,
    }
}

// ---- Scenarios ----

pub fn want(s: &impl Strategy, place: &str, key: usize, answer: u64, value: u64) -> Proof {
    let found = s.read(key);
    if found == (answer, value) {
        return Ok(());
    }
    let (answered, read) = found;
    Err(format!("{place}: found answer {answered} with value {read}, wanted {answer} with {value}"))
}

pub fn bind<R>(s: &impl Strategy, bindings: &[(usize, u64)], body: impl FnOnce() -> R) -> R {
    let mut next = s.current().as_deref().cloned().unwrap_or_default();
    next.extend(bindings.iter().copied());
    s.call_with(Some(Arc::new(next)), body)
}

fn prove_nest(s: &impl Strategy) -> Proof {
    want(s, "before any scope", 0, NO_CONTEXT, 0)?;
    bind(s, &[(0, 1)], || {
        bind(s, &[(1, 2)], || {
            want(s, "before the inner scope", 0, SET, 1)?;
            bind(s, &[(0, 3)], || {
                want(s, "in the inner scope, its own key", 0, SET, 3)?;
                want(s, "in the inner scope, the outer's other key", 1, SET, 2)
            })?;
            want(s, "after the inner scope", 0, SET, 1)
        })?;
        want(s, "after the middle scope, its key", 1, NOT_SET, 0)
    })?;
    want(s, "after all scopes", 0, NO_CONTEXT, 0)
}

fn prove_failing_body(s: &impl Strategy) -> Proof {
    fn body(s: &impl Strategy, level: u64) -> Proof {
        if level == 5 {
            panic!("the body fails");
        }
        let failed = catch_unwind(AssertUnwindSafe(|| bind(s, &[(0, level + 1)], || body(s, level + 1))));
        want(s, "behind a body that failed", 0, SET, level)?;
        match failed {
            Ok(proof) => proof,
            Err(_) if level > 1 => panic!("and so does the one around it"),
            Err(_) => Ok(()),
        }
    }
    std::panic::set_hook(Box::new(|_| {}));
    bind(s, &[(0, 1)], || body(s, 1))?;
    want(s, "behind the outermost scope, whose body failed", 0, NO_CONTEXT, 0)
}

fn prove_three_answers(s: &impl Strategy) -> Proof {
    want(s, "outside of all scopes", 0, NO_CONTEXT, 0)?;
    s.call_with(Some(Arc::default()), || want(s, "in the empty context", 0, NOT_SET, 0))?;
    bind(s, &[(0, 0)], || {
        want(s, "a key bound to 0", 0, SET, 0)?;
        want(s, "a key that is not bound", 1, NOT_SET, 0)?;
        s.call_with(None, || want(s, "inside a scope whose context is none", 0, NO_CONTEXT, 0))?;
        want(s, "behind a scope whose context is none", 0, SET, 0)
    })
}

fn prove_two_managers(s: &impl Strategy) -> Proof {
    bind(s, &[(0, 1), (1, 5)], || {
        bind(s, &[(SECOND, 2)], || {
            want(s, "the first manager's key", 0, SET, 1)?;
            want(s, "the second manager's key", SECOND, SET, 2)?;
            want(s, "a key of the first manager asked of the second", SECOND + 1, NOT_SET, 0)
        })?;
        want(s, "the second manager's key after its scope", SECOND, NOT_SET, 0)
    })
}

fn prove_deep(s: &impl Strategy) -> Proof {
    bind(s, &[(0, 1)], || descend(10000, &mut || want(s, "10,000 calls below the scope", 0, SET, 1)))
}

pub fn reuse(s: &impl Strategy, first: u64) -> Proof {
    for value in (first..first + 600).step_by(2) {
        bind(s, &[(1, value + 1)], || {
            bind(s, &[(0, value), (2 + value as usize / 2 % 2, 7)], || {
                want(s, "in a scope opened again and again", 0, SET, value)?;
                want(s, "around it", 1, SET, value + 1)?;
                want(s, "a key of the round before", 2 + (value as usize + 2) / 2 % 2, NOT_SET, 0)
            })
        })?;
    }
    Ok(())
}

/// Of these scenarios the one that is asked for.
pub fn prove(s: &impl Strategy, scenario: &str) -> Option<Proof> {
    match scenario {
        "nest" => Some(prove_nest(s)),
        "failing-body" => Some(prove_failing_body(s)),
        "three-answers" => Some(prove_three_answers(s)),
        "two-managers" => Some(prove_two_managers(s)),
        "deep" => Some(prove_deep(s)),
        "reuse" => Some(reuse(s, 1)),
        _ => None,
    }
}
