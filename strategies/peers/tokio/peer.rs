//! The peer of tokio: task-local variables, on one thread that runs all tasks. Its parts are as those of
//! ../python/peer.py; what happens within a task is shared with the peer of Rust.

mod protocol;
mod sync;

use std::future::Future;
use std::sync::Arc;

use protocol::{answer_request, refusal, respond_with, Proof, Request, Sample, Watch};
use sync::{bind, want, Context, Floor, Job, Strategy, NO_CONTEXT, NOT_SET, SET, VALUE};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::{mpsc::unbounded_channel, oneshot};
use tokio::task::{spawn_local, yield_now, LocalSet};

// ---- Strategies ----

tokio::task_local! {
    static CONTEXT: Context;
}

#[derive(Clone, Copy)]
struct TaskLocal;

/// Outside of all scopes there is no value to be had.
fn with_context<R>(read: impl FnOnce(Option<&Arc<sync::Map>>) -> R) -> R {
    let mut read = Some(read);
    match CONTEXT.try_with(|context| read.take().map(|read| read(context.as_ref()))) {
        Ok(found) => found.expect("it is called once"),
        Err(_) => read.take().expect("it was not called")(None),
    }
}

impl Strategy for TaskLocal {
    fn current(&self) -> Context {
        with_context(|context| context.cloned())
    }

    fn call_with<R>(&self, next: Context, body: impl FnOnce() -> R) -> R {
        CONTEXT.sync_scope(next, body)
    }

    fn scope<R>(&self, first: usize, count: usize, body: impl FnOnce() -> R) -> R {
        let mut next = with_context(|context| context.map(|map| (**map).clone()).unwrap_or_default());
        for number in first..first + count {
            next.insert(number, VALUE + number as u64);
        }
        CONTEXT.sync_scope(Some(Arc::new(next)), body)
    }

    fn read(&self, key: usize) -> (u64, u64) {
        with_context(|context| match context {
            None => (NO_CONTEXT, 0),
            Some(map) => map.get(&key).map_or((NOT_SET, 0), |value| (SET, *value)),
        })
    }
}

/// What tasks need beside: whether anything is to be put in force around their polls.
trait Tasks: Strategy + Copy + 'static {
    const BINDS: bool;
}

impl Tasks for TaskLocal {
    const BINDS: bool = true;
}

impl Tasks for Floor {
    const BINDS: bool = false;
}

/// A task in whose polls the context is in force.
async fn within<S: Tasks, F: Future>(_: S, context: Context, task: F) -> F::Output {
    if S::BINDS {
        CONTEXT.scope(context, task).await
    } else {
        task.await
    }
}

/// What is in force, and these bindings.
fn bound<S: Tasks>(s: S, bindings: &[(usize, u64)]) -> Context {
    bind(&s, bindings, || s.current())
}

// ---- Workloads: each has its loop timed, and returns the rest of its checksum ----

async fn spawn<S: Tasks>(s: S, iterations: u64, fanout: u64) -> Sample {
    let watch = Watch::start();
    let mut sum = 0u64;
    for _ in 0..iterations {
        let children: Vec<_> =
            (0..fanout).map(|_| spawn_local(within(s, s.current(), async move { s.read(0).1 }))).collect();
        for child in children {
            sum = sum.wrapping_add(child.await.unwrap());
        }
    }
    watch.stop(sum)
}

async fn handoff<S: Tasks>(s: S, iterations: u64, batch: u64) -> Sample {
    let (ask, mut asked) = unbounded_channel::<Context>();
    let (answer, mut answered) = unbounded_channel::<u64>();
    let server = spawn_local(async move {
        let mut served = 0;
        while let Some(captured) = asked.recv().await {
            answer.send(within(s, captured, async move { s.read(0).1 }).await).unwrap();
            served += 1;
        }
        served
    });
    let watch = Watch::start();
    let mut sum = 0u64;
    for _ in 0..iterations {
        for _ in 0..batch {
            ask.send(s.current()).unwrap();
        }
        for _ in 0..batch {
            sum = sum.wrapping_add(answered.recv().await.unwrap());
        }
    }
    let mut sample = watch.stop(sum);
    drop(ask);
    sample.sum = sample.sum.wrapping_add(server.await.unwrap());
    sample
}

