// SPDX-License-Identifier: Apache-2.0
// app.json: the resolved behaviour of an app in the form that wavetank-service reads
// (realcluster/service/README.md). Where a process finds each thing it needs (an environment
// variable, a file) is taken from the manifests.
#pragma once

#include <string>

#include "scenarios/behaviour.h"
#include "sim/timing.h"

namespace wt {

// One line; equal apps give equal bytes. `timing`: how long a process that cannot run takes to
// exit, and how long one takes to stop (Timing::crash, Timing::stop).
std::string AppBehaviourText(const App& app, const Timing& timing = {});

// "registry/repo" of an image's name.
std::string ImageRepository(const std::string& image);

}  // namespace wt
