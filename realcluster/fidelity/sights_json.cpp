// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstdlib>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <tuple>

#include "realcluster/fidelity/json_members.h"
#include "realcluster/fidelity/object_names.h"
#include "realcluster/fidelity/pod_column.h"
#include "realcluster/fidelity/sights.h"

namespace wt {
namespace {

std::string Scoped(const std::string& name_space, const std::string& name) {
  return name_space.empty() ? name : name_space + "/" + name;
}

struct Owner {
  std::string kind, name;
};
Owner OwnerOf(const Json& metadata) {
  for (const Json& owner : ListAt(metadata, "ownerReferences")) {
    if (FlagAt(owner, "controller")) return {TextAt(owner, "kind"), TextAt(owner, "name")};
  }
  return {};
}

// Patterns in place of names, once all objects have been seen.
class Names {
 public:
  // A workload that was not there at the beginning: what a fault brings along has a name drawn by
  // the seed.
  void AddWorkload(SimTime at, const std::string& ns, const Json& metadata) {
    const std::string name = Scoped(ns, TextAt(metadata, "name"));
    if (at < kFirstList) old_.insert(name);
    if (old_.contains(name)) return;
    new_.emplace(name, Scoped(ns, "<new-" + std::to_string(new_.size() + 1) + ">"));
  }
  void AddReplicaSet(SimTime at, const std::string& ns, const Json& metadata) {
    const std::string name = TextAt(metadata, "name");
    const std::string revision =
        TextAt(MemberOf(metadata, "annotations"), "deployment.kubernetes.io/revision");
    const Owner owner = OwnerOf(metadata);
    if (owner.name.empty()) return;
    sets_.emplace(Scoped(ns, name), Set{Scoped(ns, owner.name), at < kFirstList ? 0 : at,
                                        std::strtoll(revision.c_str(), nullptr, 10)});
  }
  void AddPod(const std::string& ns, const Json& metadata) {
    pod_owners_.emplace(Scoped(ns, TextAt(metadata, "name")), OwnerOf(metadata));
  }
  void Number() {
    std::map<std::string, std::vector<std::pair<std::tuple<SimTime, i64, std::string>, Set*>>> by;
    for (auto& [name, set] : sets_) {
      by[set.owner].push_back({{set.at, set.revision, name}, &set});
    }
    for (auto& [owner, sets] : by) {
      std::sort(sets.begin(), sets.end());
      const auto there = std::count_if(sets.begin(), sets.end(), [](const auto& set) {
        return set.second->at == 0;
      });
      const i64 live = std::max<i64>(there, 1);  // how many there are up to the live one
      for (i64 i = 1; i <= static_cast<i64>(sets.size()); ++i) {
        const std::string number = i < live ? "old-" + std::to_string(live - i)
                                            : "hash-" + std::to_string(i - live + 1);
        sets[static_cast<std::size_t>(i - 1)].second->pattern =
            Workload(owner) + "-<" + number + ">";
      }
    }
  }
  std::string Pattern(const std::string& kind, const std::string& ns,
                      const std::string& name) const {
    if (kind == "ReplicaSet") return SetPattern(ns, name);
    if (kind == "Deployment" || kind == "StatefulSet") return Workload(Scoped(ns, name));
    if (kind != "Pod") return Scoped(ns, PatternOfName(kind, name));
    const auto owner = pod_owners_.find(Scoped(ns, name));
    if (owner != pod_owners_.end() && owner->second.kind == "ReplicaSet") {
      return SetPattern(ns, owner->second.name) + "-<rand>";
    }
    const std::string set(WithoutTail(name));
    if (sets_.contains(Scoped(ns, set))) return SetPattern(ns, set) + "-<rand>";
    return Scoped(ns, PatternOfName(kind, name));
  }

  const std::string& Workload(const std::string& name) const {
    const auto found = new_.find(name);
    return found == new_.end() ? name : found->second;
  }