fn run<F: Future>(task: F) -> F::Output {
    let runtime: Runtime = Builder::new_current_thread().build().expect("a runtime");
    LocalSet::new().block_on(&runtime, task)
}

fn take<S: Tasks>(s: S, request: &Request, iterations: u64) -> Option<Sample> {
    let job = Job { strategy: &s, iterations, request };
    let outermost = s.scope(0, 1, || s.current());
    match request.member("workload").as_str() {
        "spawn" => Some(run(within(s, outermost, spawn(s, iterations, job.parameter("fanout"))))),
        "handoff" => Some(run(within(s, outermost, handoff(s, iterations, job.parameter("batch"))))),
        _ => run(async { sync::take(&job) }),
    }
}

// ---- Scenarios: each fails with what was found and what was wanted ----

async fn prove_plain_child<S: Tasks>(s: S) -> Proof {
    within(s, bound(s, &[(0, 1)]), async move {
        spawn_local(async move { want(&s, "in a task that inherits nothing", 0, NO_CONTEXT, 0) }).await.unwrap()?;
        want(&s, "in the parent of a plain task", 0, SET, 1)
    })
    .await
}

async fn prove_inherit<S: Tasks>(s: S) -> Proof {
    within(s, bound(s, &[(0, 1)]), async move {
        let (let_read, may_read) = oneshot::channel::<()>();
        let child = spawn_local(within(s, s.current(), async move {
            may_read.await.unwrap();
            want(&s, "in a task that inherits, after its parent went on", 0, SET, 1)
        }));
        within(s, bound(s, &[(0, 2)]), async move {
            let_read.send(()).unwrap();
            yield_now().await;
        })
        .await;
        child.await.unwrap()
    })
    .await
}

async fn prove_handoff<S: Tasks>(s: S) -> Proof {
    let (put, mut queue) = unbounded_channel::<Context>();
    let pool = spawn_local(async move {
        for wanted in 1..=32 {
            let context = queue.recv().await.unwrap();
            within(s, context, async move { want(&s, "in another task", 0, SET, wanted) }).await?;
            want(&s, "in the pool, between its tasks", 0, NO_CONTEXT, 0)?;
        }
        Ok(())
    });
    for value in 1..=32 {
        put.send(bound(s, &[(0, value)])).map_err(|error| error.to_string())?;
    }
    pool.await.unwrap()
}

/// Lets others run in the midst of each scope.
async fn reuse<S: Tasks>(s: S, first: u64) -> Proof {
    for value in (first..first + 600).step_by(2) {
        let around = bound(s, &[(1, value + 1)]);
        within(s, around, async move {
            let inner = bound(s, &[(0, value), (2 + value as usize / 2 % 2, 7)]);
            within(s, inner, async move {
                yield_now().await;
                want(&s, "in a scope opened again and again", 0, SET, value)?;
                want(&s, "around it", 1, SET, value + 1)?;
                want(&s, "a key of the round before", 2 + (value as usize + 2) / 2 % 2, NOT_SET, 0)
            })
            .await
        })
        .await?;
    }
    Ok(())
}

async fn prove_many_tasks<S: Tasks>(s: S) -> Proof {
    let rivals: Vec<_> = (0..4).map(|rival| spawn_local(reuse(s, 1 + 1000 * rival))).collect();
    for rival in rivals {
        rival.await.unwrap()?;
    }
    Ok(())
}

fn prove<S: Tasks>(s: S, scenario: &str) -> Option<Proof> {
    match scenario {
        "plain-child" => Some(run(prove_plain_child(s))),
        "inherit" => Some(run(prove_inherit(s))),
        "handoff" => Some(run(prove_handoff(s))),
        "many-threads" => Some(run(prove_many_tasks(s))),
        _ => run(async { sync::prove(&s, scenario) }),
    }
}

fn respond_by<S: Tasks>(s: S, request: &Request) -> String {
    respond_with(request, "cargo, release", |iterations| take(s, request, iterations), |scenario| prove(s, scenario))
}

fn respond(request: &Request) -> String {
    match request.member("strategy").as_str() {
        "tokio-task" => respond_by(TaskLocal, request),
        "tokio-floor" => respond_by(Floor { cell: VALUE }, request),
        other => refusal("failed", "strategy", other),
    }
}

fn main() {
    answer_request(respond);
}
