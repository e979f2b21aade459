// The peer of Go. One request comes as a line of JSON on standard input, one answer goes as a line to standard output
// (../README.md). Its parts are as those of ../python/peer.py, which explains them.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"runtime"
	"syscall"
	"time"
	"unsafe"
)

const protocol = 5

type request struct {
	Protocol      int            `json:"protocol"`
	Case          string         `json:"case"`
	Strategy      string         `json:"strategy"`
	Scenario      string         `json:"scenario"`
	Workload      string         `json:"workload"`
	Form          string         `json:"form"`
	Parameters    map[string]int `json:"parameters"`
	Pus           []int          `json:"pus"`
	Iterations    int            `json:"iterations"`
	Samples       int            `json:"samples"`
	SampleSeconds float64        `json:"sample_seconds"`
}

type reply map[string]interface{}

type sample struct {
	took     time.Duration
	cpuNs    int64
	switches int64
	checksum uint32
}

func cpuNs() int64 {
	const processCPUTime = 2
	now := syscall.Timespec{}
	syscall.Syscall(syscall.SYS_CLOCK_GETTIME, processCPUTime, uintptr(unsafe.Pointer(&now)), 0)
	return now.Nano()
}

func usage() syscall.Rusage {
	found := syscall.Rusage{}
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &found) // cannot fail: both arguments are good
	return found
}

func take(w workload, j job) sample {
	s := sample{}
	j.timed = func(loop func()) {
		switches, cpu, began := usage().Nivcsw, cpuNs(), time.Now()
		loop()
		s.took, s.cpuNs, s.switches = time.Since(began), cpuNs()-cpu, usage().Nivcsw-switches
	}
	s.checksum = uint32(w.run(&j))
	return s
}

// How many iterations take about so long; and the time that finding out took.
func calibrate(w workload, j job, seconds float64) (int, time.Duration) {
	spent := time.Duration(0)
	for j.iterations = 1; ; j.iterations *= 2 {
		s := take(w, j)
		spent += s.took
		if s.took.Seconds() >= seconds/4 {
			return int(math.Max(1, math.Round(seconds/s.took.Seconds()*float64(j.iterations)))), spent
		}
	}
}

func measure(s strategy, w workload, r *request) reply {
	j := job{strategy: s, iterations: r.Iterations}
	for _, name := range w.parameters {
		j.parameters = append(j.parameters, r.Parameters[name])
	}
	measured := time.Duration(0)
	if j.iterations == 0 {
		j.iterations, measured = calibrate(w, j, r.SampleSeconds)
	}
	var realNs, cpu []float64
	var switches []int64
	var checksums []uint32
	for i := 0; i < r.Samples; i++ {
		s := take(w, j)
		measured += s.took
		realNs = append(realNs, float64(s.took.Nanoseconds())/float64(j.iterations))
		cpu = append(cpu, float64(s.cpuNs)/float64(j.iterations)/float64(len(r.Pus)))
		switches = append(switches, s.switches)
		checksums = append(checksums, s.checksum)
	}
	return reply{
		"outcome":           "ok",
		"iterations":        j.iterations,
		"linkage":           runtime.Version() + ", " + runtime.Compiler,
		"measured_ms":       measured.Seconds() * 1e3,
		"pus":               r.Pus, // the process was bound to them before it began
		"samples":           reply{"real_ns": realNs, "cpu_ns": cpu, "involuntary_switches": switches},
		"checksums":         checksums,
		"memory_peak_bytes": usage().Maxrss * 1024,
	}
}

func prove(s strategy, scenario func(strategy)) (found reply) {
	defer func() {
		raised := recover()
		if reason, ok := raised.(broken); ok {
			found = reply{"outcome": "unproved", "reason": string(reason)}
		} else if raised != nil {
			panic(raised)
		}
	}()
	scenario(s)
	return reply{"outcome": "held"}
}

func respond(r *request) reply {
	s, known := strategies[r.Strategy]
	if !known {
		return reply{"outcome": "failed", "reason": fmt.Sprintf("this peer has no strategy %q", r.Strategy)}
	}
	if r.Scenario != "" {
		scenario, known := scenarios[r.Scenario]
		if !known {
			return reply{"outcome": "inapplicable", "reason": fmt.Sprintf("this peer has no scenario %q", r.Scenario)}
		}
		return prove(s, scenario)
	}
	w, known := workloads[r.Workload]
	if !known || r.Form != "throughput" {
		return reply{"outcome": "failed", "reason": fmt.Sprintf("this peer has no workload %q of that form", r.Workload)}
	}
	return measure(s, w, r)
}

func main() {
	r := request{}
	line, _ := bufio.NewReader(os.Stdin).ReadBytes('\n') // what is missing is no JSON, either
	if err := json.Unmarshal(line, &r); err != nil || r.Protocol != protocol {
		fmt.Fprintf(os.Stderr, "found protocol version %d (%v), wanted %d\n", r.Protocol, err, protocol)
		os.Exit(2)
	}
	found := respond(&r)
	found["protocol"], found["case"] = protocol, r.Case
	if err := json.NewEncoder(os.Stdout).Encode(found); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
