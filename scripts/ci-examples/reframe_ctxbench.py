# Example for ReFrame (4.x), to be copied into a site's checks: what a read costs on each partition, against a reference
# for that partition. ReFrame asks for the node, ctxbench measures on it, and the result file is where the figures
# come from. A file of many machines, with what their kinds have in common, is scripts/fleet's to make.
#
#   reframe -C SITE.py -c scripts/ci-examples/reframe_ctxbench.py -r --performance-report
#
# References are keyed SYSTEM:PARTITION, and never go from one kind of node to another: take them from a run there.
import json
import os
import statistics

import reframe as rfm
import reframe.utility.sanity as sn


@rfm.simple_test
class ContextReads(rfm.RunOnlyRegressionTest):
    strategy = parameter(["tls", "stacktag"])
    valid_systems = ["*"]
    valid_prog_environs = ["*"]
    executable = "ctxbench"
    result = "result.json"
    time_limit = "10m"
    exclusive_access = True  # other jobs on the node would be measured, too
    # (reference, how far below, how far above, unit), the middle two as parts of the reference; None: no limit.
    reference = {
        "cluster:standard": {
            "read_depth_0": (6.0, None, 0.10, "ns"),
            "read_depth_64": (120.0, None, 0.10, "ns"),
        },
    }

    @run_before("run")
    def say_what(self):
        self.executable_opts = ["run", f"--strategy={self.strategy}", "--workload=get", "--depth=0,64",
                                "--suite=quick", "--quiet", f"--out={self.result}"]
        self.keep_files = [self.result]

    def load(self):
        with open(os.path.join(self.stagedir, self.result), encoding="utf-8") as file:
            return json.load(file)

    @sanity_function
    def is_whole(self):
        result = self.load()
        return sn.all([sn.assert_eq(len(result["failures"]), 0, "cases failed: see the result file"),
                       sn.assert_false(result["context"]["ctxbench"]["interrupted"], "the run was interrupted")])

    def median_at(self, depth):
        return statistics.median(
            row["real_time"] for row in self.load()["benchmarks"]
            if row["ctxbench"]["strategy"] == self.strategy and row["ctxbench"]["form"] == "latency"
            and row["ctxbench"]["parameters"]["depth"] == depth)

    @performance_function("ns")
    def read_depth_0(self):
        return self.median_at(0)

    @performance_function("ns")
    def read_depth_64(self):
        return self.median_at(64)
