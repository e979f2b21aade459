//! The peer of Rust. Its parts are as those of ../python/peer.py, which explains them; ../README.md has the protocol.
//! The standard library is all that it needs.

use std::cell::RefCell;
use std::collections::HashMap;
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::sync::atomic::{compiler_fence, AtomicBool, Ordering};
use std::sync::{mpsc, Arc};
use std::thread;
use std::time::Instant;

const PROTOCOL: &str = "5";
const VALUE: u64 = 0x1234567; // what key 0 is bound to; key n is bound to VALUE + n
const NO_CONTEXT: u64 = 0;
const NOT_SET: u64 = 1;
const SET: u64 = 2;
const SECOND: usize = 1000; // the keys of the second manager begin here
const STACK_BYTES: usize = 256 << 20; // of the thread that does it all: 10,000 calls have room

// ---- Strategies ----

type Map = HashMap<usize, u64>;
type Context = Option<Arc<Map>>;

trait Strategy: Sync {
    fn current(&self) -> Context;
    fn call_with<R>(&self, context: Context, body: impl FnOnce() -> R) -> R;
    fn scope<R>(&self, first: usize, count: usize, body: impl FnOnce() -> R) -> R;
    fn read(&self, key: usize) -> (u64, u64); // the answer, and the value
}

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

struct Floor {
    cell: u64,
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

// ---- Workloads: each has its loop timed, and returns the rest of its checksum ----

#[derive(Default)]
struct Sample {
    took_ns: f64,
    cpu_ns: f64,
    switches: u64,
    sum: u64,
}

struct Job<'a, S: Strategy> {
    strategy: &'a S,
    iterations: u64,
    request: &'a Request,
}

impl<S: Strategy> Job<'_, S> {
    fn parameter(&self, name: &str) -> u64 {
        self.request.number(name) as u64
    }
}

fn timed(body: impl FnOnce() -> u64) -> Sample {
    let (switches, cpu, began) = (status("nonvoluntary_ctxt_switches"), cpu_ns(), Instant::now());
    let sum = body();
    Sample {
        took_ns: began.elapsed().as_nanos() as f64,
        cpu_ns: cpu_ns() - cpu,
        switches: status("nonvoluntary_ctxt_switches") - switches,
        sum,
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
        "get" => Some(get(&job)),
        "miss" => Some(miss(&job)),
        "with" => Some(with(&job)),
        "nest" => Some(nest(&job)),
        "spawn" => Some(spawn(&job)),
        "handoff" => Some(handoff(&job)),
        _ => None,
    }
}

// ---- Scenarios: each fails with what was found and what was wanted ----

type Proof = Result<(), String>;

fn want(s: &impl Strategy, place: &str, key: usize, answer: u64, value: u64) -> Proof {
    let found = s.read(key);
    if found == (answer, value) {
        return Ok(());
    }
    let (answered, read) = found;
    Err(format!("{place}: found answer {answered} with value {read}, wanted {answer} with {value}"))
}

fn bind<R>(s: &impl Strategy, bindings: &[(usize, u64)], body: impl FnOnce() -> R) -> R {
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

fn reuse(s: &impl Strategy, first: u64) -> Proof {
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
        "nest" => Some(prove_nest(s)),
        "failing-body" => Some(prove_failing_body(s)),
        "three-answers" => Some(prove_three_answers(s)),
        "two-managers" => Some(prove_two_managers(s)),
        "deep" => Some(prove_deep(s)),
        "reuse" => Some(reuse(s, 1)),
        "plain-child" => Some(prove_plain_child(s)),
        "inherit" => Some(prove_inherit(s)),
        "handoff" => Some(prove_handoff(s)),
        "many-threads" => Some(prove_many_threads(s)),
        _ => None,
    }
}

// ---- What the system says ----

#[repr(C)]
struct Timespec {
    seconds: i64,
    nanoseconds: i64,
}

extern "C" {
    fn clock_gettime(clock: i32, now: *mut Timespec) -> i32;
}

fn cpu_ns() -> f64 {
    const PROCESS_CPU_TIME: i32 = 2;
    let mut now = Timespec { seconds: 0, nanoseconds: 0 };
    unsafe { clock_gettime(PROCESS_CPU_TIME, &mut now) };
    now.seconds as f64 * 1e9 + now.nanoseconds as f64
}

/// A number in /proc/self/status.
fn status(name: &str) -> u64 {
    let text = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = text.lines().find(|line| line.starts_with(name)).unwrap_or_default();
    line.chars().filter(char::is_ascii_digit).collect::<String>().parse().unwrap_or(0)
}

