# The peer of Ruby. Its parts are as those of ../python/peer.py, which explains them; ../README.md has the protocol.
require 'json'

PROTOCOL = 5
VALUE = 0x1234567 # what key 0 is bound to; key n is bound to VALUE + n
NO_CONTEXT = 0
NOT_SET = 1
SET = 2
SECOND = 1000 # the keys of the second manager begin here

# ---- Strategies: a context is a frozen hash, or nil. A read returns the answer, and leaves the value in `value`. ----

class Strategy
  attr_reader :value

  # Calls the block with so many keys bound, beside what is in force.
  def scope(first, count, &body)
    context = (current || {}).dup
    count.times { |i| context[first + i] = VALUE + first + i }
    call_with(context.freeze, &body)
  end

  def call_with(context)
    before = current
    put(context)
    yield
  ensure
    put(before)
  end

  def look_up(context, key)
    @value = 0
    return NO_CONTEXT if context.nil?

    value = context[key]
    return NOT_SET if value.nil?

    @value = value
    SET
  end
end

class FiberLocal < Strategy
  def current = Thread.current[:ctxbench]
  def put(context) = Thread.current[:ctxbench] = context
  def read(key) = look_up(Thread.current[:ctxbench], key)
end

class ThreadVariable < Strategy
  def current = Thread.current.thread_variable_get(:ctxbench)
  def put(context) = Thread.current.thread_variable_set(:ctxbench, context)
  def read(key) = look_up(Thread.current.thread_variable_get(:ctxbench), key)
end

class Floor < Strategy
  def initialize
    @cell = VALUE
  end

  def current = nil
  def scope(_first, _count) = yield
  def call_with(_context) = yield

  def read(_key)
    @value = @cell
    SET
  end
end

# Each thread has a strategy of its own, since a read leaves its value there.
STRATEGIES = { 'ruby-fiber' => FiberLocal, 'ruby-thread' => ThreadVariable, 'ruby-floor' => Floor }.freeze

def descend(depth, &body)
  depth.zero? ? body.call : descend(depth - 1, &body)
end

# ---- Workloads: each returns its checksum; its loop goes through `timed` ----

def get(s, timed, iterations, depth, up)
  reads = lambda do
    sum = 0
    iterations.times do
      s.read(0)
      sum += s.value
    end
    sum
  end
  between = lambda do |scopes|
    scopes.zero? ? descend(depth) { timed.call(reads) } : s.scope(1, 1) { between.call(scopes - 1) }
  end
  s.scope(0, 1) { between.call(up - 1) }
end

def miss(s, timed, iterations, depth, scope)
  reads = lambda do
    sum = 0
    iterations.times { sum += s.read(15) + 1 }
    sum
  end
  return descend(depth) { timed.call(reads) } if scope.zero?

  s.scope(0, 1) { descend(depth) { timed.call(reads) } }
end

def with(s, timed, iterations, keys, inside)
  bodies = 0
  loop_ = lambda do
    iterations.times { s.scope(0, keys) { bodies += 1 } }
    bodies
  end
  inside.zero? ? timed.call(loop_) : s.scope(0, 1) { timed.call(loop_) }
end

def nest(s, timed, iterations, scopes, reads)
  sum = 0
  level = lambda do |depth|
    reads.times do
      s.read(depth - 1)
      sum += s.value
      s.read(0)
      sum += s.value
    end
    s.scope(depth, 1) { level.call(depth + 1) } if depth < scopes
  end
  timed.call(lambda do
    iterations.times { s.scope(0, 1) { level.call(1) } }
    sum
  end)
end

def value_in(strategy, context)
  own = strategy.class.new
  own.call_with(context) { own.read(0) }
  own.value
end

def spawn_(s, timed, iterations, fanout, _fibers)
  loop_ = lambda do
    sum = 0
    iterations.times do
      children = Array.new(fanout) do
        inherited = s.current
        Thread.new { value_in(s, inherited) }
      end
      sum += children.sum(&:value)
    end
    sum
  end
  s.scope(0, 1) { timed.call(loop_) }
end

def handoff(s, timed, iterations, batch)
  asked = Queue.new
  answered = Queue.new
  server = Thread.new do
    own = s.class.new
    (iterations * batch).times do
      own.call_with(asked.pop[0]) { own.read(0) }
      answered << own.value
    end
    iterations * batch
  end
  ask = lambda do
    sum = 0
    iterations.times do
      batch.times { asked << [s.current] }
      batch.times { sum += answered.pop }
    end
    sum
  end
  s.scope(0, 1) { timed.call(ask) } + server.value
