# The peer of Perl. Its parts are as those of ../python/peer.py, which explains them; ../README.md has the protocol.
# There are no threads: an interpreter has one.
use strict;
use warnings;
no warnings 'recursion';
use JSON::PP ();
use Time::HiRes qw(clock_gettime CLOCK_MONOTONIC CLOCK_PROCESS_CPUTIME_ID);

use constant {
    PROTOCOL   => 5,
    VALUE      => 0x1234567,    # what key 0 is bound to; key n is bound to VALUE + n
    NO_CONTEXT => 0,
    NOT_SET    => 1,
    SET        => 2,
};

our $context;    # a reference to what is bound, which nobody changes while it is in force

# ---- Strategies: a read returns the answer and the value ----

my %local = (
    current => sub { $context },
    with    => sub { my ($next, $body) = @_; local $context = $next; $body->() },
    scope   => sub {
        my ($first, $count, $body) = @_;
        my %next = $context ? %$context : ();
        $next{"first/$_"} = VALUE + $_ for $first .. $first + $count - 1;
        local $context = \%next;
        $body->();
    },
    read => sub {
        return (NO_CONTEXT, 0) unless $context;
        my $value = $context->{ $_[0] };
        return defined $value ? (SET, $value) : (NOT_SET, 0);
    },
);

my $cell  = VALUE;
my %floor = (
    current => sub { undef },
    with    => sub { $_[1]->() },
    scope   => sub { $_[2]->() },
    read    => sub { (SET, $cell) },
);

my %strategies = ('perl-local' => \%local, 'perl-floor' => \%floor);

sub descend {
    my ($depth, $body) = @_;
    return $depth == 0 ? $body->() : descend($depth - 1, $body);
}

# ---- Workloads: each returns its checksum; its loop goes through $timed ----

sub get {
    my ($s, $timed, $iterations, $p) = @_;
    my $read  = $s->{read};
    my $reads = sub {
        my $sum = 0;
        $sum += ($read->('first/0'))[1] for 1 .. $iterations;
        return $sum;
    };
    my $scopes = $p->{up} - 1;
    my $between;
    $between = sub {
        return descend($p->{depth}, sub { $timed->($reads) }) if $scopes-- == 0;
        return $s->{scope}->(1, 1, $between);
    };
    return $s->{scope}->(0, 1, $between);
}

sub miss {
    my ($s, $timed, $iterations, $p) = @_;
    my $read  = $s->{read};
    my $reads = sub {
        my $sum = 0;
        $sum += ($read->('first/15'))[0] + 1 for 1 .. $iterations;
        return $sum;
    };
    my $down = sub { descend($p->{depth}, sub { $timed->($reads) }) };
    return $p->{scope} ? $s->{scope}->(0, 1, $down) : $down->();
}

sub with {
    my ($s, $timed, $iterations, $p) = @_;
    my ($scope, $keys, $bodies) = ($s->{scope}, $p->{keys}, 0);
    my $body = sub { $bodies++ };
    my $loop = sub { $scope->(0, $keys, $body) for 1 .. $iterations; return $bodies };
    return $p->{inside} ? $scope->(0, 1, sub { $timed->($loop) }) : $timed->($loop);
}

sub nest {
    my ($s, $timed, $iterations, $p) = @_;
    my ($read, $scope, $scopes, $reads) = ($s->{read}, $s->{scope}, $p->{nest}, $p->{reads});
    my ($sum, $depth, $level) = (0, 0);
    $level = sub {
        my $own = 'first/' . ($depth - 1);
        $sum += ($read->($own))[1] + ($read->('first/0'))[1] for 1 .. $reads;
        $scope->($depth++, 1, $level) if $depth < $scopes;
    };
    return $timed->(
        sub {
            for (1 .. $iterations) {
                $depth = 1;
                $scope->(0, 1, $level);
            }
            return $sum;
        }
    );
}

my %workloads = (get => \&get, miss => \&miss, with => \&with, nest => \&nest);

# ---- Scenarios: each dies of what was found and what was wanted, as a reference ----

