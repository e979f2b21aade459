// The peer of Node.js. Its parts are as those of ../python/peer.py, which explains them; ../README.md has the protocol.
// What is a thread elsewhere is a task here: an asynchronous function that has waited at least once.
'use strict';

const { AsyncLocalStorage } = require('async_hooks');
const fs = require('fs');

const PROTOCOL = 5;
const VALUE = 0x1234567; // what key 0 is bound to; key n is bound to VALUE + n
const NO_CONTEXT = 0, NOT_SET = 1, SET = 2;
const WARM_UP_MS = 60, WARM_UP_MAX_MS = 500; // of each loop, so that it is compiled
const STEADY = 5; // so many passes in a row are no faster than the best before

// Keys are objects: a Map finds them by identity.
const keys = { first: [], second: [] };
for (let number = 0; number < 128; number++) {
  keys.first.push({ number });
  keys.second.push({ number });
}

// ---- Strategies ----
//
// A read returns the answer, and leaves the value in `value`: an object for each read would be measured along.

class Als {
  storage = new AsyncLocalStorage();
  value = 0;

  current() {
    return this.storage.getStore();
  }

  callWith(context, body) {
    return this.storage.run(context, body);
  }

  scope(first, count, body) {
    const context = new Map(this.storage.getStore());
    for (let number = first; number < first + count; number++) context.set(keys.first[number], VALUE + number);
    return this.storage.run(context, body);
  }

  read(key) {
    this.value = 0;
    const context = this.storage.getStore();
    if (context === undefined) return NO_CONTEXT;
    const value = context.get(key);
    if (value === undefined) return NOT_SET;
    this.value = value;
    return SET;
  }
}

class Floor {
  value = 0;
  cell = VALUE;

  current() {
    return undefined;
  }

  callWith(context, body) {
    return body();
  }

  scope(first, count, body) {
    return body();
  }

  read() {
    this.value = this.cell;
    return SET;
  }
}

const strategies = { 'node-als': Als, 'node-floor': Floor };

const descend = (depth, body) => (depth === 0 ? body() : descend(depth - 1, body));
const turn = () => new Promise(setImmediate); // lets all other tasks run

// ---- Workloads: each returns its checksum modulo 2^32, and has its loop timed ----

function get(strategy, timed, iterations, { depth, up }) {
  const wanted = keys.first[0];
  const reads = () => {
    let sum = 0;
    for (let i = 0; i < iterations; i++) {
      strategy.read(wanted);
      sum = (sum + strategy.value) | 0;
    }
    return sum;
  };
  let scopes = up - 1;
  const between = () => {
    if (scopes === 0) return descend(depth, () => timed(reads));
    scopes--;
    return strategy.scope(1, 1, between);
  };
  return strategy.scope(0, 1, between);
}

function miss(strategy, timed, iterations, { depth, scope }) {
  const wanted = keys.first[15];
  const reads = () => {
    let sum = 0;
    for (let i = 0; i < iterations; i++) sum = (sum + strategy.read(wanted) + 1) | 0;
    return sum;
  };
  const down = () => descend(depth, () => timed(reads));
  return scope === 1 ? strategy.scope(0, 1, down) : down();
}

function with_(strategy, timed, iterations, { keys: count, inside }) {
  let bodies = 0;
  const body = () => {
    bodies++;
  };
  const loop = () => {
    for (let i = 0; i < iterations; i++) strategy.scope(0, count, body);
    return bodies | 0;
  };
  return inside === 1 ? strategy.scope(0, 1, () => timed(loop)) : timed(loop);
}

function nest(strategy, timed, iterations, { nest: scopes, reads }) {
  const outermost = keys.first[0];
  let sum = 0, depth = 0;
  const level = () => {
    const own = keys.first[depth - 1];
    for (let i = 0; i < reads; i++) {
      strategy.read(own);
      sum = (sum + strategy.value) | 0;
      strategy.read(outermost);
      sum = (sum + strategy.value) | 0;
    }
    if (depth < scopes) strategy.scope(depth++, 1, level);
  };
  return timed(() => {
    for (let i = 0; i < iterations; i++) {
      depth = 1;
      strategy.scope(0, 1, level);
    }
    return sum;
  });
}

