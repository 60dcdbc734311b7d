// SPDX-License-Identifier: Apache-2.0
// Micro-experiments on a real cluster, one after another; everything that they create is taken away
// at the end, also after a failure or Ctrl-C.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "realcluster/calibrate/samples.h"
#include "realcluster/replay/deployment.h"

namespace wt {

struct CalibrateOptions {
  std::string kubeconfig, context;
  Ownership ownership;      // an empty namespace: wavetank-calibrate
  std::string inventory;    // file
  int repeat = 30;
  std::vector<std::string> only;  // names of experiments; empty: all
  SampleSet earlier;              // of `only`: what is there of the others
  // The cluster is the testbed of this machine: processes and network namespaces can be looked at.
  bool on_node = false;
  std::string node_space;   // a node's network namespace; of on_node
  ApplyOptions apply;       // progress, interrupted
  // Called after each experiment with all that was measured so far; may be empty.
  std::function<void(const SampleSet&)> measured;
};

// Errors: those of ReadKubeconfig, CheckOwnership and calls; kEnvironment: an earlier run has left
// objects; `earlier` is of another cluster; no experiment worked; "interrupted"; what could not be
// taken away. An experiment that fails three times in a row is left at that, with a line of
// progress.
Result<SampleSet> MeasureTiming(const CalibrateOptions& options);

std::vector<std::string> ExperimentNames();

}  // namespace wt