sub want {
    my ($s, $where, $number, $answer, $value, $manager) = @_;
    my ($found, $read) = $s->{read}->(($manager // 'first') . "/$number");
    die \"$where: found answer $found with value $read, wanted $answer with $value\n"
      if $found != $answer || $read != $value;
}

# Bindings are pairs of "manager/number" and a value.
sub bind_all {
    my ($s, $bindings, $body) = @_;
    return $s->{with}->({ %{ $s->{current}->() // {} }, @$bindings }, $body);
}

sub prove_nest {
    my ($s) = @_;
    want($s, 'before any scope', 0, NO_CONTEXT, 0);
    my $inner = sub {
        want($s, 'in the inner scope, its own key', 0, SET, 3);
        want($s, "in the inner scope, the outer's other key", 1, SET, 2);
    };
    my $middle = sub {
        want($s, 'before the inner scope', 0, SET, 1);
        bind_all($s, [ 'first/0', 3 ], $inner);
        want($s, 'after the inner scope', 0, SET, 1);
    };
    my $outer = sub {
        bind_all($s, [ 'first/1', 2 ], $middle);
        want($s, 'after the middle scope, its key', 1, NOT_SET, 0);
    };
    bind_all($s, [ 'first/0', 1 ], $outer);
    want($s, 'after all scopes', 0, NO_CONTEXT, 0);
}

sub failing_body {
    my ($s, $level) = @_;
    die "the body fails\n" if $level == 5;
    eval { bind_all($s, [ 'first/0', $level + 1 ], sub { failing_body($s, $level + 1) }); 1 } and return;
    my $raised = $@;
    want($s, 'behind a body that failed', 0, SET, $level);
    die $raised;
}

sub prove_failing_body {
    my ($s) = @_;
    eval { bind_all($s, [ 'first/0', 1 ], sub { failing_body($s, 1) }); 1 } and die \'the failure of a body was lost';
    die $@ if $@ ne "the body fails\n";
    want($s, 'behind the outermost scope, whose body failed', 0, NO_CONTEXT, 0);
}

sub prove_three_answers {
    my ($s) = @_;
    want($s, 'outside of all scopes', 0, NO_CONTEXT, 0);
    $s->{with}->({}, sub { want($s, 'in the empty context', 0, NOT_SET, 0) });
    my $inside = sub {
        want($s, 'a key bound to 0', 0, SET, 0);
        want($s, 'a key that is not bound', 1, NOT_SET, 0);
        $s->{with}->(undef, sub { want($s, 'inside a scope whose context is none', 0, NO_CONTEXT, 0) });
        want($s, 'behind a scope whose context is none', 0, SET, 0);
    };
    bind_all($s, [ 'first/0', 0 ], $inside);
}

sub prove_two_managers {
    my ($s) = @_;
    my $inner = sub {
        want($s, "the first manager's key", 0, SET, 1);
        want($s, "the second manager's key", 0, SET, 2, 'second');
        want($s, 'a key of the first manager asked of the second', 1, NOT_SET, 0, 'second');
    };
    my $outer = sub {
        bind_all($s, [ 'second/0', 2 ], $inner);
        want($s, "the second manager's key after its scope", 0, NOT_SET, 0, 'second');
    };
    bind_all($s, [ 'first/0', 1, 'first/1', 5 ], $outer);
}

sub prove_deep {
    my ($s) = @_;
    bind_all($s, [ 'first/0', 1 ], sub { descend(10000, sub { want($s, '10,000 calls below', 0, SET, 1) }) });
}

sub prove_reuse {
    my ($s) = @_;
    for my $round (0 .. 299) {
        my $value = 1 + 2 * $round;
        my $inner = sub {
            want($s, 'in a scope opened again and again', 0, SET, $value);
            want($s, 'around it', 1, SET, $value + 1);
            want($s, 'a key of the round before', 2 + ($round + 1) % 2, NOT_SET, 0);
        };
        my $outer = sub { bind_all($s, [ 'first/0', $value, 'first/' . (2 + $round % 2), 7 ], $inner) };
        bind_all($s, [ 'first/1', $value + 1 ], $outer);
    }
}

my %scenarios = (
    'nest'          => \&prove_nest,
    'failing-body'  => \&prove_failing_body,
    'three-answers' => \&prove_three_answers,
    'two-managers'  => \&prove_two_managers,
    'deep'          => \&prove_deep,
    'reuse'         => \&prove_reuse,
);

# ---- Samples ----

# A number in /proc/self/status.
sub status {
    my ($name) = @_;
    open my $file, '<', '/proc/self/status' or die "/proc/self/status: $!\n";
    while (my $line = <$file>) {
        return $1 if $line =~ /^\Q$name\E:\s*(\d+)/;
    }
    return 0;
}

sub take {
    my ($run, $iterations) = @_;
    my %sample;
    my $timed = sub {
        my ($loop) = @_;
        my $switches = status('nonvoluntary_ctxt_switches');
        my ($cpu, $began) = (clock_gettime(CLOCK_PROCESS_CPUTIME_ID), clock_gettime(CLOCK_MONOTONIC));
        my $sum = $loop->();
        $sample{took}     = clock_gettime(CLOCK_MONOTONIC) - $began;
        $sample{cpu}      = clock_gettime(CLOCK_PROCESS_CPUTIME_ID) - $cpu;
        $sample{switches} = status('nonvoluntary_ctxt_switches') - $switches;
        return $sum;
    };
    $sample{checksum} = $run->($timed, $iterations) % 2**32;
    return \%sample;
}

sub measure {
    my ($s, $request) = @_;
    my $workload = $workloads{ $request->{workload} };
    my $run      = sub { $workload->($s, @_, $request->{parameters}) };
    my ($iterations, $spent, $seconds) = ($request->{iterations}, 0, $request->{sample_seconds});
    for (my $tried = 1 ; $iterations == 0 ; $tried *= 2) {
        my $sample = take($run, $tried);
        $spent += $sample->{took};
        $iterations = 1 + int($seconds / $sample->{took} * $tried) if $sample->{took} >= $seconds / 4;
    }
    my @samples = map { take($run, $iterations) } 1 .. $request->{samples};
    $spent += $_->{took} for @samples;
    return {
        outcome     => 'ok',
        iterations  => $iterations,
        linkage     => sprintf('perl %vd', $^V),
        measured_ms => $spent * 1e3,
        pus         => $request->{pus},    # the process was bound to them before it began
        samples     => {
            real_ns              => [ map { $_->{took} / $iterations * 1e9 } @samples ],
            cpu_ns               => [ map { $_->{cpu} / $iterations * 1e9 } @samples ],
            involuntary_switches => [ map { 0 + $_->{switches} } @samples ],
        },
        checksums         => [ map { $_->{checksum} } @samples ],
        memory_peak_bytes => 1024 * status('VmHWM'),
    };
}

sub prove {
    my ($s, $scenario) = @_;
    return { outcome => 'held' } if eval { $scenario->($s); 1 };
    die $@ unless ref $@ eq 'SCALAR';
    chomp(my $reason = ${$@});
    return { outcome => 'unproved', reason => $reason };
}

sub respond {
    my ($request) = @_;
    my ($s, $scenario, $workload) = ($strategies{ $request->{strategy} }, @$request{qw(scenario workload)});
    return { outcome => 'failed', reason => qq(this peer has no strategy "$request->{strategy}") } unless $s;
    if (defined $scenario) {
        my $proof = $scenarios{$scenario};
        return $proof ? prove($s, $proof) : { outcome => 'inapplicable', reason => qq(no scenario "$scenario") };
    }
    return { outcome => 'failed', reason => qq(this peer has no workload "$workload" of that form) }
      unless $workloads{$workload} && $request->{form} eq 'throughput';
    return measure($s, $request);
}

my $request = JSON::PP::decode_json(scalar <STDIN>);
if ($request->{protocol} != PROTOCOL) {
    print STDERR "found protocol version $request->{protocol}, wanted ${\PROTOCOL}\n";
    exit 2;
}
my $answer = respond($request);
@$answer{qw(protocol case)} = (PROTOCOL, $request->{case});
print JSON::PP::encode_json($answer), "\n";