function spawn(strategy, timed, iterations, { fanout }) {
  const wanted = keys.first[0];
  const child = async () => {
    await null;
    strategy.read(wanted);
    return strategy.value;
  };
  const loop = async () => {
    let sum = 0;
    for (let i = 0; i < iterations; i++) {
      const children = [];
      for (let c = 0; c < fanout; c++) children.push(child());
      for (const value of await Promise.all(children)) sum = (sum + value) | 0;
    }
    return sum;
  };
  return strategy.scope(0, 1, () => timed(loop));
}

// A queue between two tasks: who takes waits until there is something.
class Queue {
  items = [];
  waiting = null;

  put(item) {
    if (this.waiting === null) {
      this.items.push(item);
      return;
    }
    const resume = this.waiting;
    this.waiting = null;
    resume(item);
  }

  take() {
    if (this.items.length > 0) return this.items.shift();
    return new Promise((resolve) => {
      this.waiting = resolve;
    });
  }
}

async function handoff(strategy, timed, iterations, { batch }) {
  const wanted = keys.first[0], asked = new Queue(), answered = new Queue();
  const read = () => {
    strategy.read(wanted);
    return strategy.value;
  };
  const serve = async () => {
    let served = 0;
    for (; served < iterations * batch; served++) answered.put(strategy.callWith((await asked.take()).context, read));
    return served;
  };
  const server = serve();
  const ask = async () => {
    let sum = 0;
    for (let i = 0; i < iterations; i++) {
      for (let b = 0; b < batch; b++) asked.put({ context: strategy.current() });
      for (let b = 0; b < batch; b++) sum = (sum + (await answered.take())) | 0;
    }
    return sum;
  };
  const sum = await strategy.scope(0, 1, () => timed(ask));
  return (sum + (await server)) | 0;
}

const workloads = { get, miss, with: with_, nest, spawn, handoff };

// ---- Scenarios ----

class Broken extends Error {}

function want(strategy, where, number, answer, value = 0, manager = 'first') {
  const found = strategy.read(keys[manager][number]);
  if (found !== answer || strategy.value !== value)
    throw new Broken(`${where}: found answer ${found} with value ${strategy.value}, wanted ${answer} with ${value}`);
}

// bindings: [[number, value, manager], ...]
function scope(strategy, bindings, body) {
  const context = new Map(strategy.current());
  for (const [number, value, manager = 'first'] of bindings) context.set(keys[manager][number], value);
  return strategy.callWith(context, body);
}

function proveNest(s) {
  want(s, 'before any scope', 0, NO_CONTEXT);
  scope(s, [[0, 1]], () => {
    scope(s, [[1, 2]], () => {
      want(s, 'before the inner scope', 0, SET, 1);
      scope(s, [[0, 3]], () => {
        want(s, 'in the inner scope, its own key', 0, SET, 3);
        want(s, "in the inner scope, the outer's other key", 1, SET, 2);
      });
      want(s, 'after the inner scope', 0, SET, 1);
    });
    want(s, 'after the middle scope, its key', 1, NOT_SET);
  });
  want(s, 'after all scopes', 0, NO_CONTEXT);
}

function proveFailingBody(s) {
  const failure = new Error('the body fails');
  const body = (level) => {
    if (level === 5) throw failure;
    try {
      scope(s, [[0, level + 1]], () => body(level + 1));
    } finally {
      want(s, 'behind a body that failed', 0, SET, level);
    }
  };
  let caught = null;
  try {
    scope(s, [[0, 1]], () => body(1));
  } catch (error) {
    caught = error;
  }
  if (caught !== failure) throw caught ?? new Broken('the failure of a body was lost');
  want(s, 'behind the outermost scope, whose body failed', 0, NO_CONTEXT);
}

