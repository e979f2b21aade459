//! What every program of a peer in Rust has: requests and answers, and what the system says. ../README.md has the
//! protocol. The standard library is all that it needs.

use std::thread;
use std::time::Instant;

const PROTOCOL: &str = "5";
const STACK_BYTES: usize = 256 << 20; // of the thread that does it all: 10,000 calls have room

/// What a scenario fails with: what was found, and what was wanted.
pub type Proof = Result<(), String>;

// ---- Samples ----

pub struct Sample {
    took_ns: f64,
    cpu_ns: f64,
    switches: u64,
    pub sum: u64,
}

pub struct Watch {
    switches: u64,
    cpu_ns: f64,
    began: Instant,
}

impl Watch {
    pub fn start() -> Watch {
        Watch { switches: status("nonvoluntary_ctxt_switches"), cpu_ns: cpu_ns(), began: Instant::now() }
    }

    pub fn stop(self, sum: u64) -> Sample {
        Sample {
            took_ns: self.began.elapsed().as_nanos() as f64,
            cpu_ns: cpu_ns() - self.cpu_ns,
            switches: status("nonvoluntary_ctxt_switches") - self.switches,
            sum,
        }
    }
}

pub fn timed(body: impl FnOnce() -> u64) -> Sample {
    let watch = Watch::start();
    let sum = body();
    watch.stop(sum)
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
pub struct Request(String);

impl Request {
    /// What stands behind the name, without quotes; of a list what is in it. Empty if there is none.
    pub fn member(&self, name: &str) -> String {
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

    pub fn number(&self, name: &str) -> f64 {
        self.member(name).parse().unwrap_or(0.0)
    }
}

fn list<T: ToString>(items: impl Iterator<Item = T>) -> String {
    items.map(|item| item.to_string()).collect::<Vec<_>>().join(",")
}

fn measure(request: &Request, linkage: &str, take: impl Fn(u64) -> Option<Sample>) -> Option<String> {
    let (mut iterations, mut measured_ns) = (request.number("iterations") as u64, 0.0);
    let (wanted_ns, mut tried) = (request.number("sample_seconds") * 1e9, 1);
    while iterations == 0 {
        let sample = take(tried)?;
        measured_ns += sample.took_ns;
        if sample.took_ns >= wanted_ns / 4.0 {
            iterations = (wanted_ns / sample.took_ns * tried as f64).round().max(1.0) as u64;
        }
        tried *= 2;
    }
    let mut samples = Vec::new();
    for _ in 0..request.number("samples") as u64 {
        samples.push(take(iterations)?);
    }
    measured_ns += samples.iter().map(|sample| sample.took_ns).sum::<f64>();
    let pus = request.member("pus"); // the process was bound to them before it began
    let (times, threads) = (iterations as f64, pus.split(',').count() as f64);
    Some(format!(
        "\"outcome\":\"ok\",\"iterations\":{iterations},\"linkage\":\"{linkage}\",\"measured_ms\":{},\"pus\":[{pus}],\
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

/// `take` goes through a workload once with so many iterations, `prove` tries a scenario; None: there is no such one.
pub fn respond_with(
    request: &Request,
    linkage: &str,
    take: impl Fn(u64) -> Option<Sample>,
    prove: impl Fn(&str) -> Option<Proof>,
) -> String {
    let (scenario, workload) = (request.member("scenario"), request.member("workload"));
    if scenario.is_empty() {
        let answer = if request.member("form") == "throughput" { measure(request, linkage, take) } else { None };
        return answer.unwrap_or_else(|| refusal("failed", "workload of that form,", &workload));
    }
    match prove(&scenario) {
        Some(Ok(())) => "\"outcome\":\"held\"".to_string(),
        Some(Err(reason)) => format!("\"outcome\":\"unproved\",\"reason\":\"{reason}\""),
        None => refusal("inapplicable", "scenario", &scenario),
    }
}

pub fn refusal(outcome: &str, what: &str, name: &str) -> String {
    format!("\"outcome\":\"{outcome}\",\"reason\":\"this peer has no {what} {name}\"")
}

/// The whole program.
pub fn answer_request(respond: fn(&Request) -> String) {
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
