package main

import (
	"context"
	"fmt"
	"runtime"
)

// Each returns when all is as wanted, and panics with a broken otherwise. What they prove: ../../conformance/.
var scenarios = map[string]func(s strategy){
	"nest":          proveNest,
	"failing-body":  proveFailingBody,
	"three-answers": proveThreeAnswers,
	"two-managers":  proveTwoManagers,
	"deep":          proveDeep,
	"reuse":         func(s strategy) { reuse(s, 1) },
	"plain-child":   provePlainChild,
	"inherit":       proveInherit,
	"handoff":       proveHandoff,
	"many-threads":  proveManyThreads,
}

type broken string

func wantAt(s strategy, ctx context.Context, where string, k *key, wanted answer, value uint64) {
	found, got := s.read(ctx, k)
	if found != wanted || got != value {
		panic(broken(fmt.Sprintf("%s: found answer %d with value %d, wanted %d with %d", where, found, got, wanted,
			value)))
	}
}

func want(s strategy, ctx context.Context, where string, number int, wanted answer, value uint64) {
	wantAt(s, ctx, where, &keys[0][number], wanted, value)
}

func withOne(s strategy, ctx context.Context, number int, value uint64, body func(context.Context)) {
	s.with(ctx, []binding{{&keys[0][number], value}}, body)
}

// What a goroutine panics with is raised where it is waited for.
type child chan interface{}

func (c child) run(body func()) {
	defer func() { c <- recover() }()
	body()
}

func (c child) join() {
	if raised := <-c; raised != nil {
		panic(raised)
	}
}

func proveNest(s strategy) {
	none := context.Background()
	want(s, none, "before any scope", 0, noContext, 0)
	withOne(s, none, 0, 1, func(ctx context.Context) {
		withOne(s, ctx, 1, 2, func(ctx context.Context) {
			want(s, ctx, "before the inner scope", 0, set, 1)
			withOne(s, ctx, 0, 3, func(ctx context.Context) {
				want(s, ctx, "in the inner scope, its own key", 0, set, 3)
				want(s, ctx, "in the inner scope, the outer's other key", 1, set, 2)
			})
			want(s, ctx, "after the inner scope", 0, set, 1)
		})
		want(s, ctx, "after the middle scope, its key", 1, notSet, 0)
	})
	want(s, none, "after all scopes", 0, noContext, 0)
}

func proveFailingBody(s strategy) {
	none := context.Background()
	const failure = "the body fails"
	var body func(ctx context.Context, level uint64)
	body = func(ctx context.Context, level uint64) {
		if level == 5 {
			panic(failure)
		}
		defer func() {
			raised := recover()
			want(s, ctx, "behind a body that failed", 0, set, level)
			panic(raised)
		}()
		withOne(s, ctx, 0, level+1, func(ctx context.Context) { body(ctx, level+1) })
	}
	func() {
		defer func() {
			if raised := recover(); raised != failure {
				panic(raised)
			}
		}()
		withOne(s, none, 0, 1, func(ctx context.Context) { body(ctx, 1) })
	}()
	want(s, none, "behind the outermost scope, whose body failed", 0, noContext, 0)
}

func proveThreeAnswers(s strategy) {
	none := context.Background()
	want(s, none, "outside of all scopes", 0, noContext, 0)
	s.empty(none, func(ctx context.Context) { want(s, ctx, "in the empty context", 0, notSet, 0) })
	withOne(s, none, 0, 0, func(ctx context.Context) {
		want(s, ctx, "a key bound to 0", 0, set, 0)
		want(s, ctx, "a key that is not bound", 1, notSet, 0)
		s.without(ctx, func(ctx context.Context) {
			want(s, ctx, "inside a scope whose context is none", 0, noContext, 0)
		})
		want(s, ctx, "behind a scope whose context is none", 0, set, 0)
	})
}

func proveTwoManagers(s strategy) {
	first, second := &keys[0], &keys[1]
	s.with(context.Background(), []binding{{&first[0], 1}, {&first[1], 5}}, func(ctx context.Context) {
		s.with(ctx, []binding{{&second[0], 2}}, func(ctx context.Context) {
			wantAt(s, ctx, "the first manager's key", &first[0], set, 1)
			wantAt(s, ctx, "the second manager's key", &second[0], set, 2)
			wantAt(s, ctx, "a key of the first manager asked of the second", &second[1], notSet, 0)
		})
		wantAt(s, ctx, "the second manager's key after its scope", &second[0], notSet, 0)
	})
}

func proveDeep(s strategy) {
	withOne(s, context.Background(), 0, 1, descend(10000, func(ctx context.Context) {
		want(s, ctx, "10,000 calls below the scope", 0, set, 1)
	}))
}

func reuse(s strategy, first uint64) {
	for value := first; value < first+600; value += 2 {
		value := value
		withOne(s, context.Background(), 1, value+1, func(ctx context.Context) {
			s.with(ctx, []binding{{&keys[0][0], value}, {&keys[0][2+value/2%2], 7}}, func(ctx context.Context) {
				want(s, ctx, "in a scope opened again and again", 0, set, value)
				want(s, ctx, "around it", 1, set, value+1)
				want(s, ctx, "a key of the round before", int(2+(value+2)/2%2), notSet, 0)
			})
		})
	}
}

func provePlainChild(s strategy) {
	withOne(s, context.Background(), 0, 1, func(ctx context.Context) {
		plain := make(child)
		go plain.run(func() {
			want(s, context.Background(), "in a goroutine that inherits nothing", 0, noContext, 0)
		})
		plain.join()
		want(s, ctx, "in the parent of a plain goroutine", 0, set, 1)
	})
}

// On one processor a goroutine does not begin before the one that starts it waits: here, inside another scope.
func proveInherit(s strategy) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	withOne(s, context.Background(), 0, 1, func(ctx context.Context) {
		inheriting := make(child)
		s.start(ctx, func(ctx context.Context) {
			inheriting.run(func() {
				want(s, ctx, "in a goroutine that inherits, after its parent went on", 0, set, 1)
			})
		})
		withOne(s, ctx, 0, 2, func(context.Context) { inheriting.join() })
	})
}

func proveHandoff(s strategy) {
	const tasks = 32
	queue := make(chan captured, tasks)
	pool := make(child)
	go pool.run(func() {
		for wanted := uint64(1); wanted <= tasks; wanted++ {
			s.resume(<-queue, func(ctx context.Context) { want(s, ctx, "in a task elsewhere", 0, set, wanted) })
			want(s, context.Background(), "on a pool goroutine, between its tasks", 0, noContext, 0)
		}
	})
	for value := uint64(1); value <= tasks; value++ {
		withOne(s, context.Background(), 0, value, func(ctx context.Context) { queue <- s.capture(ctx) })
	}
	pool.join()
}

func proveManyThreads(s strategy) {
	rivals := []child{make(child), make(child), make(child), make(child)}
	for i, rival := range rivals {
		first := uint64(1 + 1000*i)
		go rival.run(func() { reuse(s, first) })
	}
	for _, rival := range rivals {
		rival.join()
	}
}