function proveThreeAnswers(s) {
  want(s, 'outside of all scopes', 0, NO_CONTEXT);
  s.callWith(new Map(), () => want(s, 'in the empty context', 0, NOT_SET));
  scope(s, [[0, 0]], () => {
    want(s, 'a key bound to 0', 0, SET, 0);
    want(s, 'a key that is not bound', 1, NOT_SET);
    s.callWith(undefined, () => want(s, 'inside a scope whose context is none', 0, NO_CONTEXT));
    want(s, 'behind a scope whose context is none', 0, SET, 0);
  });
}

function proveTwoManagers(s) {
  scope(s, [[0, 1], [1, 5]], () => {
    scope(s, [[0, 2, 'second']], () => {
      want(s, "the first manager's key", 0, SET, 1);
      want(s, "the second manager's key", 0, SET, 2, 'second');
      want(s, 'a key of the first manager asked of the second', 1, NOT_SET, 0, 'second');
    });
    want(s, "the second manager's key after its scope", 0, NOT_SET, 0, 'second');
  });
}

function proveDeep(s) {
  scope(s, [[0, 1]], () => descend(10000, () => want(s, '10,000 calls below the scope', 0, SET, 1)));
}

async function reuse(s, first, pause) {
  for (let value = first; value < first + 600; value += 2)
    await scope(s, [[1, value + 1]], () =>
      scope(s, [[0, value], [2 + (((value / 2) | 0) % 2), 7]], async () => {
        await pause();
        want(s, 'in a scope opened again and again', 0, SET, value);
        want(s, 'around it', 1, SET, value + 1);
        want(s, 'a key of the round before', 2 + ((((value + 2) / 2) | 0) % 2), NOT_SET);
      }));
}

async function provePlainChild(s) {
  await scope(s, [[0, 1]], async () => {
    const child = (async () => {
      await turn();
      want(s, 'in a task that is to inherit nothing', 0, NO_CONTEXT);
    })();
    await child;
    want(s, 'in the parent of a plain task', 0, SET, 1);
  });
}

async function proveInherit(s) {
  await scope(s, [[0, 1]], async () => {
    const child = (async () => {
      await turn();
      want(s, 'in a task that inherits, after its parent went on', 0, SET, 1);
    })();
    await scope(s, [[0, 2]], () => child);
  });
}

async function proveHandoff(s) {
  const queue = new Queue();
  const pool = (async () => {
    for (let wanted = 1; wanted <= 32; wanted++) {
      const { context } = await queue.take();
      s.callWith(context, () => want(s, 'in a task of another', 0, SET, wanted));
      want(s, 'in the pool, between its tasks', 0, NO_CONTEXT);
    }
  })();
  for (let value = 1; value <= 32; value++) scope(s, [[0, value]], () => queue.put({ context: s.current() }));
  await pool;
}

const scenarios = {
  nest: proveNest,
  'failing-body': proveFailingBody,
  'three-answers': proveThreeAnswers,
  'two-managers': proveTwoManagers,
  deep: proveDeep,
  reuse: (s) => reuse(s, 1, () => null),
  'plain-child': provePlainChild,
  inherit: proveInherit,
  handoff: proveHandoff,
  'many-threads': (s) => Promise.all([0, 1, 2, 3].map((rival) => reuse(s, 1 + 1000 * rival, turn))),
};

// ---- Samples ----

async function take(run, iterations, threads) {
  const sample = {};
  const timed = async (loop) => {
    const switches = process.resourceUsage().involuntaryContextSwitches;
    const cpu = process.cpuUsage(), began = process.hrtime.bigint();
    const checksum = await loop();
    sample.tookNs = Number(process.hrtime.bigint() - began);
    const { user, system } = process.cpuUsage(cpu);
    sample.realNs = sample.tookNs / iterations;
    sample.cpuNs = ((user + system) * 1e3) / iterations / threads;
    sample.switches = process.resourceUsage().involuntaryContextSwitches - switches;
    return checksum;
  };
  sample.checksum = (await run(timed, iterations)) >>> 0;
  return sample;
}

