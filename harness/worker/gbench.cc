#include "worker/gbench.h"

#include <benchmark/benchmark.h>

#include <ostream>
#include <vector>

#include "base/now.h"
#include "worker/gbench_witness.h"

namespace {

uint64_t thread_cpu_ns() {
    timespec now{};
    (void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<uint64_t>(now.tv_sec) * UINT64_C(1000000000) + static_cast<uint64_t>(now.tv_nsec);
}

// By the shim's own readings.
struct Loops {
    uint64_t entries = 0, real_ns = 0, cpu_ns = 0;
};

// What was found in one sample: each thread writes what is its own.
struct Sample {
    std::vector<Loops> threads;
    uint64_t begun_ns = 0, around_ns = 0;
};

class Measurement {
  public:
    explicit Measurement(const gbench_plan &plan) : plan_(plan), samples_(plan.sample_count) {
        for (Sample &sample : samples_)
            sample.threads.resize(plan.thread_count);
    }

    void sample_begin() {
        if (begun_++ >= samples_.size())
            return; // nobody asked for this one
        sample_ = &samples_[begun_ - 1];
        sample_->begun_ns = now_ns();
        plan_.sample_begin(plan_.work);
    }

    void sample_end() {
        if (sample_ == nullptr)
            return;
        plan_.sample_end(plan_.work);
        sample_->around_ns = now_ns() - sample_->begun_ns;
        sample_ = nullptr;
    }

    // The batch is the whole measurement, so that the loop's own cost is paid once and not once per operation. The
    // clocks are read in the order that Google Benchmark has, so that figures mean what they meant when they were its
    // own: one reading of the CPU's clock, a system call, lies within the real time.
    void measure(benchmark::State &state) const {
        const auto thread = static_cast<unsigned>(state.thread_index());
        if (sample_ == nullptr || thread >= plan_.thread_count) {
            state.SkipWithError("surplus");
            return;
        }
        Loops loops;
        plan_.thread_begin(plan_.work, thread);
        while (state.KeepRunningBatch(state.max_iterations)) {
            const uint64_t real_ns = now_ns(), cpu_ns = thread_cpu_ns();
            plan_.run(plan_.work, thread);
            const uint64_t real_end_ns = now_ns(), cpu_end_ns = thread_cpu_ns();
            loops.entries++;
            loops.real_ns += real_end_ns - real_ns;
            loops.cpu_ns += cpu_end_ns - cpu_ns;
        }
        plan_.thread_end(plan_.work, thread);
        sample_->threads[thread] = loops;
    }

    size_t samples_begun() const {
        return begun_;
    }

    gbench_witness witness(size_t sample) const {
        gbench_witness seen = {plan_.thread_count, plan_.iterations, 0, 0, 0, 0};
        for (const Loops &loops : samples_[sample].threads) {
            seen.entries += loops.entries;
            seen.real_s += static_cast<double>(loops.real_ns) * 1e-9;
            seen.cpu_s += static_cast<double>(loops.cpu_ns) * 1e-9;
        }
        seen.around_s = static_cast<double>(samples_[sample].around_ns) * 1e-9;
        return seen;
    }

  private:
    const gbench_plan &plan_;
    std::vector<Sample> samples_;
    Sample *sample_ = nullptr; // the one that is being taken
    size_t begun_ = 0;
};

Measurement *current; // Set-up and tear-down functions of Google Benchmark carry no argument.

// Collects what is reported of the repetitions. Prints nothing: standard output belongs to the protocol.
class Collector final : public benchmark::BenchmarkReporter {
  public:
    Collector() : silence_(nullptr) {
        SetOutputStream(&silence_);
        SetErrorStream(&silence_);
    }

    bool ReportContext(const Context & /*context*/) override {
        return true;
    }

    void ReportRuns(const std::vector<Run> &runs) override {
        for (const Run &run : runs) {
            if (run.run_type == Run::RT_Iteration)
                reports_.push_back({static_cast<uint64_t>(run.threads), static_cast<uint64_t>(run.iterations),
                                    run.real_accumulated_time, run.cpu_accumulated_time});
        }
    }

    const std::vector<gbench_report> &reports() const {
        return reports_;
    }

  private:
    std::vector<gbench_report> reports_;
    std::ostream silence_; // without a buffer it takes nothing
};

void run(const gbench_plan &plan, Measurement &measurement, Collector &collector) {
    current = &measurement;
    benchmark::ClearRegisteredBenchmarks();
    benchmark::RegisterBenchmark(plan.name, [](benchmark::State &state) { current->measure(state); })
        ->Setup([](const benchmark::State & /*state*/) { current->sample_begin(); })
        ->Teardown([](const benchmark::State & /*state*/) { current->sample_end(); })
        ->Threads(static_cast<int>(plan.thread_count))
        ->Iterations(static_cast<benchmark::IterationCount>(plan.iterations))
        ->Repetitions(static_cast<int>(plan.sample_count))
        ->UseRealTime();
    benchmark::RunSpecifiedBenchmarks(&collector, "all");
    current = nullptr;
}

} // namespace

bool gbench_measure(const gbench_plan *plan, gbench_sample *samples, error *error) {
    Measurement measurement(*plan);
    Collector collector;
    run(*plan, measurement, collector);
    if (!gbench_agree_on_samples(plan->sample_count, measurement.samples_begun(), collector.reports().size(), error))
        return false;
    const double operations = static_cast<double>(plan->iterations) * plan->thread_count;
    for (size_t i = 0; i < plan->sample_count; i++) {
        const gbench_witness seen = measurement.witness(i);
        if (!gbench_agree(&seen, &collector.reports()[i], error))
            return false;
        samples[i] = {seen.real_s * 1e9 / operations, seen.cpu_s * 1e9 / operations};
    }
    return true;
}
