package main

import (
	"context"
	"sync"
	"unsafe"

	"github.com/jtolds/gls"
	"github.com/petermattis/goid"
)

type answer int

// As ../../context/context.h has them.
const (
	noContext answer = iota
	notSet
	set
)

const benchValue = 0x1234567 // what key 0 is bound to; key n is bound to benchValue + n

// A key of one of two managers, with what each strategy needs of it.
type key struct {
	manager, number int
	label           string
}

const (
	managerCount = 2
	keyCount     = 128
)

var keys [managerCount][keyCount]key

func init() {
	for m := range keys {
		for n := range keys[m] {
			keys[m][n] = key{m, n, string([]byte{'a' + byte(m), '0' + byte(n)})}
		}
	}
}

type binding struct {
	key   *key
	value uint64
}

// What a strategy can do. The context is an argument for go-context alone; others pass on what they are given.
type strategy interface {
	read(ctx context.Context, k *key) (answer, uint64)
	with(ctx context.Context, bindings []binding, body func(context.Context))
	without(ctx context.Context, body func(context.Context)) // hides what is in force
	empty(ctx context.Context, body func(context.Context))   // hides it behind a context that binds nothing
	start(ctx context.Context, body func(context.Context))   // on a goroutine that inherits
	capture(ctx context.Context) captured
	resume(c captured, body func(context.Context)) // on another goroutine
}

type captured interface{}

var strategies = map[string]strategy{
	"go-gls":      newGls(),
	"go-goid-map": &goidMap{values: map[int64]values{}},
	"go-context":  explicit{},
	"go-labels":   labels{},
	"go-floor":    floor{},
}

// ---- jtolds/gls ----

type glsStrategy struct {
	managers [managerCount]*gls.ContextManager
}

func newGls() *glsStrategy {
	return &glsStrategy{[managerCount]*gls.ContextManager{gls.NewContextManager(), gls.NewContextManager()}}
}

// The third answer takes a second look: GetValue has but two.
func (s *glsStrategy) read(_ context.Context, k *key) (answer, uint64) {
	if value, ok := s.managers[k.manager].GetValue(k); ok {
		return set, value.(uint64)
	}
	if _, ok := gls.GetGoroutineId(); ok {
		return notSet, 0
	}
	return noContext, 0
}

func (s *glsStrategy) with(ctx context.Context, bindings []binding, body func(context.Context)) {
	bound := make(gls.Values, len(bindings))
	manager := 0
	for _, b := range bindings {
		bound[b.key] = b.value
		manager = b.key.manager
	}
	s.managers[manager].SetValues(bound, func() { body(ctx) })
}

func (s *glsStrategy) without(ctx context.Context, body func(context.Context)) { body(ctx) }

func (s *glsStrategy) empty(ctx context.Context, body func(context.Context)) {
	s.managers[0].SetValues(gls.Values{}, func() { body(ctx) })
}

func (s *glsStrategy) start(ctx context.Context, body func(context.Context)) {
	gls.Go(func() { body(ctx) })
}

// There is no way to ask for all values: whoever hands work on takes those that it knows.
func (s *glsStrategy) capture(context.Context) captured {
	k := &keys[0][0]
	value, _ := s.managers[0].GetValue(k)
	return gls.Values{k: value}
}

func (s *glsStrategy) resume(c captured, body func(context.Context)) {
	s.managers[0].SetValues(c.(gls.Values), func() { body(context.Background()) })
}

// ---- A map by the goroutine's id ----

type values map[*key]uint64

type goidMap struct {
	mutex  sync.RWMutex
	values map[int64]values
}

func (s *goidMap) current() values {
	id := goid.Get()
	s.mutex.RLock()
	found := s.values[id]
	s.mutex.RUnlock()
	return found
}

func (s *goidMap) put(id int64, v values) {
	s.mutex.Lock()
	if v == nil {
		delete(s.values, id)
	} else {
		s.values[id] = v
	}
	s.mutex.Unlock()
}

// Values in force are never changed, so that children and queues may keep them.
func (s *goidMap) swap(v values, body func(context.Context)) {
	id, before := goid.Get(), s.current()
	s.put(id, v)
	defer s.put(id, before)
	body(nil)
}

func (s *goidMap) read(_ context.Context, k *key) (answer, uint64) {
	found := s.current()
	if found == nil {
		return noContext, 0
	}
	if value, ok := found[k]; ok {
		return set, value
	}
	return notSet, 0
}

