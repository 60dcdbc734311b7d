// SPDX-License-Identifier: Apache-2.0
// An app on a real cluster: applied, waited for, and everything of ours taken away again, whatever
// happened in between. What was created stands in an append-only file before it is created, so that
// a crash leaves nothing behind that `wavetank real cleanup` does not know.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "scenarios/behaviour.h"
#include "sim/api/kube_api.h"
#include "sim/api/result.h"

namespace wt {

// Objects and documents of ours. One JSON line each: {"what": "created" | "changed" | "gone",
// "path", "uid", "before"}; "before" is the object as it was before a fault changed it.
class Inventory {
 public:
  // Opens or makes `file`; what it says stays. Error: kEnvironment.
  static Result<Inventory> Open(std::string file);
  Status WillCreate(const std::string& path);
  Status Created(const std::string& path, const std::string& uid);
  // Before a fault changes an object that was there: remembered once, the first state counts.
  Status WillChange(const std::string& path, const std::string& object);
  Status Gone(const std::string& path);

  struct Entry {
    std::string path, uid, before;
  };
  // What is still there, latest first: the order to take it away in.
  const std::vector<Entry>& entries() const { return entries_; }
  const std::string& file() const { return file_; }

 private:
  std::string file_;
  std::vector<Entry> entries_;
};

// A cluster that is not ours to write to is refused, unless `i_own_this_cluster` and a namespace
// are given. Ours: one that `testbed` made (its kubeconfig's context and the ConfigMap
// kube-system/wavetank-testbed say so).
struct Ownership {
  bool i_own_this_cluster = false;
  std::string name_space;  // every object of the app goes there instead; empty: the manifests' own
};
Status CheckOwnership(KubeApi& api, const Ownership& ownership);

struct ApplyOptions {
  double ready_within_s = 180;
  std::function<void(const std::string&)> progress;  // a line for people; may be empty
  std::function<bool()> interrupted;                 // asked between steps; may be empty
};

// Creates the namespaces and objects of the app that are not there (owners first), with
// last-applied-configuration as kubectl writes it; a Deployment first in its older revision (the
// one a simulated cluster starts with), then as it is, so that undo is never free. Waits until
// every Deployment is available and rolled out. Errors: kEnvironment with what is not ready and
// why (pod, state, last event); kAlreadyExists for an object that is there and not ours.
Status ApplyApp(KubeApi& api, const App& app, const Ownership& ownership, Inventory& inventory,
                const ApplyOptions& options);

// Puts changed objects back as they were and deletes what was created (by uid), until each is gone.
// Goes on after failures; the error lists what is left.
Status Cleanup(KubeApi& api, Inventory& inventory, const ApplyOptions& options);

}  // namespace wt