 private:
  struct Set {
    std::string owner;
    SimTime at = 0;
    i64 revision = 0;
    std::string pattern = {};
  };
  std::string SetPattern(const std::string& ns, const std::string& name) const {
    const auto set = sets_.find(Scoped(ns, name));
    return set != sets_.end() ? set->second.pattern
                              : Scoped(ns, PatternOfName("ReplicaSet", name));
  }

  std::map<std::string, Set> sets_;          // by name
  std::map<std::string, Owner> pod_owners_;  // by name
  std::set<std::string> old_;
  std::map<std::string, std::string> new_;   // pattern by name
};

// What a container waits for without anything being wrong.
bool IsOrderlyWait(const std::string& reason) {
  return reason.empty() || reason == "ContainerCreating" || reason == "PodInitializing";
}

PodSight SightOf(SimTime at, const Json& pod) {
  PodSight out;
  out.at = at;
  out.status = StatusColumn(pod);
  const Json& status = MemberOf(pod, "status");
  const std::string phase = TextAt(status, "phase");
  out.finished = phase == "Succeeded" || phase == "Failed";
  out.deleting = !TextAt(MemberOf(pod, "metadata"), "deletionTimestamp").empty();
  for (const char* list : {"initContainerStatuses", "containerStatuses"}) {
    for (const Json& container : ListAt(status, list)) {
      const Json& state = MemberOf(container, "state");
      const Json& ended = MemberOf(state, "terminated");
      const bool failed = ended.is_object() && IntegerAt(ended, "exitCode") != 0;
      out.failing = out.failing || failed ||
                    !IsOrderlyWait(TextAt(MemberOf(state, "waiting"), "reason"));
      const Json& last = MemberOf(MemberOf(container, "lastState"), "terminated");
      if (last.is_object() && IntegerAt(last, "exitCode") != 0) {
        out.failed_exits += IntegerAt(container, "restartCount");
      }
    }
  }
  const Json& containers = ListAt(status, "containerStatuses");
  out.ready = !containers.empty() &&
              std::all_of(containers.begin(), containers.end(),
                          [](const Json& container) { return FlagAt(container, "ready"); });
  return out;
}

struct Reader {
  Sights out;
  Names names;
  // Rows by uid, or by name where there is none.
  std::map<std::string, std::size_t> pods, workloads;
  std::map<std::string, i64> event_counts;
  struct Named {
    std::string kind, ns, name;
  };
  std::vector<Named> pod_names, event_objects;

  void Add(const TraceChange& change) {
    const Json object = Json::parse(change.object, nullptr, false);
    const std::string kind = TextAt(object, "kind");
    const Json& metadata = MemberOf(object, "metadata");
    const std::string ns = TextAt(metadata, "namespace");
    if (kind == "ReplicaSet") names.AddReplicaSet(change.at, ns, metadata);
    if (kind == "Pod") AddPod(change, object);
    if (kind == "Deployment" || kind == "StatefulSet") {
      names.AddWorkload(change.at, ns, metadata);
      AddWorkload(change, object);
    }
    if (kind == "Event" && change.type != ChangeType::kDeleted) AddEvent(change.at, object);
  }

  static std::string KeyOf(const Json& metadata) {
    const std::string uid = TextAt(metadata, "uid");
    return !uid.empty() ? uid : Scoped(TextAt(metadata, "namespace"), TextAt(metadata, "name"));
  }

  void AddPod(const TraceChange& change, const Json& pod) {
    const Json& metadata = MemberOf(pod, "metadata");
    const auto [row, is_new] = pods.emplace(KeyOf(metadata), out.pods.size());
    const std::string ns = TextAt(metadata, "namespace");
    if (is_new) {
      out.pods.emplace_back();
      pod_names.push_back({"Pod", ns, TextAt(metadata, "name")});
    }
    names.AddPod(ns, metadata);
    std::vector<PodSight>& sights = out.pods[row->second].sights;
    if (change.type != ChangeType::kDeleted) {
      sights.push_back(SightOf(change.at, pod));
    } else {
      PodSight gone;
      gone.at = change.at;
      gone.status = "Gone";
      gone.deleting = true;
      sights.push_back(gone);
    }
  }

