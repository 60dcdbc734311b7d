// SPDX-License-Identifier: Apache-2.0
// An app on a real cluster: applied, waited for, and everything of ours taken away again, whatever
// happened in between. What was created stands in an append-only file before it is created, so that
// a crash leaves nothing behind that `wavetank real cleanup` does not know.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "scenarios/behaviour.h"
#include "sim/api/kube_api.h"
#include "sim/api/result.h"

namespace wt {

// Which cluster: the uid of its namespace kube-system, which no two have and which no cluster
// changes; empty: these credentials may not read it. The server's address is for people, and in
// place of a uid where neither side has one.
struct ClusterId {
  std::string uid, server;
  std::string Text() const;  // "https://10.0.0.1:6443 (uid of kube-system UID)"
};
bool SameCluster(const ClusterId& a, const ClusterId& b);

// Objects and documents of ours, of one cluster. One JSON line each:
// {"what": "created" | "changed" | "gone", "path", "uid", "before"}; "before" is the object as it
// was before a fault changed it. Before the first of a cluster stands {"what": "cluster", "uid",
// "server"}; older files have none. A line is on the disk before the call that writes it returns; a
// last line without its end was never written.
class Inventory {
 public:
  // Opens or makes `file` (and its folder); what it says stays. Locked until this is destroyed.
  // Errors: kEnvironment: in use by another process; not writable; a line that is none of ours.
  static Result<Inventory> Open(std::string file);
  // For a run of its own on `cluster`. Error, beside those of Open: kEnvironment: an earlier run
  // left objects, and `cleanup_command` or what else takes them away.
  static Result<Inventory> OpenEmpty(const std::string& file, const ClusterId& cluster,
                                     const std::string& cleanup_command);
  Inventory(Inventory&& from) noexcept;
  Inventory& operator=(Inventory&& from) noexcept;
  ~Inventory();

  // Once it is known that nothing is at `path`.
  Status WillCreate(const std::string& path);
  // Known before or not: the uid of what is at `path` now.
  Status Created(const std::string& path, const std::string& uid);
  // Before an object that was there is changed or deleted: remembered once, the first state counts.
  Status WillChange(const std::string& path, const std::string& object);
  Status Gone(const std::string& path);

  struct Entry {
    std::string path;
    bool created = false;  // by us; else it was there, and a fault or an agent changed it
    std::string uid;       // empty: not created yet, or the process ended before it knew
    std::string before;    // not empty: it was there before us, even if we created it anew
  };
  // Whose objects they are; nothing: the file does not say.
  const std::optional<ClusterId>& cluster() const { return cluster_; }
  // Error: kEnvironment: they are another cluster's; both are named, and what to do.
  Status CheckCluster(const ClusterId& cluster) const;

  // What is still there, latest first: the order to take it away in.
  const std::vector<Entry>& entries() const { return entries_; }
  const std::string& file() const { return file_; }

  // The entry of a path; null when nothing of ours is there.
  const Entry* Find(const std::string& path) const;

 private:
  Inventory(std::string file, int descriptor);
  Status Read();
  Status Append(const std::string& line);
  void Take(const std::string& what, const std::string& path, std::string uid, std::string before);

  std::string file_;
  int descriptor_ = -1;
  long whole_ = 0;  // bytes of whole lines
  std::optional<ClusterId> cluster_;
  std::vector<Entry> entries_;
};

// A cluster that is not ours to write to is refused, unless `i_own_this_cluster` and a namespace
// are given. Ours: one that `testbed` made (it has the ConfigMap kube-system/wavetank-testbed).
// With `name_space`, every object of the app goes there instead of where its manifest says, host
// names of its Services (cart.shop, cart.shop.svc) in environments, arguments and ConfigMaps
// follow, and objects without a namespace are left out; each with a line of progress.
// Error: kEnvironment, which says what to pass; kUsage: a namespace of the system, or no name.
struct Ownership {
  bool i_own_this_cluster = false;
  std::string name_space;  // empty: the manifests' own
};
// Of the name alone, before anything is asked; "" is none. Error: kUsage.
Status CheckNamespaceName(const std::string& name_space);
Status CheckOwnership(KubeApi& api, const Ownership& ownership);

struct ApplyOptions {
  double ready_within_s = 180;
  std::function<void(const std::string&)> progress;  // a line for people; may be empty
  std::function<bool()> interrupted;                 // asked between steps; may be empty
  std::function<void(double)> wait;                  // lets seconds pass; empty: sleeps
  std::string image_remedy = {};  // what to do about images that nodes do not have; may be empty
  std::string cleanup_command = "wavetank real cleanup";  // with the options of this run
  std::function<void(const std::string&)> warn = {};      // a warning for people; may be empty
};

// Creates the namespaces and objects of the app that are not there (owners first), with
// last-applied-configuration as kubectl writes it. A Deployment is created in its older revision
// (the one a simulated cluster starts with) without pods, and changed to what its manifest says
// once the cluster knows that revision, so that undo is never free and costs no second start.
// Waits until every Deployment is available and rolled out, and every Pod of the manifests Ready.
// What the inventory knows is not created again, so an app whose creation was cut off goes on.
// Nodes, a namespace's own ServiceAccount and kube-root-ca.crt, and kinds that the API does not
// serve are left out, with a line of progress.
// Errors: kInvalidInput: a manifest that the API would refuse, before anything is created;
// kAlreadyExists for an object that is there and not ours; kEnvironment with what is not ready and
// why (pod, state, last event), or "interrupted". What was created stays, for Cleanup.
Status ApplyApp(KubeApi& api, const App& app, const Ownership& ownership, Inventory& inventory,
                const ApplyOptions& options);

// Puts changed objects back as they were (what was deleted is created again; a Node, or a Pod that
// nothing owns, cannot be: the error names it, once) and deletes what was created (by uid), until
// each and the pods under it are gone: at most 60 s for a kind of object, namespaces last. Goes on
// after failures; the error lists what is left and why, and the inventory keeps it: call it again.
// An object that took the place of ours is left alone, unless it goes with its namespace.
Status Cleanup(KubeApi& api, Inventory& inventory, const ApplyOptions& options);

}  // namespace wt