end

# By the names that a request has; the parameters of each, in the order in which its function takes them.
WORKLOADS = {
  'get' => [:get, 'depth', 'up'], 'miss' => [:miss, 'depth', 'scope'], 'with' => [:with, 'keys', 'inside'],
  'nest' => [:nest, 'nest', 'reads'], 'spawn' => [:spawn_, 'fanout', 'fibers'], 'handoff' => [:handoff, 'batch']
}.freeze

# ---- Scenarios: each returns when all is as wanted, and raises Broken otherwise ----

class Broken < StandardError; end

def want(s, where, key, answer, value = 0)
  found = s.read(key)
  return if found == answer && s.value == value

  raise Broken, "#{where}: found answer #{found} with value #{s.value}, wanted #{answer} with #{value}"
end

def bind(s, bindings, &body)
  s.call_with((s.current || {}).merge(bindings).freeze, &body)
end

# A thread with a strategy of its own; `value` raises what it ended with.
def in_thread(s, *arguments)
  thread = Thread.new { yield(s.class.new, *arguments) }
  thread.report_on_exception = false
  thread
end

def prove_nest(s)
  want(s, 'before any scope', 0, NO_CONTEXT)
  bind(s, 0 => 1) do
    bind(s, 1 => 2) do
      want(s, 'before the inner scope', 0, SET, 1)
      bind(s, 0 => 3) do
        want(s, 'in the inner scope, its own key', 0, SET, 3)
        want(s, "in the inner scope, the outer's other key", 1, SET, 2)
      end
      want(s, 'after the inner scope', 0, SET, 1)
    end
    want(s, 'after the middle scope, its key', 1, NOT_SET)
  end
  want(s, 'after all scopes', 0, NO_CONTEXT)
end

class Failure < StandardError; end

def failing_body(s, level)
  raise Failure if level == 5

  begin
    bind(s, 0 => level + 1) { failing_body(s, level + 1) }
  ensure
    want(s, 'behind a body that failed', 0, SET, level)
  end
end

def prove_failing_body(s)
  bind(s, 0 => 1) { failing_body(s, 1) }
  raise Broken, 'the failure of a body was lost'
rescue Failure
  want(s, 'behind the outermost scope, whose body failed', 0, NO_CONTEXT)
end

def prove_three_answers(s)
  want(s, 'outside of all scopes', 0, NO_CONTEXT)
  s.call_with({}) { want(s, 'in the empty context', 0, NOT_SET) }
  bind(s, 0 => 0) do
    want(s, 'a key bound to 0', 0, SET, 0)
    want(s, 'a key that is not bound', 1, NOT_SET)
    s.call_with(nil) { want(s, 'inside a scope whose context is none', 0, NO_CONTEXT) }
    want(s, 'behind a scope whose context is none', 0, SET, 0)
  end
end

def prove_two_managers(s)
  bind(s, 0 => 1, 1 => 5) do
    bind(s, SECOND => 2) do
      want(s, "the first manager's key", 0, SET, 1)
      want(s, "the second manager's key", SECOND, SET, 2)
      want(s, 'a key of the first manager asked of the second', SECOND + 1, NOT_SET)
    end
    want(s, "the second manager's key after its scope", SECOND, NOT_SET)
  end
end

def prove_deep(s)
  bind(s, 0 => 1) { descend(10_000) { want(s, '10,000 calls below the scope', 0, SET, 1) } }
end

def reuse(s, first)
  300.times do |round|
    value = first + 2 * round
    bind(s, 1 => value + 1) do
      bind(s, 0 => value, 2 + round % 2 => 7) do
        want(s, 'in a scope opened again and again', 0, SET, value)
        want(s, 'around it', 1, SET, value + 1)
        want(s, 'a key of the round before', 2 + (round + 1) % 2, NOT_SET)
      end
    end
  end
end

def prove_plain_child(s)
  bind(s, 0 => 1) do
    in_thread(s) { |own| want(own, 'in a thread that inherits nothing', 0, NO_CONTEXT) }.value
    want(s, 'in the parent of a plain thread', 0, SET, 1)
  end
end

def prove_inherit(s)
  may_read = Queue.new
  bind(s, 0 => 1) do
    child = in_thread(s, s.current) do |own, inherited|
      may_read.pop
      own.call_with(inherited) { want(own, 'in a thread that inherits, after its parent went on', 0, SET, 1) }
    end
    bind(s, 0 => 2) { may_read << true }
    child.value
  end
end

