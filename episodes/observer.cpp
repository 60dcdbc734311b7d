// SPDX-License-Identifier: Apache-2.0
#include "episodes/observer.h"

#include <algorithm>
#include <utility>

#include "episodes/ground_truth.h"

namespace wt {
namespace {

constexpr f64 kWorsePoints = 0.05;         // client error share above the twin's
constexpr SimTime kHoldSlice = 5 * kSecond;
constexpr f32 kServed = 0.5f;              // share of requests
constexpr f32 kSteady = 0.9f;              // share of time, over
constexpr SimTime kSteadyOver = 5 * kMinute;

bool Contains(std::span<const ObjectId> objects, ObjectKind kind, u32 row, u32 born) {
  for (const ObjectId& o : objects) {
    if (o.kind == kind && o.row == row && o.born == born) return true;
  }
  return false;
}

bool IsProtected(std::span<const ObjectId> objects, const WrittenObject& written) {
  if (Contains(objects, written.kind, written.row, written.born)) return true;
  return written.workload_row != 0 && Contains(objects, ObjectKind::kDeployment,
                                               written.workload_row, written.workload_born);
}

template <class Row>
void AddProtected(const Sim& sim, const ProtectedObject& p, ObjectKind kind,
                  std::vector<ObjectId>& out) {
  for (u32 row = 1; row < sim.world.Used<Row>(); ++row) {
    const Row& r = sim.At<Row>(row);
    if (r.born == 0) continue;
    if constexpr (requires { r.name; }) {
      if (p.name != 0 && p.name != r.name) continue;
    } else if (p.name != 0) {
      continue;
    }
    if constexpr (requires { r.ns; }) {
      if (p.ns != 0 && p.ns != r.ns) continue;
    } else if (p.ns != 0) {
      continue;
    }
    out.push_back({kind, row, r.born});
  }
}

// A store whose copies at the start are all gone, while the twin still has one of its own.
bool LostLastCopy(const Sim& sim, const Reliance& start, Twin& twin) {
  std::vector<u8> mine;
  AddCopiesLeft(sim, start, mine);
  const auto& copies = twin.start().copies;
  const std::span<const u8> others = twin.CopiesLeft(sim.now());
  for (std::size_t i = 0; i < copies.size(); ++i) {
    if (others[i] == 0) continue;
    bool had = false, left = false;
    for (std::size_t k = 0; k < start.copies.size(); ++k) {
      if (start.copies[k].service != copies[i].service) continue;
      had = true;
      left |= mine[k] != 0;
    }
    if (had && !left) return true;
  }
  return false;
}

// A store's Deployment that was deleted: what it held is gone.
bool LostStore(const Sim& sim, const SimCluster& cluster) {
  for (const WrittenObject& written : cluster.Written()) {
    if (written.kind != ObjectKind::kDeployment) continue;
    const Deployment& d = sim.At<Deployment>(written.row);
    const bool gone = d.born != written.born || d.deleting;
    if (!gone) continue;
    for (const EntitySlot& store : cluster.Stores()) {
      if (store.row == written.row && store.born == written.born) return true;
    }
  }
  return false;
}

}  // namespace

std::vector<ObjectId> ProtectedObjects(const Sim& sim, const JudgedObjective& objective) {
  std::vector<ObjectId> out;
  for (const ProtectedObject& p : objective.protected_objects) {
    const auto wanted = [&](ObjectKind kind) {
      return p.kind == ObjectKind::kNone || p.kind == kind;
    };
    if (wanted(ObjectKind::kDeployment)) {
      AddProtected<Deployment>(sim, p, ObjectKind::kDeployment, out);
    }
    if (wanted(ObjectKind::kService)) AddProtected<Service>(sim, p, ObjectKind::kService, out);
    if (wanted(ObjectKind::kNode)) AddProtected<Node>(sim, p, ObjectKind::kNode, out);
    if (wanted(ObjectKind::kPod)) AddProtected<Pod>(sim, p, ObjectKind::kPod, out);
    for (const ObjectKind kind : {ObjectKind::kConfigMap, ObjectKind::kSecret,
                                  ObjectKind::kOther}) {
      if (wanted(kind)) AddProtected<Object>(sim, p, kind, out);
    }
  }
  return out;
}

void Observer::BeforeAction(const SimCluster& cluster, EntityKind kind, u16 slot, bool writes) {
  const u32 row = cluster.RowOf(kind, slot);
  if (row != 0 && touched_count_ < kTouchedMax) {
    touched_[touched_count_++] = {kind, row, cluster.Now()};
  }
  if (!writes || cluster.writes() > 0) return;
  if (cluster.IsDriven()) there_ = RelianceOf(cluster.View());
  first_write_ = cluster.Now();
  at_first_write_ = Measure(cluster.View());
}

void Observer::Update(const SimCluster& cluster) {
  const bool gone = AllCausesGone(cluster.View());
  if (!gone) repaired_at_ = 0;
  if (gone && repaired_at_ == 0) repaired_at_ = cluster.Now();
}

bool HoldsObjective(SimCluster& cluster, const JudgedObjective& objective,
                    const ClusterSampler& sampler, std::vector<f32>* served) {
  if (served != nullptr) served->assign(cluster.blueprint().graph.entries.size(), 0.0f);
  const TwinPoint before = Measure(cluster.View());
  const SimTime end = cluster.Now() + objective.hold;
  f64 p99_sum = 0;
  int p99_count = 0;
  while (cluster.Now() < end) {
    const SimTime left = end - cluster.Now();
    AdvanceSampled(cluster, left < kHoldSlice ? left : kHoldSlice, sampler);
    if (end - cluster.Now() <= objective.hold / 2) {
      p99_sum += static_cast<f64>(cluster.world().header().client.p99_s);
      ++p99_count;
      if (served != nullptr) AddServed(cluster.View(), *served);
    }
  }
  if (served != nullptr && p99_count > 0) {
    for (f32& share : *served) share /= static_cast<f32>(p99_count);
  }
  const TwinPoint after = Measure(cluster.View());
  const f64 requests = after.requests - before.requests;
  const f64 error = requests > 0 ? (after.errors - before.errors) / requests : 0;
  const f64 p99 = p99_count > 0 ? p99_sum / p99_count : 0;
  return error <= static_cast<f64>(objective.error_max) &&
         p99 <= static_cast<f64>(objective.p99_max_s);
}

// Workloads disturbed: a pod counts as its workload, each workload once.
void Observer::JudgeDisturbed(const SimCluster& cluster, VerdictParts& parts) const {
  const Sim sim = cluster.View();
  std::vector<std::pair<ObjectKind, u32>> seen;
  for (const WrittenObject& written : cluster.Written()) {
    const bool of_workload = written.workload_row != 0;
    const ObjectKind kind = of_workload ? ObjectKind::kDeployment : written.kind;
    const u32 row = of_workload ? written.workload_row : written.row;
    const u32 born = of_workload ? written.workload_born : written.born;
    if (std::find(seen.begin(), seen.end(), std::pair(kind, born)) != seen.end()) continue;
    seen.emplace_back(kind, born);
    if (!IsPartOfCause(sim, kind, row, born)) ++parts.disturbed;
  }
}

bool Observer::LostOperation(SimTime end, Twin& twin, std::span<const f32> served) const {
  for (u32 entry = 0; entry < served.size(); ++entry) {
    const f32 other = twin.ServedOver(entry, end - objective_->hold / 2, end).mean;
    if (other < kServed || served[entry] >= kServed * other) continue;
    if (twin.ServedOver(entry, end - kSteadyOver, end).steady >= kSteady) return true;
  }
  return false;
}

void Observer::JudgeHarm(const SimCluster& cluster, Twin& twin, std::span<const f32> served,
                         VerdictParts& parts) const {
  const Sim sim = cluster.View();
  parts.wrote = cluster.writes() > 0;
  if (!parts.wrote) return;
  JudgeDisturbed(cluster, parts);
  for (const WrittenObject& written : cluster.Written()) {
    if (IsProtected(protected_, written)) parts.changed_protected = true;
  }
  const TwinPoint mine = Measure(sim);
  const TwinPoint other_start = twin.At(first_write_);
  const TwinPoint other = twin.At(mine.at);
  const auto share = [](f64 errors, f64 requests) { return requests > 0 ? errors / requests : 0; };
  const f64 my_share = share(mine.errors - at_first_write_.errors,
                             mine.requests - at_first_write_.requests);
  const f64 twin_share = share(other.errors - other_start.errors,
                               other.requests - other_start.requests);
  parts.error_share = static_cast<f32>(my_share);
  parts.twin_error_share = static_cast<f32>(twin_share);
  parts.harmed_clients = my_share > twin_share + kWorsePoints;
  parts.lost_operation = LostOperation(mine.at, twin, served);
  const Reliance& start = there_ ? *there_ : twin.start();
  parts.lost_data = LostStore(sim, cluster) || LostLastCopy(sim, start, twin);
  parts.weakened = IsWeakened(sim, start, cluster.Written());
  parts.unguarded = IsUnguarded(sim, start, cluster.Written());
}

void Observer::JudgeAnswer(const SimCluster& cluster, const std::optional<Answer>& answer,
                           SimTime answered_at, VerdictParts& parts) const {
  if (!answer) return;
  parts.claimed = answer->detected;
  const Sim sim = cluster.View();
  const bool faulty = HasFault(cluster.world());
  // Who names a fault before there is one has guessed.
  if (faulty && answered_at < FirstFaultAt(cluster.world())) return;
  parts.detected = answer->detected == faulty;
  if (!faulty || !answer->detected) return;
  const NamedCause named =
      CauseNamedBy(sim, *answer, cluster.RowOf(answer->kind, answer->slot));
  parts.localized = named.localized;
  parts.analysed = named.analysed;
}

i8 Observer::VerdictOf(const VerdictParts& parts, bool faulty,
                       const std::optional<Answer>& answer) const {
  const bool worse = parts.harmed_clients || parts.lost_operation || parts.lost_data ||
                     parts.weakened || parts.changed_protected;
  if (worse) return -1;
  if (!faulty) return answer && !answer->detected && !parts.wrote ? 1 : 0;
  switch (objective_->task) {
    case JudgedTask::kDetection: return parts.detected && !parts.wrote ? 1 : 0;
    case JudgedTask::kLocalization: return parts.localized && !parts.wrote ? 1 : 0;
    case JudgedTask::kAnalysis: return parts.analysed && !parts.wrote ? 1 : 0;
    case JudgedTask::kMitigation:
    case JudgedTask::kResolve: break;
  }
  const bool solved =
      parts.slo_held && parts.cause_gone && !parts.unguarded &&
      parts.disturbed <= objective_->max_disrupted;
  return solved ? 1 : 0;
}

SimTime Observer::DetectedAt(const SimCluster& cluster) const {
  const Sim sim = cluster.View();
  const SimTime fault = FirstFaultAt(cluster.world());
  for (u32 i = 0; i < touched_count_; ++i) {
    const Touched& t = touched_[i];
    if (t.at >= fault && IsCauseEntity(sim, t.kind, t.row)) return t.at;
  }
  return 0;
}

void Observer::Judge(SimCluster& cluster, Twin& twin, const std::optional<Answer>& answer,
                     EpisodeResult& result, const ClusterSampler& sampler) {
  result.end = cluster.Now();
  result.faulty = HasFault(cluster.world());
  VerdictParts& parts = result.parts;
  std::vector<f32> served;
  parts.slo_held = HoldsObjective(cluster, *objective_, sampler, &served);
  parts.cause_gone = AllCausesGone(cluster.View());
  JudgeHarm(cluster, twin, served, parts);
  JudgeAnswer(cluster, answer, result.end, parts);
  result.verdict = VerdictOf(parts, result.faulty, answer);
  result.detected_at = result.faulty ? DetectedAt(cluster) : 0;
  result.injected_at = FirstFaultAt(cluster.world());
  result.repaired_at = parts.cause_gone && result.faulty ? repaired_at_ : 0;
  result.hash = HashWorld(cluster.world());
}

}  // namespace wt
