// SPDX-License-Identifier: Apache-2.0
// The images of an app for a real cluster: under the names that its manifests use, each with
// wavetank-service inside, which plays whatever the pod should run. All share one layer.
#pragma once

#include <string>
#include <vector>

#include "scenarios/behaviour.h"
#include "sim/api/result.h"

namespace wt {

// One archive (oci_archive.h) with an image for each image name of the app's pod templates, init
// containers and kinds that are not simulated too. The program stands at the entry point
// /wavetank-service, at /bin/sh, and at each command and exec probe that a container of the same
// repository has in the manifests, and nowhere else: a command that is not among them fails as
// with a real image. Environment: WAVETANK_IMAGE, the repository.
// Names that are no image references are left out: no node can pull them either.
// Errors: kInvalidInput for a binary that is not a static executable, commands that cannot stand
// side by side; kEnvironment for files.
Status WriteAppImages(const App& app, const std::string& service_binary, const std::string& out);

// What WriteAppImages puts in, sorted, each once.
std::vector<std::string> AppImageNames(const App& app);

inline constexpr const char* kPauseImage = "wavetank.local/pause:1";

// The sandbox image: the same program, told to hold a sandbox.
Status WritePauseImage(const std::string& service_binary, const std::string& out);

// wavetank-killer under each of these names: the images that rogue workloads run
// (faults/repeated_pod_kill.cpp). Within, it has the name of its repository, as such programs do.
// Errors: as WriteAppImages; kInvalidInput for a name that is no image reference.
Status WriteKillerImages(const std::vector<std::string>& names, const std::string& killer_binary,
                         const std::string& out);

}  // namespace wt
