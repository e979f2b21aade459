// Reads and scopes of the original in Go's own tool, without anything of the peer's.
package byhand

import (
	"testing"

	"github.com/jtolds/gls"
)

var sink uint64

// Calls the body so many calls further down. The peer has seven of its own between a scope's body and the read.
//
//go:noinline
func below(calls int, body func()) {
	if calls == 0 {
		body()
	} else {
		below(calls-1, body)
	}
	sink++
}

type key struct{ number int }

// So many calls below the scope.
func read(b *testing.B, calls int) {
	manager, k := gls.NewContextManager(), &key{0}
	manager.SetValues(gls.Values{k: uint64(0x1234567)}, func() {
		below(calls, func() {
			b.ResetTimer()
			for i := 0; i < b.N; i++ {
				value, _ := manager.GetValue(k)
				sink += value.(uint64)
			}
		})
	})
}

func BenchmarkReadAtOnce(b *testing.B) { read(b, 0) }
func BenchmarkRead(b *testing.B)       { read(b, 6) }

var keys = []*key{{0}, {1}}

//go:noinline
func scope(manager *gls.ContextManager, first, count int, body func()) {
	bound := make(gls.Values, count)
	for number := first; number < first+count; number++ {
		bound[keys[number]] = uint64(0x1234567 + number)
	}
	manager.SetValues(bound, body)
}

func BenchmarkScope(b *testing.B) {
	manager := gls.NewContextManager()
	for i := 0; i < b.N; i++ {
		scope(manager, 0, 1, func() { sink++ })
	}
}
