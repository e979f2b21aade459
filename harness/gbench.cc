#include "gbench.h"

#include <benchmark/benchmark.h>

#include <ostream>

namespace {

const gbench_plan *current; // Set-up and tear-down functions of Google Benchmark carry no argument.

void sample_begin(const benchmark::State & /*state*/) {
    current->sample_begin(current->work);
}

void sample_end(const benchmark::State & /*state*/) {
    current->sample_end(current->work);
}

// The batch is the whole measurement, so that the loop's own cost is paid once and not once per operation.
void measure(benchmark::State &state) {
    const gbench_plan &plan = *current;
    const auto thread = static_cast<unsigned>(state.thread_index());
    plan.thread_begin(plan.work, thread);
    while (state.KeepRunningBatch(state.max_iterations))
        plan.run(plan.work, thread);
    plan.thread_end(plan.work, thread);
}

// Collects the repetitions. Prints nothing: standard output belongs to the protocol.
class Collector final : public benchmark::BenchmarkReporter {
  public:
    Collector(gbench_sample *samples, size_t capacity) : silence_(nullptr), samples_(samples), capacity_(capacity) {
        SetOutputStream(&silence_);
        SetErrorStream(&silence_);
    }

    bool ReportContext(const Context & /*context*/) override {
        return true;
    }

    void ReportRuns(const std::vector<Run> &runs) override {
        for (const Run &run : runs) {
            if (run.run_type == Run::RT_Iteration && !run.error_occurred && count_ < capacity_)
                samples_[count_++] = sample_of(run);
        }
    }

    size_t count() const {
        return count_;
    }

  private:
    // Of version 1.7.1, `iterations` is the sum over the threads, the real time their mean and the CPU time their sum.
    // Its own GetAdjustedRealTime() divides one by the other, and so divides by the number of threads once too often.
    static gbench_sample sample_of(const Run &run) {
        const double operations = static_cast<double>(run.iterations);
        return {run.real_accumulated_time * 1e9 / (operations / static_cast<double>(run.threads)),
                run.cpu_accumulated_time * 1e9 / operations};
    }

    std::ostream silence_; // without a buffer it takes nothing
    gbench_sample *samples_;
    size_t capacity_;
    size_t count_ = 0;
};

} // namespace

size_t gbench_measure(const gbench_plan *plan, gbench_sample *samples) {
    current = plan;
    benchmark::ClearRegisteredBenchmarks();
    benchmark::RegisterBenchmark(plan->name, measure)
        ->Setup(sample_begin)
        ->Teardown(sample_end)
        ->Threads(static_cast<int>(plan->thread_count))
        ->Iterations(static_cast<benchmark::IterationCount>(plan->iterations))
        ->Repetitions(static_cast<int>(plan->sample_count))
        ->UseRealTime();
    Collector collector(samples, plan->sample_count);
    benchmark::RunSpecifiedBenchmarks(&collector, "all");
    return collector.count();
}
