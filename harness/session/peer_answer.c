#include "session/peer_answer.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

uint32_t peer_answer_checksum(const struct bench_case *c, uint64_t iterations) {
    struct ctx_job job = {.iterations = iterations, .threads = c->placement->thread_count};
    uint64_t sum = 0;
    memcpy(job.parameters, c->parameters, sizeof job.parameters);
    for (job.thread = 0; job.thread < job.threads; job.thread++)
        sum += c->kernel->workload->checksum(&job, c->strategy->traits);
    return (uint32_t)sum;
}

static bool has_pus_asked_for(const struct execution_request *request, const struct execution_answer *answer) {
    return answer->thread_count == request->thread_count &&
           memcmp(answer->pus_bound, request->pus, request->thread_count * sizeof *request->pus) == 0;
}

/* That of the samples, which are not all that was measured. */
static double samples_ms(const struct execution_answer *answer) {
    double sum_ns = 0;
    for (unsigned i = 0; i < answer->sample_count; i++)
        sum_ns += answer->samples[i].values[SAMPLE_REAL_NS] * (double)answer->iterations;
    return sum_ns * 1e-6;
}

void peer_answer_check(const struct bench_case *c, const struct execution_request *request, const struct child_end *end,
                       struct execution_answer *answer) {
    if (answer->outcome != EXECUTION_OK)
        return;
    const uint32_t wanted = peer_answer_checksum(c, answer->iterations);
    const double lived_ms = end->wall_seconds * 1e3, told_ms = samples_ms(answer);
    if (answer->sample_count != request->sample_count)
        execution_answer_refuse(answer, EXECUTION_NONSENSE, "answered with %u samples, wanted %u", answer->sample_count,
                                request->sample_count);
    else if (request->iterations != 0 && answer->iterations != request->iterations)
        execution_answer_refuse(answer, EXECUTION_NONSENSE, "answered for %" PRIu64 " iterations, wanted %" PRIu64,
                                answer->iterations, request->iterations);
    else if (!has_pus_asked_for(request, answer))
        execution_answer_refuse(answer, EXECUTION_NONSENSE,
                                "answered for other \"pus\" than it was asked for and bound to");
    else if (answer->checksum_count == 0)
        execution_answer_refuse(answer, EXECUTION_NONSENSE,
                                "answered without \"checksums\", wanted one for each sample");
    else if (told_ms > lived_ms || answer->measured_ms > lived_ms)
        execution_answer_refuse(answer, EXECUTION_NONSENSE, "told of %.3g ms of measuring, and lived for %.3g ms",
                                told_ms > answer->measured_ms ? told_ms : answer->measured_ms, lived_ms);
    for (unsigned i = 0; i < answer->checksum_count; i++) {
        if (answer->checksums[i] == wanted)
            continue;
        execution_answer_refuse(answer, EXECUTION_WRONG_CHECKSUM,
                                "sample %u returned the checksum %#" PRIx32 " after %" PRIu64
                                " operations, wanted %#" PRIx32,
                                i, answer->checksums[i], answer->iterations, wanted);
        return;
    }
}
