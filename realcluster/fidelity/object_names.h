// SPDX-License-Identifier: Apache-2.0
// Names that controllers draw, with the drawn part taken off, so that objects of two runs that do
// the same are called the same: web-6b85c9d7f4-x2k8p becomes web-<hash>-<rand>.
#pragma once

#include <string>
#include <string_view>

namespace wt {

// By the form of the name alone: tails are of the alphabet that Kubernetes draws from
// (apimachinery/pkg/util/rand/rand.go: bcdfghjklmnpqrstvwxz2456789), 5 letters for a pod, up to 10
// for the hash of a template; a CronJob's Job ends in the minute it was due. Names of kinds other
// than ReplicaSet, Pod and Job stay as they are; so does what has no such tail (web-0, web).
std::string PatternOfName(std::string_view kind, std::string_view name);

// The name without its last tail: "web-6b85c9d7f4" of the pod above; empty: it has none.
std::string_view WithoutTail(std::string_view name);

}  // namespace wt
