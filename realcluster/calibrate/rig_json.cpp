// SPDX-License-Identifier: Apache-2.0
#include "realcluster/calibrate/rig.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>
#include <thread>

#include "realcluster/kube/api_status.h"
#include "sim/objects/access.h"
#include "sim/objects/parse_json.h"

namespace wt {
namespace {

constexpr double kSliceMs = 200;  // how long an interruption may go unseen
constexpr double kPodWithinS = 60;
constexpr int kGraceS = 5;

bool IsInterrupted(const Rig& rig) {
  return rig.options.interrupted && rig.options.interrupted();
}

Error InterruptedError() { return {ErrorCode::kEnvironment, "", "interrupted"}; }

}  // namespace

Result<Made> Make(Rig& rig, const std::string& group, const std::string& collection,
                  const Json& object) {
  const std::string in = fmt::format("{}/namespaces/{}/{}", group, rig.name_space, collection);
  Made out{fmt::format("{}/{}", in, Text(Map(object, "metadata"), "name")), ""};
  if (Status noted = rig.inventory.WillCreate(out.path); !noted) return noted.error();
  const auto body = SuccessBody(rig.api.Call({.method = "POST",
                                              .path = in,
                                              .content_type = "application/json",
                                              .body = object.dump()}),
                                out.path);
  if (!body) return body.error();
  const Result<Json> made = ParseJson(*body, out.path);
  if (!made) return made.error();
  out.uid = std::string(Text(Map(*made, "metadata"), "uid"));
  if (Status noted = rig.inventory.Created(out.path, out.uid); !noted) return noted.error();
  return out;
}

Status Patch(Rig& rig, const std::string& path, const Json& merge_patch) {
  const auto body = SuccessBody(rig.api.Call({.method = "PATCH",
                                              .path = path,
                                              .content_type = "application/merge-patch+json",
                                              .body = merge_patch.dump()}),
                                path);
  if (!body) return body.error();
  return Ok{};
}

Status Delete(Rig& rig, const Made& made, int grace_s) {
  Json body = {{"kind", "DeleteOptions"},
               {"apiVersion", "v1"},
               {"propagationPolicy", "Background"},
               {"preconditions", {{"uid", made.uid}}}};
  if (grace_s >= 0) body["gracePeriodSeconds"] = grace_s;
  const auto answer = SuccessBody(rig.api.Call({.method = "DELETE",
                                                .path = made.path,
                                                .content_type = "application/json",
                                                .body = body.dump()}),
                                  made.path);
  if (!answer) return answer.error();
  return Ok{};
}

Status Forget(Rig& rig, const Made& made) { return rig.inventory.Gone(made.path); }

Status Follow(Rig& rig, const std::string& what, double seconds,
              const std::function<bool(const Seen&)>& take) {
  const double until = SteadyMs() + seconds * 1000;
  while (true) {
    if (IsInterrupted(rig)) return InterruptedError();
    const double now = SteadyMs();
    auto seen = rig.log.Next(std::min(until, now + kSliceMs));
    if (!seen) return seen.error();
    if (seen->has_value() && take(**seen)) return Ok{};
    if (!seen->has_value() && SteadyMs() >= until) {
      return Error{ErrorCode::kEnvironment, what, fmt::format("waited {:.0f} s in vain", seconds)};
    }
  }
}

Status FollowPod(Rig& rig, const std::string& pod, double zero_ms, Marks& marks,
                 std::initializer_list<const char*> wanted) {
  const auto all = [&] {
    return std::ranges::all_of(wanted, [&](const char* mark) { return marks.contains(mark); });
  };
  if (all()) return Ok{};
  return Follow(rig, pod, kPodWithinS, [&](const Seen& seen) {
    MarkPod(seen, pod, zero_ms, marks);
    const int ready = ReadyAddresses(seen, kService);
    if (ready > 0 && !marks.contains("delete-sent")) {
      MarkOnce(marks, "in-slice", seen.at_ms - zero_ms);
    }
    if (ready == 0 && marks.contains("delete-sent")) {
      MarkOnce(marks, "out-of-slice", seen.at_ms - zero_ms);
    }
    return all();
  });
}

Status WaitAtRandom(Rig& rig, double low_s, double high_s) {
  const double wait = std::uniform_real_distribution<>(low_s, high_s)(rig.random);
  const double until = SteadyMs() + wait * 1000;
  while (SteadyMs() < until) {
    if (IsInterrupted(rig)) return InterruptedError();
    const double left = std::min(until - SteadyMs(), kSliceMs);
    std::this_thread::sleep_for(std::chrono::duration<double, std::milli>(std::max(left, 0.0)));
  }
  return Ok{};
}

bool WaitFor(double seconds, const std::function<bool()>& condition) {
  const double until = SteadyMs() + seconds * 1000;
  while (!condition()) {
    if (SteadyMs() >= until) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return true;
}

Json PodOf(const std::string& name, const std::vector<std::string>& args) {
  Json container = {{"name", "app"}, {"image", kImage}, {"imagePullPolicy", "IfNotPresent"}};
  Json metadata = {{"name", name}};
  if (args.empty()) {
    metadata["labels"] = {{"app", "calibrate"}};
    container["ports"] = {{{"containerPort", 8080}}};
    container["readinessProbe"] = {{"httpGet", {{"path", "/readyz"}, {"port", 8080}}},
                                   {"periodSeconds", 1}};
  } else {
    container["args"] = args;
  }
  return {{"apiVersion", "v1"},
          {"kind", "Pod"},
          {"metadata", metadata},
          {"spec",
           {{"terminationGracePeriodSeconds", kGraceS},
            {"containers", Json::array({container})}}}};
}

}  // namespace wt
