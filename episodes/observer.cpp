// SPDX-License-Identifier: Apache-2.0
#include "episodes/observer.h"

#include "episodes/ground_truth.h"

namespace wt {
namespace {

constexpr f64 kWorsePoints = 0.05;         // client error share above the twin's
constexpr SimTime kHoldSlice = 5 * kSecond;

bool IsProtected(const Sim& sim, const JudgedObjective& objective, const WrittenObject& written) {
  for (const ProtectedObject& p : objective.protected_objects) {
    if (p.kind != ObjectKind::kNone && p.kind != written.kind) continue;
    if (p.name == 0 && p.ns == 0) return true;
    StrId name = 0, ns = 0;
    switch (written.kind) {
      case ObjectKind::kDeployment:
        name = sim.At<Deployment>(written.row).name;
        ns = sim.At<Deployment>(written.row).ns;
        break;
      case ObjectKind::kService:
        name = sim.At<Service>(written.row).name;
        ns = sim.At<Service>(written.row).ns;
        break;
      case ObjectKind::kNode: name = sim.At<Node>(written.row).name; break;
      case ObjectKind::kConfigMap:
      case ObjectKind::kSecret:
      case ObjectKind::kOther:
        name = sim.At<Object>(written.row).name;
        ns = sim.At<Object>(written.row).ns;
        break;
      default: break;
    }
    if ((p.name == 0 || p.name == name) && (p.ns == 0 || p.ns == ns)) return true;
  }
  return false;
}

// A store's Deployment that was deleted: what it held is gone.
bool LostData(const Sim& sim, const SimCluster& cluster) {
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

void Observer::BeforeAction(const SimCluster& cluster, const Action& action) {
  if (first_write_ >= 0 || !IsRepair(MoveOf(action).verb)) return;
  first_write_ = cluster.Now();
  at_first_write_ = Measure(cluster.View());
}

void Observer::Update(const SimCluster& cluster) {
  const bool gone = AllCausesGone(cluster.View());
  if (!gone) repaired_at_ = 0;
  if (gone && repaired_at_ == 0) repaired_at_ = cluster.Now();
}

bool Observer::HoldObjective(SimCluster& cluster, Twin&) const {
  const TwinPoint before = Measure(cluster.View());
  const SimTime end = cluster.Now() + objective_->hold;
  f64 p99_sum = 0;
  int p99_count = 0;
  while (cluster.Now() < end) {
    const SimTime left = end - cluster.Now();
    cluster.Advance(left < kHoldSlice ? left : kHoldSlice);
    if (end - cluster.Now() <= objective_->hold / 2) {
      p99_sum += static_cast<f64>(cluster.world().header().client.p99_s);
      ++p99_count;
    }
  }
  const TwinPoint after = Measure(cluster.View());
  const f64 requests = after.requests - before.requests;
  const f64 error = requests > 0 ? (after.errors - before.errors) / requests : 0;
  const f64 p99 = p99_count > 0 ? p99_sum / p99_count : 0;
  return error <= static_cast<f64>(objective_->error_max) &&
         p99 <= static_cast<f64>(objective_->p99_max_s);
}

void Observer::JudgeHarm(const SimCluster& cluster, Twin& twin, VerdictParts& parts) const {
  const Sim sim = cluster.View();
  parts.wrote = cluster.writes() > 0;
  for (const WrittenObject& written : cluster.Written()) {
    if (IsProtected(sim, *objective_, written)) parts.changed_protected = true;
    if (!IsPartOfCause(sim, written.kind, written.row, written.born)) ++parts.disturbed;
  }
  if (first_write_ < 0) return;
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
  parts.lost_operation = (other.served & ~mine.served) != 0;
  parts.lost_data = LostData(sim, cluster);
}

void Observer::JudgeAnswer(const SimCluster& cluster, const std::optional<Answer>& answer,
                           VerdictParts& parts) const {
  if (!answer) return;
  const Sim sim = cluster.View();
  const bool faulty = HasFault(cluster.world());
  parts.detected = answer->detected == faulty;
  if (!faulty || !answer->detected) return;
  if (answer->kind != EntityKind::kCluster) {
    const u32 row = cluster.RowOf(answer->kind, answer->slot);
    parts.localized = row != 0 && IsCauseEntity(sim, answer->kind, row);
  }
  parts.analysed = parts.localized && AnswerNamesCause(sim, *answer);
}

i8 Observer::VerdictOf(const VerdictParts& parts, bool faulty,
                       const std::optional<Answer>& answer) const {
  if (parts.harmed_clients || parts.lost_operation || parts.lost_data || parts.changed_protected) {
    return -1;
  }
  if (!faulty) return answer && !answer->detected && !parts.wrote ? 1 : 0;
  switch (objective_->task) {
    case JudgedTask::kDetection: return parts.detected && !parts.wrote ? 1 : 0;
    case JudgedTask::kLocalization: return parts.localized && !parts.wrote ? 1 : 0;
    case JudgedTask::kAnalysis: return parts.analysed && !parts.wrote ? 1 : 0;
    case JudgedTask::kMitigation:
    case JudgedTask::kResolve: break;
  }
  const bool solved =
      parts.slo_held && parts.cause_gone && parts.disturbed <= objective_->max_disrupted;
  return solved ? 1 : 0;
}

void Observer::Judge(SimCluster& cluster, Twin& twin, const std::optional<Answer>& answer,
                     EpisodeResult& result) {
  result.end = cluster.Now();
  result.faulty = HasFault(cluster.world());
  VerdictParts& parts = result.parts;
  parts.slo_held = HoldObjective(cluster, twin);
  parts.cause_gone = AllCausesGone(cluster.View());
  JudgeHarm(cluster, twin, parts);
  JudgeAnswer(cluster, answer, parts);
  result.verdict = VerdictOf(parts, result.faulty, answer);
  result.injected_at = FirstFaultAt(cluster.world());
  result.repaired_at = parts.cause_gone && result.faulty ? repaired_at_ : 0;
  result.hash = HashWorld(cluster.world());
}

}  // namespace wt