  void AddWorkload(const TraceChange& change, const Json& object) {
    const Json& metadata = MemberOf(object, "metadata");
    const auto [row, is_new] = workloads.emplace(KeyOf(metadata), out.workloads.size());
    if (is_new) {
      out.workloads.push_back({TextAt(object, "kind") + " " +
                                   Scoped(TextAt(metadata, "namespace"), TextAt(metadata, "name")),
                               {}});
    }
    WorkloadSight sight;
    sight.at = change.at;
    if (change.type != ChangeType::kDeleted) {
      sight.wanted = IntegerAt(MemberOf(object, "spec"), "replicas", 1);
      sight.available = IntegerAt(MemberOf(object, "status"), "availableReplicas");
    }
    out.workloads[row->second].sights.push_back(sight);
  }

  // v1 and events.k8s.io/v1 call the same things differently.
  void AddEvent(SimTime at, const Json& event) {
    const Json& metadata = MemberOf(event, "metadata");
    i64 count = std::max(IntegerAt(event, "count"), IntegerAt(event, "deprecatedCount"));
    count = std::max(count, IntegerAt(MemberOf(event, "series"), "count"));
    count = std::max<i64>(count, 1);
    i64& known = event_counts[KeyOf(metadata)];
    if (count <= known) return;
    known = count;
    const Json& involved = MemberOf(event, "involvedObject");
    const Json& about = involved.is_object() ? involved : MemberOf(event, "regarding");
    EventSight sight;
    sight.at = at;
    sight.kind = TextAt(about, "kind");
    sight.reason = TextAt(event, "reason");
    sight.message = TextAt(event, involved.is_object() ? "message" : "note");
    sight.warning = TextAt(event, "type") == "Warning";
    sight.source = TextAt(event, "reportingComponent");
    if (sight.source.empty()) sight.source = TextAt(event, "reportingController");
    if (sight.source.empty()) sight.source = TextAt(MemberOf(event, "source"), "component");
    event_objects.push_back({sight.kind, TextAt(about, "namespace"), TextAt(about, "name")});
    out.events.push_back(std::move(sight));
  }

  // "Scaled up replica set geo-6b85c9d7f4 from 0 to 1": "up geo-<hash-2>".
  std::string ScalingDetail(const std::string& ns, const std::string& message) const {
    constexpr std::string_view kWords = " replica set ";
    const std::size_t at = message.find(kWords);
    if (at == std::string::npos) return "";
    const std::string rest = message.substr(at + kWords.size());
    const std::string set = names.Pattern("ReplicaSet", ns, rest.substr(0, rest.find(' ')));
    return (message.starts_with("Scaled up") ? "up " : "down ") + set.substr(set.find('/') + 1);
  }

  void NameAll() {
    names.Number();
    for (std::size_t i = 0; i < out.pods.size(); ++i) {
      const Named& pod = pod_names[i];
      out.pods[i].group = names.Pattern(pod.kind, pod.ns, pod.name);
    }
    for (std::size_t i = 0; i < out.events.size(); ++i) {
      const Named& about = event_objects[i];
      EventSight& event = out.events[i];
      event.name = names.Pattern(about.kind, about.ns, about.name);
      if (event.reason == "ScalingReplicaSet") {
        event.detail = ScalingDetail(about.ns, event.message);
      }
    }
  }
};

}  // namespace

Sights SightsOf(const Trace& trace) {
  Reader reader;
  for (const TraceChange& change : trace.changes) reader.Add(change);
  reader.NameAll();
  return std::move(reader.out);
}

}  // namespace wt
