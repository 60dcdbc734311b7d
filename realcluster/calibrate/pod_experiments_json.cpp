// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "realcluster/calibrate/experiments.h"
#include "realcluster/calibrate/node_access.h"
#include "realcluster/kube/api_status.h"
#include "sim/objects/access.h"
#include "sim/objects/parse_json.h"

namespace wt {
namespace {

constexpr int kPatienceS = 5;

struct Subject {
  Made made;
  std::string name;
  double zero_ms = 0;
};

Result<Subject> Begin(Rig& rig, Sample& sample, const char* prefix,
                      const std::vector<std::string>& args, const Json& container = Json()) {
  if (Status waited = WaitAtRandom(rig, 0.2, 1.2); !waited) return waited.error();
  rig.log.Skip();
  Subject subject;
  subject.name = fmt::format("{}-{}", prefix, sample.run);
  Json pod = PodOf(subject.name, args);
  if (container.is_object()) {
    pod["spec"]["containers"][0].update(container);
    pod["spec"]["restartPolicy"] = "Never";
  }
  subject.zero_ms = SteadyMs();
  Result<Made> made = Make(rig, "/api/v1", "pods", pod);
  if (!made) return made.error();
  sample.at_ms["answered"] = SteadyMs() - subject.zero_ms;
  subject.made = std::move(*made);
  return subject;
}

// DELETE, and wait until it is gone.
Status Remove(Rig& rig, const Subject& subject, Marks& marks, int grace_s) {
  MarkOnce(marks, "delete-sent", SteadyMs() - subject.zero_ms);
  if (Status sent = Delete(rig, subject.made, grace_s); !sent) return sent;
  if (Status gone = FollowPod(rig, subject.name, subject.zero_ms, marks, {"gone"}); !gone) {
    return gone;
  }
  return Forget(rig, subject.made);
}

Result<std::string> NodeOf(Rig& rig, const Subject& subject) {
  const auto body = SuccessBody(rig.api.Call({.path = subject.made.path}), subject.made.path);
  if (!body) return body.error();
  const Result<Json> pod = ParseJson(*body, subject.made.path);
  if (!pod) return pod.error();
  return std::string(Text(Map(*pod, "spec"), "nodeName"));
}

// The instant of the probe's next turn, for a sample.
void MarkTurn(const Rig& rig, const Subject& subject, bool answers, double from_ms,
              const char* mark, Marks& marks) {
  if (rig.probe == nullptr) return;
  double at = 0;
  WaitFor(kPatienceS, [&] { return (at = rig.probe->TurnedTo(answers, from_ms)) != 0; });
  if (at != 0) MarkOnce(marks, mark, at - subject.zero_ms);
}

// A pod that ends by itself: its process's life and what the API shows of it.
Result<Sample> ShortLifeOnce(Rig& rig, int run, const char* name,
                             const std::vector<std::string>& args, const Json& container) {
  Sample sample{name, run, {}};
  Result<Subject> subject = Begin(rig, sample, name, args, container);
  if (!subject) return subject.error();
  const double zero = subject->zero_ms;
  Marks& marks = sample.at_ms;
  if (Status s = FollowPod(rig, subject->name, zero, marks, {"scheduled"}); !s) return s.error();
  const Result<std::string> node = NodeOf(rig, *subject);
  if (!node) return node.error();
  ProcessLife life(*node, subject->made.uid);
  if (Status s = FollowPod(rig, subject->name, zero, marks, {"exit-seen"}); !s) return s.error();
  if (life.began_ms() > 0 && life.ended_ms() > 0) {
    marks["began"] = life.began_ms() - zero;
    marks["exited"] = life.ended_ms() - zero;
  }
  if (Status removed = Remove(rig, *subject, marks, 0); !removed) return removed.error();
  return sample;
}

}  // namespace

Result<Sample> PodOnce(Rig& rig, int run) {
  Sample sample{"pod", run, {}};
  Result<Subject> subject = Begin(rig, sample, "pod", {});
  if (!subject) return subject.error();
  const double zero = subject->zero_ms;
  Marks& marks = sample.at_ms;
  if (Status s = FollowPod(rig, subject->name, zero, marks, {"ready", "started", "in-slice"}); !s) {
    return s.error();
  }
  MarkTurn(rig, *subject, true, zero, "answers", marks);
  if (Status waited = WaitAtRandom(rig, 1.0, 2.0); !waited) return waited.error();
  std::unique_ptr<ProcessLife> life;
  if (rig.on_node) {
    const Result<std::string> node = NodeOf(rig, *subject);
    if (!node) return node.error();
    life = std::make_unique<ProcessLife>(*node, subject->made.uid);
    WaitFor(kPatienceS, [&] { return life->pid() != 0; });
  }
  if (Status removed = Remove(rig, *subject, marks, -1); !removed) return removed.error();
  if (life != nullptr && life->ended_ms() > 0) marks["exited"] = life->ended_ms() - zero;
  if (rig.probe != nullptr) {
    MarkTurn(rig, *subject, false, zero + marks["delete-sent"], "refuses", marks);
  }
  return sample;
}

Result<Sample> KillOnce(Rig& rig, int run) {
  Sample sample{"kill", run, {}};
  Result<Subject> subject = Begin(rig, sample, "kill", {});
  if (!subject) return subject.error();
  const double zero = subject->zero_ms;
  Marks& marks = sample.at_ms;
  if (Status s = FollowPod(rig, subject->name, zero, marks, {"ready", "started"}); !s) {
    return s.error();
  }
  if (Status waited = WaitAtRandom(rig, 1.0, 2.0); !waited) return waited.error();
  const Result<std::string> node = NodeOf(rig, *subject);
  if (!node) return node.error();
  const std::optional<int> pid = ProcessOfPod(*node, subject->made.uid);
  if (!pid) return Error{ErrorCode::kEnvironment, subject->name, "its process is not found"};
  rig.log.Skip();
  marks["killed"] = SteadyMs() - zero;
  KillProcess(*pid);
  if (Status s = FollowPod(rig, subject->name, zero, marks, {"ready-again"}); !s) {
    return s.error();
  }
  if (Status removed = Remove(rig, *subject, marks, -1); !removed) return removed.error();
  return sample;
}

Result<Sample> PullOnce(Rig& rig, int run) {
  Sample sample{"pull", run, {}};
  const Json image = {{"image", fmt::format("wavetank.local/absent:{}", run)}};
  Result<Subject> subject = Begin(rig, sample, "pull", {"serve"}, image);
  if (!subject) return subject.error();
  const double zero = subject->zero_ms;
  if (Status s = FollowPod(rig, subject->name, zero, sample.at_ms,
                           {"pulling", "refused", "refusal-seen"});
      !s) {
    return s.error();
  }
  if (Status removed = Remove(rig, *subject, sample.at_ms, 0); !removed) return removed.error();
  return sample;
}

Result<Sample> OomOnce(Rig& rig, int run) {
  return ShortLifeOnce(rig, run, "oom", {"eat", "256"},
                       {{"resources", {{"limits", {{"memory", "64Mi"}}}}}});
}

Result<Sample> CrashOnce(Rig& rig, int run) {
  return ShortLifeOnce(rig, run, "crash", {"none"}, Json::object());
}

namespace {

// One change of label: until the slice and kube-proxy follow.
Status Relabel(Rig& rig, const Subject& subject, bool into, const std::string& prefix,
               Marks& marks) {
  const double sent = SteadyMs();
  marks[prefix + "sent"] = sent - subject.zero_ms;
  const Json labels = {{"app", into ? "calibrate" : "out"}};
  if (Status s = Patch(rig, subject.made.path, {{"metadata", {{"labels", labels}}}}); !s) return s;
  Status followed = Follow(rig, subject.name, kPatienceS, [&](const Seen& seen) {
    const double at = seen.at_ms - subject.zero_ms;
    const Json& metadata = Map(*seen.object, "metadata");
    if (seen.collection == "pods" && Text(metadata, "name") == subject.name &&
        (Text(Map(metadata, "labels"), "app") == "calibrate") == into) {
      MarkOnce(marks, prefix + "pod", at);
    }
    const int ready = ReadyAddresses(seen, kService);
    if (ready >= 0 && (ready > 0) == into) MarkOnce(marks, prefix + "slice", at);
    return marks.contains(prefix + "pod") && marks.contains(prefix + "slice");
  });
  if (!followed) return followed;
  MarkTurn(rig, subject, into, sent, (prefix + "proxy").c_str(), marks);
  return Ok{};
}

// Alone: kube-proxy has rested. In a burst: another change follows within its 1 s of rest.
Status RelabelTurns(Rig& rig, const Subject& subject, Marks& marks) {
  for (const auto& [into, word] : {std::pair{false, "out-"}, {true, "in-"}}) {
    if (Status s = WaitAtRandom(rig, 1.5, 2.5); !s) return s;
    if (Status s = Relabel(rig, subject, into, std::string("alone-") + word, marks); !s) return s;
    if (Status s = WaitAtRandom(rig, 0.0, 0.5); !s) return s;
    const std::string burst = std::string("burst-") + (into ? "out-" : "in-");
    if (Status s = Relabel(rig, subject, !into, burst, marks); !s) return s;
    if (Status s = WaitAtRandom(rig, 1.5, 2.5); !s) return s;
    if (Status s = Relabel(rig, subject, into, std::string("again-") + word, marks); !s) return s;
  }
  return Ok{};
}

}  // namespace

Result<Sample> RelabelOnce(Rig& rig, int run) {
  Sample sample{"relabel", run, {}};
  Result<Subject> subject = Begin(rig, sample, "relabel", {});
  if (!subject) return subject.error();
  if (Status s = FollowPod(rig, subject->name, subject->zero_ms, sample.at_ms,
                           {"ready", "in-slice"});
      !s) {
    return s.error();
  }
  MarkTurn(rig, *subject, true, subject->zero_ms, "answers", sample.at_ms);
  if (Status turned = RelabelTurns(rig, *subject, sample.at_ms); !turned) return turned.error();
  if (Status removed = Remove(rig, *subject, sample.at_ms, -1); !removed) return removed.error();
  return sample;
}

}  // namespace wt
