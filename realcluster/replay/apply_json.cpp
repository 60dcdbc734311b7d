// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "realcluster/kube/api_status.h"
#include "realcluster/replay/app_plan.h"
#include "realcluster/replay/readiness.h"
#include "realcluster/replay/steps.h"
#include "sim/objects/access.h"

namespace wt {
namespace {

constexpr double kPollS = 1;
constexpr double kAccountPollS = 0.1;
constexpr double kAccountWithinS = 10;  // a namespace's ServiceAccount comes from a controller
constexpr double kNamespaceGoneS = 60;

struct Applying {
  KubeApi& api;
  Inventory& inventory;
  const ApplyOptions& options;
  int created = 0;
};

Error InterruptedError() { return {ErrorCode::kEnvironment, "", "interrupted"}; }

Error IsThere(const Applying& applying, const PlannedObject& object) {
  return {ErrorCode::kAlreadyExists, object.path,
          object.Label() +
              " is there and was not created by this run: remove it, run `" +
              applying.options.cleanup_command +
              "` if an earlier run left it, or choose another namespace"};
}

// Answers of 4xx changed nothing; those of 5xx may have (a time-out behind the API server).
Status Refused(Applying& applying, const PlannedObject& object, const ApiRequest& request,
               const ApiReply& reply) {
  const ApiRefusal refusal = ReadRefusal(reply.status, reply.body);
  if (reply.status < 500) {
    if (Status gone = applying.inventory.Gone(object.path); !gone) return gone;
  }
  if (refusal.reason == "AlreadyExists") return IsThere(applying, object);
  const bool no_namespace = refusal.message.starts_with("namespaces ");
  if (reply.status == 404 && !no_namespace) {
    Say(applying.options, object.Label() + " is left out: the cluster does not serve this kind");
    return Ok{};
  }
  return RefusalError(refusal, object.Label(), request);
}

Status Create(Applying& applying, const PlannedObject& object) {
  if (Status noted = applying.inventory.WillCreate(object.path); !noted) return noted;
  const ApiRequest request{.method = "POST",
                           .path = object.collection,
                           .content_type = "application/json",
                           .body = object.body};
  const auto reply = applying.api.Call(request);
  if (!reply) return reply.error();
  if (reply->status < 200 || reply->status > 299) {
    return Refused(applying, object, request, *reply);
  }
  ++applying.created;
  const Json made = Json::parse(reply->body, nullptr, false);
  return applying.inventory.Created(object.path, UidOf(made));
}

// A namespace that an earlier cleanup has not got rid of yet takes no objects.
Status WaitUntilGone(Applying& applying, const PlannedObject& object) {
  Say(applying.options, object.Label() + " is being deleted: waiting");
  Patience patience(applying.options, kNamespaceGoneS);
  while (true) {
    const auto there = GetObject(applying.api, object.path);
    if (!there) return there.error();
    if (!there->has_value()) return Ok{};
    if (!patience.Wait(kPollS)) break;
  }
  if (Interrupted(applying.options)) return InterruptedError();
  return Error{ErrorCode::kEnvironment, object.path,
               fmt::format("{} is still being deleted after {:.0f} s: see its status, its "
                           "finalizers hold it",
                           object.Label(), kNamespaceGoneS)};
}

Status CreateIfMissing(Applying& applying, const PlannedObject& object) {
  const auto there = GetObject(applying.api, object.path);
  if (!there) return there.error();
  if (!there->has_value()) return Create(applying, object);
  const Inventory::Entry* known = applying.inventory.Find(object.path);
  const bool ours = known != nullptr && known->created;
  if (Find(Map(**there, "metadata"), "deletionTimestamp") != nullptr) {
    if (Status gone = WaitUntilGone(applying, object); !gone) return gone;
    return Create(applying, object);
  }
  const std::string uid = UidOf(**there);
  if (ours && known->uid == uid) return Ok{};
  if (ours && known->uid.empty() && MayBeOurs(**there)) {
    return applying.inventory.Created(object.path, uid);
  }
  return object.kind == "Namespace" ? Status(Ok{}) : Status(IsThere(applying, object));
}

// Pods of the manifests are refused before their namespace has its ServiceAccount.
Status WaitForAccount(Applying& applying, const std::string& name_space) {
  Patience patience(applying.options, kAccountWithinS);
  while (true) {
    const auto account =
        GetObject(applying.api, "/api/v1/namespaces/" + name_space + "/serviceaccounts/default");
    if (!account) return account.error();
    if (account->has_value() || !patience.Wait(kAccountPollS)) return Ok{};
  }
}

Status CreateAll(Applying& applying, const AppPlan& plan) {
  for (const PlannedObject& object : plan.objects) {
    if (Interrupted(applying.options)) return InterruptedError();
    const int before = applying.created;
    if (Status made = CreateIfMissing(applying, object); !made) return made;
    if (object.kind != "Namespace" || applying.created == before) continue;
    if (Status has = WaitForAccount(applying, object.name); !has) return has;
  }
  Say(applying.options, fmt::format("{} objects created", applying.created));
  return Ok{};
}

Error NotReady(Applying& applying, const App& app, const AppPlan& plan, const Progress& progress) {
  if (Interrupted(applying.options)) return InterruptedError();
  const Reasons why = WhyNotReady(applying.api, plan, progress);
  const std::string& remedy = applying.options.image_remedy;
  return {ErrorCode::kEnvironment, app.path,
          fmt::format("not ready after {:.0f} s: {} of {} pods Ready{}{}",
                      applying.options.ready_within_s, progress.ready_pods, progress.pods,
                      why.text,
                      why.image_missing && !remedy.empty()
                          ? "\n  the nodes lack images of the app: " + remedy
                          : "")};
}

// The number that the deployment controller gave the present template; 0: none yet.
Result<size_t> RevisionOf(KubeApi& api, const PlannedObject& object) {
  const auto live = GetObject(api, object.path);
  if (!live) return live.error();
  if (!live->has_value()) return size_t{0};
  const Json& annotations = Map(Map(**live, "metadata"), "annotations");
  const std::string text(Text(annotations, "deployment.kubernetes.io/revision"));
  return static_cast<size_t>(std::strtoul(text.c_str(), nullptr, 10));
}

// Every Deployment that is at `number` and has a revision after it to that one; whether any has
// one. A resumed run finds some of them further.
Result<bool> ToNextRevision(Applying& applying, const AppPlan& plan, size_t number) {
  bool any = false;
  for (const PlannedObject& object : plan.objects) {
    if (object.patches.size() < number) continue;
    any = true;
    if (Interrupted(applying.options)) return InterruptedError();
    const Result<size_t> present = RevisionOf(applying.api, object);
    if (!present) return present.error();
    if (*present != number) continue;
    const ApiRequest request{.method = "PATCH",
                             .path = object.path,
                             .content_type = "application/merge-patch+json",
                             .body = object.patches[number - 1]};
    const auto body = SuccessBody(applying.api.Call(request), object.Label(), request);
    if (!body) return body.error();
  }
  return any;
}

// `done` says when; `said` is the last line, so that each is said once.
Status WaitFor(Applying& applying, const App& app, const AppPlan& plan, Patience& patience,
               const std::function<bool(const Progress&)>& done, bool tell) {
  std::string said;
  while (true) {
    const auto progress = ReadProgress(applying.api, plan);
    if (!progress) return progress.error();
    std::string line = fmt::format("{} of {} pods Ready", progress->ready_pods, progress->pods);
    if (tell && line != said) Say(applying.options, said = std::move(line));
    if (done(*progress)) return Ok{};
    if (!patience.Wait(kPollS)) return NotReady(applying, app, plan, *progress);
  }
}

}  // namespace

Status ApplyApp(KubeApi& api, const App& app, const Ownership& ownership, Inventory& inventory,
                const ApplyOptions& options) {
  if (Status owned = CheckOwnership(api, ownership); !owned) return owned;
  const auto plan = PlanApp(api, app, ownership);
  if (!plan) return plan.error();
  for (const std::string& warning : plan->warnings) Say(options, warning);
  Applying applying{api, inventory, options};
  if (Status made = CreateAll(applying, *plan); !made) return made;
  Patience patience(options, options.ready_within_s);
  const auto known = [](const Progress& progress) { return progress.unobserved.empty(); };
  for (size_t number = 1;; ++number) {
    if (Status waited = WaitFor(applying, app, *plan, patience, known, false); !waited) {
      return waited;
    }
    const Result<bool> changed = ToNextRevision(applying, *plan, number);
    if (!changed) return changed.error();
    if (!*changed) break;
  }
  const auto ready = [](const Progress& progress) { return progress.not_ready.empty(); };
  return WaitFor(applying, app, *plan, patience, ready, true);
}

}  // namespace wt
