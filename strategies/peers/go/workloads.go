package main

import (
	"context"
	"sync"
)

// One measurement of a workload: its loop goes through timed, with what comes before and after it left out.
type job struct {
	strategy   strategy
	iterations int
	parameters []int
	timed      func(loop func())
}

type workload struct {
	parameters []string // in the order in which the function finds them
	run        func(j *job) uint64
}

var workloads = map[string]workload{
	"get":     {[]string{"depth", "up"}, get},
	"miss":    {[]string{"depth", "scope"}, miss},
	"with":    {[]string{"keys", "inside"}, with},
	"nest":    {[]string{"nest", "reads"}, nest},
	"spawn":   {[]string{"fanout", "fibers"}, spawn},
	"handoff": {[]string{"batch"}, handoff},
}

// So many bindings from a key on. To make a scope of them is the strategy's work, to list them is nobody's.
func bindingsFrom(first, count int) []binding {
	return allBindings[first : first+count]
}

var allBindings [keyCount]binding

func init() {
	for n := range allBindings {
		allBindings[n] = binding{&keys[0][n], uint64(benchValue + n)}
	}
}

// ---- A deep stack of several functions, whose frames differ in size ----

type frame func(context.Context, *descent)

type descent struct {
	left int
	leaf frame
}

// What the next call is; inlined, so that it is no frame of its own.
func (d *descent) next() frame {
	if d.left == 0 {
		return d.leaf
	}
	d.left--
	return frames[d.left%len(frames)]
}

func descend(depth int, leaf func(context.Context)) func(context.Context) {
	d := &descent{depth, func(ctx context.Context, _ *descent) { leaf(ctx) }}
	return func(ctx context.Context) { d.next()(ctx, d) }
}

var frames []frame

func init() {
	frames = []frame{frame0, frame1, frame2, frame3}
}

var sink byte

//go:noinline
func frame0(ctx context.Context, d *descent) {
	d.next()(ctx, d)
	sink++
}

//go:noinline
func frame1(ctx context.Context, d *descent) {
	locals := [24]byte{}
	d.next()(ctx, d)
	sink += locals[d.left%len(locals)]
}

//go:noinline
func frame2(ctx context.Context, d *descent) {
	locals := [120]byte{}
	d.next()(ctx, d)
	sink += locals[d.left%len(locals)]
}

//go:noinline
func frame3(ctx context.Context, d *descent) {
	locals := [56]byte{}
	d.next()(ctx, d)
	sink += locals[d.left%len(locals)]
}

// ---- Workloads ----

func get(j *job) uint64 {
	var sum uint64
	wanted := &keys[0][0]
	down := descend(j.parameters[0], func(ctx context.Context) {
		j.timed(func() {
			for i := 0; i < j.iterations; i++ {
				_, value := j.strategy.read(ctx, wanted)
				sum += value
			}
		})
	})
	var between func(context.Context)
	scopes := j.parameters[1] - 1
	between = func(ctx context.Context) {
		if scopes == 0 {
			down(ctx)
			return
		}
		scopes--
		j.strategy.with(ctx, bindingsFrom(1, 1), between)
	}
	j.strategy.with(context.Background(), bindingsFrom(0, 1), between)
	return sum
}

func miss(j *job) uint64 {
	var sum uint64
	wanted := &keys[0][15]
	down := descend(j.parameters[0], func(ctx context.Context) {
		j.timed(func() {
			for i := 0; i < j.iterations; i++ {
				found, _ := j.strategy.read(ctx, wanted)
				sum += uint64(found) + 1
			}
		})
	})
	if j.parameters[1] == 1 {
		j.strategy.with(context.Background(), bindingsFrom(0, 1), down)
	} else {
		down(context.Background())
	}
	return sum
}

func with(j *job) uint64 {
	var bodies uint64
	body := func(context.Context) { bodies++ }
	loop := func(ctx context.Context) {
		j.timed(func() {
			for i := 0; i < j.iterations; i++ {
				j.strategy.with(ctx, bindingsFrom(0, j.parameters[0]), body)
			}
		})
	}
	if j.parameters[1] == 1 {
		j.strategy.with(context.Background(), bindingsFrom(0, 1), loop)
	} else {
		loop(context.Background())
	}
	return bodies
}

func nest(j *job) uint64 {
	var sum uint64
	depth := 0
	outermost := &keys[0][0]
	var level func(context.Context)
	level = func(ctx context.Context) {
		own := &keys[0][depth-1]
		for i := 0; i < j.parameters[1]; i++ {
			_, value := j.strategy.read(ctx, own)
			sum += value
			_, value = j.strategy.read(ctx, outermost)
			sum += value
		}
		if depth < j.parameters[0] {
			depth++
			j.strategy.with(ctx, bindingsFrom(depth-1, 1), level)
		}
	}
	j.timed(func() {
		for i := 0; i < j.iterations; i++ {
			depth = 1
			j.strategy.with(context.Background(), bindingsFrom(0, 1), level)
		}
	})
	return sum
}

// A goroutine in place of a thread.
func spawn(j *job) uint64 {
	var sum uint64
	wanted := &keys[0][0]
	found := make([]uint64, j.parameters[0])
	loop := func(ctx context.Context) {
		j.timed(func() {
			for i := 0; i < j.iterations; i++ {
				var children sync.WaitGroup
				children.Add(len(found))
				for c := range found {
					c := c
					j.strategy.start(ctx, func(ctx context.Context) {
						_, found[c] = j.strategy.read(ctx, wanted)
						children.Done()
					})
				}
				children.Wait()
				for _, value := range found {
					sum += value
				}
			}
		})
	}
	j.strategy.with(context.Background(), bindingsFrom(0, 1), loop)
	return sum
}

// Two goroutines and two channels.
func handoff(j *job) uint64 {
	var sum, served uint64
	batch := j.parameters[0]
	wanted := &keys[0][0]
	asked, answered := make(chan captured, batch), make(chan uint64, batch)
	done := make(chan struct{})
	go func() {
		for i := 0; i < j.iterations*batch; i++ {
			j.strategy.resume(<-asked, func(ctx context.Context) {
				_, value := j.strategy.read(ctx, wanted)
				answered <- value
			})
			served++
		}
		close(done)
	}()
	j.strategy.with(context.Background(), bindingsFrom(0, 1), func(ctx context.Context) {
		j.timed(func() {
			for i := 0; i < j.iterations; i++ {
				for b := 0; b < batch; b++ {
					asked <- j.strategy.capture(ctx)
				}
				for b := 0; b < batch; b++ {
					sum += <-answered
				}
			}
		})
	})
	<-done
	return sum + served
}