// ---- Requests and answers ----

/// A line of JSON without nested objects but the parameters, whose names no other member has.
struct Request(String);

impl Request {
    /// What stands behind the name, without quotes; of a list what is in it. Empty if there is none.
    fn member(&self, name: &str) -> String {
        let key = format!("\"{name}\":");
        let value = match self.0.find(&key) {
            Some(at) => self.0[at + key.len()..].trim_start(),
            None => return String::new(),
        };
        let (from, end) = match value.as_bytes()[0] {
            b'"' => (1, &['"'][..]),
            b'[' => (1, &[']'][..]),
            _ => (0, &[',', '}'][..]),
        };
        let length = value[from..].find(end).unwrap_or(0);
        value[from..from + length].trim().to_string()
    }

    fn number(&self, name: &str) -> f64 {
        self.member(name).parse().unwrap_or(0.0)
    }
}

fn list<T: ToString>(items: impl Iterator<Item = T>) -> String {
    items.map(|item| item.to_string()).collect::<Vec<_>>().join(",")
}

fn measure(s: &impl Strategy, request: &Request) -> Option<String> {
    let (mut iterations, mut measured_ns) = (request.number("iterations") as u64, 0.0);
    let (wanted_ns, mut tried) = (request.number("sample_seconds") * 1e9, 1);
    while iterations == 0 {
        let sample = take(s, request, tried)?;
        measured_ns += sample.took_ns;
        if sample.took_ns >= wanted_ns / 4.0 {
            iterations = (wanted_ns / sample.took_ns * tried as f64).round().max(1.0) as u64;
        }
        tried *= 2;
    }
    let mut samples = Vec::new();
    for _ in 0..request.number("samples") as u64 {
        samples.push(take(s, request, iterations)?);
    }
    measured_ns += samples.iter().map(|sample| sample.took_ns).sum::<f64>();
    let pus = request.member("pus"); // the process was bound to them before it began
    let (times, threads) = (iterations as f64, pus.split(',').count() as f64);
    Some(format!(
        "\"outcome\":\"ok\",\"iterations\":{iterations},\"linkage\":\"rustc -O\",\"measured_ms\":{},\"pus\":[{pus}],\
         \"samples\":{{\"real_ns\":[{}],\"cpu_ns\":[{}],\"involuntary_switches\":[{}]}},\"checksums\":[{}],\
         \"memory_peak_bytes\":{}",
        measured_ns * 1e-6,
        list(samples.iter().map(|sample| sample.took_ns / times)),
        list(samples.iter().map(|sample| sample.cpu_ns / times / threads)),
        list(samples.iter().map(|sample| sample.switches)),
        list(samples.iter().map(|sample| sample.sum as u32)),
        status("VmHWM") * 1024
    ))
}

fn respond_with(s: &impl Strategy, request: &Request) -> String {
    let (scenario, workload) = (request.member("scenario"), request.member("workload"));
    if scenario.is_empty() {
        let answer = if request.member("form") == "throughput" { measure(s, request) } else { None };
        return answer.unwrap_or_else(|| refusal("failed", "workload of that form,", &workload));
    }
    match prove(s, &scenario) {
        Some(Ok(())) => "\"outcome\":\"held\"".to_string(),
        Some(Err(reason)) => format!("\"outcome\":\"unproved\",\"reason\":\"{reason}\""),
        None => refusal("inapplicable", "scenario", &scenario),
    }
}

fn refusal(outcome: &str, what: &str, name: &str) -> String {
    format!("\"outcome\":\"{outcome}\",\"reason\":\"this peer has no {what} {name}\"")
}

fn respond(request: &Request) -> String {
    match request.member("strategy").as_str() {
        "rust-local" => respond_with(&Local, request),
        "rust-floor" => respond_with(&Floor { cell: VALUE }, request),
        other => refusal("failed", "strategy", other),
    }
}

fn main() {
    let mut line = String::new();
    std::io::stdin().read_line(&mut line).expect("a request on standard input");
    let request = Request(line);
    let version = request.member("protocol");
    if version != PROTOCOL {
        eprintln!("found protocol version {version}, wanted {PROTOCOL}");
        std::process::exit(2);
    }
    let worker = thread::Builder::new().stack_size(STACK_BYTES);
    let name = request.member("case");
    let answer = worker.spawn(move || respond(&request)).expect("a thread").join();
    match answer {
        Ok(answer) => println!("{{\"protocol\":{PROTOCOL},\"case\":\"{name}\",{answer}}}"),
        Err(_) => std::process::exit(1), // what it panicked with is told already
    }
}
