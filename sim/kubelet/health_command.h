// SPDX-License-Identifier: Apache-2.0
// What probes find that do not just ask a port over HTTP or TCP: commands run in the container,
// and gRPC health checks. The simulator runs no programs: it knows a few of them, and what the
// app's own manifests ask for (Image::health_commands, Image::grpc_ports), which is believed to
// work. What neither of the two knows does not succeed.
// Source: Kubernetes v1.35 pkg/probe/exec/exec.go, pkg/kubelet/prober/{prober.go,worker.go}: a
// command that ends with another status than 0 is a failure; one that cannot be started is an
// error, whose result the worker throws away.
#pragma once

#include "sim/sim.h"

namespace wt {

enum class ProbeAnswer : u8 { kSuccess, kFailure, kError };

// `command`: ProbeSpec::path of an exec probe, in a container of `image`, whose process serves.
// An image that the registry does not list (it is another cluster's) is believed. O(images).
ProbeAnswer RunHealthCommand(const Sim& sim, StrId image, StrId command);

// Whether what listens on `port` answers gRPC health checks: the manifests that came with the
// image ask it so, or name the port "grpc...". An unlisted image is believed. O(images).
bool SpeaksGrpc(const Sim& sim, StrId image, u16 port);

}  // namespace wt
