// Reads and scopes of the original in Go's own tool, without anything of the peer's.
package byhand

import (
	"testing"

	"github.com/jtolds/gls"
)

var sink uint64

// Six calls between a scope and its reader, as many as the peer has: of functions that differ, as those of programs do.
// (The runtime remembers where in a function it was: of one function that calls itself a stack is read faster.)

//go:noinline
func below1(body func()) { below2(body); sink++ }

//go:noinline
func below2(body func()) { below3(body); sink += 2 }

//go:noinline
func below3(body func()) { below4(body); sink += 3 }

//go:noinline
func below4(body func()) { below5(body); sink += 4 }

//go:noinline
func below5(body func()) { below6(body); sink += 5 }

//go:noinline
func below6(body func()) { body(); sink += 6 }

//go:noinline
func atOnce(body func()) { body(); sink++ }

type key struct{ number int }

func read(b *testing.B, below func(func())) {
	manager, k := gls.NewContextManager(), &key{0}
	manager.SetValues(gls.Values{k: uint64(0x1234567)}, func() {
		below(func() {
			b.ResetTimer()
			for i := 0; i < b.N; i++ {
				value, _ := manager.GetValue(k)
				sink += value.(uint64)
			}
		})
	})
}

func BenchmarkReadAtOnce(b *testing.B) { read(b, atOnce) }
func BenchmarkRead(b *testing.B)       { read(b, below1) }

var keys = []*key{{0}, {1}}

//go:noinline
func scope(manager *gls.ContextManager, first, count int, body func()) {
	bound := make(gls.Values, count)
	for number := first; number < first+count; number++ {
		bound[keys[number]] = uint64(0x1234567 + number)
	}
	manager.SetValues(bound, body)
}

// A scope first looks for an id in the whole stack, so that the calls above count here, too.
func BenchmarkScope(b *testing.B) {
	manager := gls.NewContextManager()
	below1(func() {
		for i := 0; i < b.N; i++ {
			scope(manager, 0, 1, func() { sink++ })
		}
	})
}