// How many iterations take about so long; and the time that finding out took.
async function calibrate(run, threads, seconds) {
  let spentNs = 0;
  for (let iterations = 1; ; iterations *= 2) {
    const sample = await take(run, iterations, threads);
    spentNs += sample.tookNs;
    if (sample.tookNs >= (seconds * 1e9) / 4)
      return [Math.max(1, Math.round((seconds * 1e9) / sample.realNs)), spentNs];
  }
}

// Until the loop gets no faster any more; how long that took, in milliseconds.
async function warmUp(run, threads) {
  const began = process.hrtime.bigint();
  let iterations = 1, best = Infinity, steady = 0, tookMs = 0;
  while (tookMs < WARM_UP_MAX_MS && (tookMs < WARM_UP_MS || steady < STEADY)) {
    const sample = await take(run, iterations, threads);
    steady = sample.realNs < 0.95 * best ? 0 : steady + 1;
    best = Math.min(best, sample.realNs);
    if (sample.tookNs < (WARM_UP_MS * 1e6) / 16) iterations *= 2;
    tookMs = Number(process.hrtime.bigint() - began) * 1e-6;
  }
  return tookMs;
}

async function measure(strategy, request) {
  const threads = request.pus.length;
  const run = (timed, iterations) =>
    workloads[request.workload](strategy, timed, iterations, request.parameters);
  const warmUpMs = await warmUp(run, threads);
  let iterations = request.iterations, spentNs = 0;
  if (iterations === 0) [iterations, spentNs] = await calibrate(run, threads, request.sample_seconds);
  const samples = [];
  for (let i = 0; i < request.samples; i++) samples.push(await take(run, iterations, threads));
  for (const sample of samples) spentNs += sample.tookNs;
  return {
    outcome: 'ok',
    iterations,
    linkage: `Node.js ${process.versions.node}, V8 ${process.versions.v8}`,
    measured_ms: spentNs * 1e-6,
    warm_up_ms: warmUpMs,
    pus: request.pus, // the process was bound to them before it began
    samples: {
      real_ns: samples.map((sample) => sample.realNs),
      cpu_ns: samples.map((sample) => sample.cpuNs),
      involuntary_switches: samples.map((sample) => sample.switches),
    },
    checksums: samples.map((sample) => sample.checksum),
    memory_peak_bytes: process.resourceUsage().maxRSS * 1024,
  };
}

async function prove(strategy, scenario) {
  try {
    await scenarios[scenario](strategy);
  } catch (error) {
    if (error instanceof Broken) return { outcome: 'unproved', reason: error.message };
    throw error;
  }
  return { outcome: 'held' };
}

function respond(request) {
  const has = (table, name) => Object.prototype.hasOwnProperty.call(table, name);
  const named = request.strategy.replace(/^node24-/, 'node-'); // ../node24/ runs this program in another version
  if (!has(strategies, named))
    return { outcome: 'failed', reason: `this peer has no strategy "${request.strategy}"` };
  const strategy = new strategies[named]();
  if (request.scenario !== undefined)
    return has(scenarios, request.scenario)
      ? prove(strategy, request.scenario)
      : { outcome: 'inapplicable', reason: `this peer has no scenario "${request.scenario}"` };
  if (!has(workloads, request.workload) || request.form !== 'throughput')
    return { outcome: 'failed', reason: `this peer has no workload "${request.workload}" of that form` };
  return measure(strategy, request);
}

async function main() {
  const request = JSON.parse(fs.readFileSync(0, 'utf8'));
  if (request.protocol !== PROTOCOL) {
    console.error(`found protocol version ${request.protocol}, wanted ${PROTOCOL}`);
    process.exit(2);
  }
  const found = await respond(request);
  fs.writeSync(1, `${JSON.stringify({ protocol: PROTOCOL, case: request.case, ...found })}\n`);
}

main();