func (s *goidMap) with(_ context.Context, bindings []binding, body func(context.Context)) {
	before := s.current()
	next := make(values, len(before)+len(bindings))
	for k, value := range before {
		next[k] = value
	}
	for _, b := range bindings {
		next[b.key] = b.value
	}
	s.swap(next, body)
}

func (s *goidMap) without(_ context.Context, body func(context.Context)) { s.swap(nil, body) }

func (s *goidMap) empty(_ context.Context, body func(context.Context)) { s.swap(values{}, body) }

func (s *goidMap) start(_ context.Context, body func(context.Context)) {
	inherited := s.current()
	go s.swap(inherited, body)
}

func (s *goidMap) capture(context.Context) captured { return s.current() }

func (s *goidMap) resume(c captured, body func(context.Context)) { s.swap(c.(values), body) }

// ---- context.Context ----

type explicit struct{}

// context.Background stands for no context.
func (explicit) read(ctx context.Context, k *key) (answer, uint64) {
	if ctx == context.Background() {
		return noContext, 0
	}
	if value, ok := ctx.Value(k).(uint64); ok {
		return set, value
	}
	return notSet, 0
}

func (explicit) with(ctx context.Context, bindings []binding, body func(context.Context)) {
	for _, b := range bindings {
		ctx = context.WithValue(ctx, b.key, b.value)
	}
	body(ctx)
}

func (explicit) without(_ context.Context, body func(context.Context)) { body(context.Background()) }

func (explicit) empty(_ context.Context, body func(context.Context)) { body(context.TODO()) }

func (explicit) start(ctx context.Context, body func(context.Context)) { go body(ctx) }

func (explicit) capture(ctx context.Context) captured { return ctx }

func (explicit) resume(c captured, body func(context.Context)) { body(c.(context.Context)) }

// ---- The labels of pprof ----

// What runtime/pprof sets and the profiler reads.
//
//go:linkname getLabels runtime/pprof.runtime_getProfLabel
func getLabels() unsafe.Pointer

//go:linkname setLabels runtime/pprof.runtime_setProfLabel
func setLabels(labels unsafe.Pointer)

type labels struct{}

// As in runtime/pprof.
type labelMap map[string]string

// Labels are texts: a number is the bytes of one, so that reading it takes no more than looking at them.
func encode(value uint64) string {
	bytes := [8]byte{}
	for i := range bytes {
		bytes[i] = byte(value >> (8 * i))
	}
	return string(bytes[:])
}

func decode(text string) uint64 {
	return uint64(text[0]) | uint64(text[1])<<8 | uint64(text[2])<<16 | uint64(text[3])<<24 |
		uint64(text[4])<<32 | uint64(text[5])<<40 | uint64(text[6])<<48 | uint64(text[7])<<56
}

func (labels) read(_ context.Context, k *key) (answer, uint64) {
	found := (*labelMap)(getLabels())
	if found == nil {
		return noContext, 0
	}
	if text, ok := (*found)[k.label]; ok {
		return set, decode(text)
	}
	return notSet, 0
}

func swapLabels(next *labelMap, body func(context.Context)) {
	before := getLabels()
	setLabels(unsafe.Pointer(next))
	defer setLabels(before)
	body(nil)
}

func (labels) with(_ context.Context, bindings []binding, body func(context.Context)) {
	next := make(labelMap, len(bindings))
	if before := (*labelMap)(getLabels()); before != nil {
		for k, text := range *before {
			next[k] = text
		}
	}
	for _, b := range bindings {
		next[b.key.label] = encode(b.value)
	}
	swapLabels(&next, body)
}

func (labels) without(_ context.Context, body func(context.Context)) { swapLabels(nil, body) }

func (labels) empty(_ context.Context, body func(context.Context)) { swapLabels(&labelMap{}, body) }

func (labels) start(_ context.Context, body func(context.Context)) { go body(nil) }

func (labels) capture(context.Context) captured { return (*labelMap)(getLabels()) }

func (labels) resume(c captured, body func(context.Context)) { swapLabels(c.(*labelMap), body) }

// ---- The floor: a read is that of a variable, a scope is the call of its body ----

type floor struct{}

var floorCell uint64 = benchValue

func (floor) read(context.Context, *key) (answer, uint64) { return set, floorCell }

func (floor) with(ctx context.Context, _ []binding, body func(context.Context)) { body(ctx) }

func (floor) without(ctx context.Context, body func(context.Context)) { body(ctx) }

func (floor) empty(ctx context.Context, body func(context.Context)) { body(ctx) }

func (floor) start(ctx context.Context, body func(context.Context)) { go body(ctx) }

func (floor) capture(context.Context) captured { return nil }

func (floor) resume(_ captured, body func(context.Context)) { body(nil) }
