// SPDX-License-Identifier: Apache-2.0
// Which change of an object is which instant of a pod's life. Names of marks: README.md.
#pragma once

#include <string>

#include "realcluster/calibrate/samples.h"
#include "realcluster/calibrate/watch_log.h"

namespace wt {

// Sets what `seen` says of the pod and is not set yet; `zero_ms` (SteadyMs) is the sample's 0.
// After the mark "killed" the marks not-ready, exit-seen, restarted and ready-again are set.
void MarkPod(const Seen& seen, const std::string& pod, double zero_ms, Marks& marks);

// Addresses of a Service's slice that are ready; -1: `seen` is no slice of that Service.
int ReadyAddresses(const Seen& seen, const std::string& service);

// Sets the mark unless it is there.
void MarkOnce(Marks& marks, const std::string& name, double at_ms);

bool IsPodReady(const nlohmann::json& pod);

}  // namespace wt
