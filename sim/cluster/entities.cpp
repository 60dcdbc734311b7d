// SPDX-License-Identifier: Apache-2.0
#include "sim/cluster/entities.h"

#include <array>

#include "sim/kubelet/config.h"
#include "sim/kubelet/images.h"
#include "sim/transitions.h"

namespace wt {
namespace {

// Order of pods from bad to good; see entities.h.
struct Badness {
  u32 pod = 0;
  u8 ready = 0;
  u32 restarts = 0;
  i32 created_ms = 0;
  u32 born = 0;
};

bool Worse(const Badness& a, const Badness& b) {
  if (a.ready != b.ready) return a.ready < b.ready;
  if (a.restarts != b.restarts) return a.restarts > b.restarts;
  if (a.created_ms != b.created_ms) return a.created_ms > b.created_ms;
  return a.born > b.born;
}

Badness BadnessOf(const Sim& sim, u32 pod) {
  const Pod& row = sim.At<Pod>(pod);
  return {pod, row.ready, RestartsOf(sim, pod), row.created_ms, row.born};
}

}  // namespace

bool IsSystemNamespace(std::string_view name) {
  return name.substr(0, 5) == "kube-" || name == "local-path-storage";
}

u32 DeploymentOf(const Sim& sim, u32 pod) {
  const u32 owner = sim.At<Pod>(pod).owner;
  return owner == 0 ? 0 : sim.At<ReplicaSet>(owner).deployment;
}

u32 RestartsOf(const Sim& sim, u32 pod) {
  u32 restarts = 0;
  for (u32 c = sim.At<Pod>(pod).first_container; c != 0; c = sim.At<Container>(c).next) {
    restarts += sim.At<Container>(c).restarts;
  }
  return restarts;
}

u32 WorstPod(const Sim& sim, u32 deployment, u32 k) {
  Badness bound;
  for (u32 round = 0;; ++round) {
    Badness best;
    ForEachPod(sim, deployment, [&](u32 pod) {
      const Badness candidate = BadnessOf(sim, pod);
      if (round > 0 && !Worse(bound, candidate)) return;
      if (best.pod == 0 || Worse(candidate, best)) best = candidate;
    });
    if (best.pod == 0 || round == k) return best.pod;
    bound = best;
  }
}

u32 ReplicaSetByRevision(const Sim& sim, u32 deployment, u32 k) {
  u32 below = 0;
  for (u32 round = 0;; ++round) {
    u32 best = 0, best_revision = 0;
    for (u32 rs = sim.At<Deployment>(deployment).first_rs; rs != 0;
         rs = sim.At<ReplicaSet>(rs).next) {
      const u32 revision = sim.At<ReplicaSet>(rs).revision;
      if (round > 0 && revision >= below) continue;
      if (best == 0 || revision > best_revision) best = rs, best_revision = revision;
    }
    if (best == 0 || round == k) return best;
    below = best_revision;
  }
}

u32 MainContainer(const Sim& sim, u32 deployment) {
  const u16 service = sim.At<Deployment>(deployment).service;
  if (service == 0 || service > sim.blueprint.runtime.size()) return 0;
  return sim.blueprint.runtime[service - 1u].container;
}

u32 FindConfig(const Sim& sim, RefKind kind, StrId ns, StrId name) {
  return FindObject(sim, kind == RefKind::kConfigMap ? kConfigMapKind : kSecretKind, ns, name);
}

u32 ConfigMapOf(const Sim& sim, u32 deployment, u32 k) {
  const Deployment& row = sim.At<Deployment>(deployment);
  const auto& tmpl = sim.Typed<PodTemplate>(row.tmpl);
  std::array<StrId, 16> seen{};
  u32 count = 0;
  for (const ContainerSpec& container : Items(&tmpl, tmpl.containers)) {
    for (const ConfigRef& ref : Items(&tmpl, container.refs)) {
      if (ref.kind != RefKind::kConfigMap) continue;
      bool known = false;
      for (u32 i = 0; i < count; ++i) known |= seen[i] == ref.name;
      if (known || count == seen.size()) continue;
      if (count == k) return FindConfig(sim, RefKind::kConfigMap, row.ns, ref.name);
      seen[count++] = ref.name;
    }
  }
  return 0;
}

bool SelectsTemplate(const Sim& sim, const ServiceSpec& service, RevId tmpl) {
  const auto& spec = sim.Typed<PodTemplate>(tmpl);
  return SelectsLabels(Items(&service, service.selector), Items(&spec, spec.labels));
}

u32 CommonPrefix(std::string_view a, std::string_view b) {
  u32 length = 0;
  while (length < a.size() && length < b.size() && a[length] == b[length]) ++length;
  return length;
}

StrId FindString(const Sim& sim, std::string_view text) {
  const StrId known = sim.blueprint.strings.Find(text);
  if (known != StringTable::kMissing) return known;
  const auto is = [&](StrId id) { return (id & kOverlayBit) != 0 && sim.Text(id) == text; };
  for (u32 row = 1; row < sim.world.Used<Deployment>(); ++row) {
    if (is(sim.At<Deployment>(row).name)) return sim.At<Deployment>(row).name;
  }
  for (u32 row = 1; row < sim.world.Used<Service>(); ++row) {
    if (is(sim.At<Service>(row).name)) return sim.At<Service>(row).name;
  }
  for (u32 row = 1; row < sim.world.Used<Object>(); ++row) {
    if (is(sim.At<Object>(row).name)) return sim.At<Object>(row).name;
  }
  return 0;
}

bool CallsApi(const Sim& sim, const ContainerSpec& container) {
  if (container.command != 0) return false;  // another program than the image's own
  const u32 known = FindImage(sim.blueprint, container.image);
  return known != 0 && sim.blueprint.images[known - 1].calls_api;
}

}  // namespace wt