def prove_handoff(s)
  tasks = Queue.new
  pool = in_thread(s) do |own|
    1.upto(32) do |wanted|
      own.call_with(tasks.pop) { want(own, 'in a task on another thread', 0, SET, wanted) }
      want(own, 'on a pool thread, between its tasks', 0, NO_CONTEXT)
    end
  end
  1.upto(32) { |value| bind(s, 0 => value) { tasks << s.current } }
  pool.value
end

def prove_many_threads(s)
  Array.new(4) { |rival| in_thread(s) { |own| reuse(own, 1 + 1000 * rival) } }.each(&:value)
end

SCENARIOS = {
  'nest' => :prove_nest, 'failing-body' => :prove_failing_body, 'three-answers' => :prove_three_answers,
  'two-managers' => :prove_two_managers, 'deep' => :prove_deep, 'reuse' => ->(s) { reuse(s, 1) },
  'plain-child' => :prove_plain_child, 'inherit' => :prove_inherit, 'handoff' => :prove_handoff,
  'many-threads' => :prove_many_threads
}.freeze

# ---- Samples: the loop, gone through once with so many iterations ----

# A number in /proc/self/status.
def status(name)
  File.foreach('/proc/self/status') { |line| return line[/\d+/].to_i if line.start_with?(name) }
  0
end

def clock(which) = Process.clock_gettime(which, :nanosecond)

def take(run, iterations)
  sample = {}
  timed = lambda do |loop_|
    switches = status('nonvoluntary_ctxt_switches')
    cpu = clock(Process::CLOCK_PROCESS_CPUTIME_ID)
    began = clock(Process::CLOCK_MONOTONIC)
    sum = loop_.call
    sample[:took] = clock(Process::CLOCK_MONOTONIC) - began
    sample[:cpu] = clock(Process::CLOCK_PROCESS_CPUTIME_ID) - cpu
    sample[:switches] = status('nonvoluntary_ctxt_switches') - switches
    sum
  end
  sample[:checksum] = run.call(timed, iterations) % 2**32
  sample
end

# How many iterations take about so long; and the time that finding out took.
def calibrate(run, wanted_ns)
  iterations = 1
  spent = 0
  loop do
    sample = take(run, iterations)
    spent += sample[:took]
    return [[(wanted_ns * iterations / sample[:took]).round, 1].max, spent] if sample[:took] >= wanted_ns / 4

    iterations *= 2
  end
end

def measure(s, request)
  function, *names = WORKLOADS[request['workload']]
  parameters = request['parameters'].values_at(*names)
  run = ->(timed, iterations) { send(function, s, timed, iterations, *parameters) }
  iterations = request['iterations']
  spent = 0
  iterations, spent = calibrate(run, request['sample_seconds'] * 1e9) if iterations.zero?
  samples = Array.new(request['samples']) { take(run, iterations) }
  each = iterations.to_f
  {
    outcome: 'ok', iterations: iterations, linkage: "#{RUBY_ENGINE} #{RUBY_VERSION}",
    measured_ms: (spent + samples.sum { |sample| sample[:took] }) * 1e-6,
    pus: request['pus'], # the process was bound to them before it began
    samples: {
      real_ns: samples.map { |sample| sample[:took] / each },
      cpu_ns: samples.map { |sample| sample[:cpu] / each / request['pus'].size },
      involuntary_switches: samples.map { |sample| sample[:switches] }
    },
    checksums: samples.map { |sample| sample[:checksum] },
    memory_peak_bytes: status('VmHWM') * 1024
  }
end

def prove(s, scenario)
  scenario.is_a?(Symbol) ? send(scenario, s) : scenario.call(s)
  { outcome: 'held' }
rescue Broken => e
  { outcome: 'unproved', reason: e.message }
end

def respond(request)
  name, scenario, workload = request.values_at('strategy', 'scenario', 'workload')
  return { outcome: 'failed', reason: "this peer has no strategy #{name}" } unless STRATEGIES.key?(name)

  s = STRATEGIES[name].new
  if scenario
    return prove(s, SCENARIOS[scenario]) if SCENARIOS.key?(scenario)

    return { outcome: 'inapplicable', reason: "this peer has no scenario #{scenario}" }
  end
  return measure(s, request) if WORKLOADS.key?(workload) && request['form'] == 'throughput'

  { outcome: 'failed', reason: "this peer has no workload #{workload} of that form" }
end

request = JSON.parse($stdin.gets)
unless request['protocol'] == PROTOCOL
  warn "found protocol version #{request['protocol']}, wanted #{PROTOCOL}"
  exit 2
end
puts JSON.generate({ protocol: PROTOCOL, case: request['case'] }.merge(respond(request)))
