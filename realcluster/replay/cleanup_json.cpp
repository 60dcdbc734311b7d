// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "realcluster/kube/api_status.h"
#include "realcluster/mirror/written_part.h"
#include "realcluster/replay/steps.h"
#include "sim/objects/access.h"

namespace wt {
namespace {

constexpr double kPollS = 1;
constexpr double kGoneWithinS = 60;
const std::string kPodsLeft = "gone, but of its pods ";
constexpr const char* kReplaced = "there is another object in its place, which is left alone";

struct Cleaning {
  KubeApi& api;
  Inventory& inventory;
  const ApplyOptions& options;
  std::map<std::string, std::string> left = {};  // path -> why
  std::map<std::string, std::string> lost = {};  // was there before us; path -> why not again
};

// After some calls in a row that did not reach the API, each of which took its time, the others
// fail at once.
class ReachedOrNot final : public KubeApi {
 public:
  explicit ReachedOrNot(KubeApi& api) : api_(api) {}
  Result<ApiReply> Call(const ApiRequest& request) override {
    if (failed_ >= kFailuresMax) return *last_;
    auto reply = api_.Call(request);
    failed_ = reply ? 0 : failed_ + 1;
    if (!reply) last_ = reply.error();
    return reply;
  }
  Result<std::unique_ptr<ApiWatch>> Watch(const ApiRequest& request) override {
    return api_.Watch(request);
  }

 private:
  static constexpr int kFailuresMax = 3;
  KubeApi& api_;
  int failed_ = 0;
  std::optional<Error> last_;
};

struct Deletion {
  std::string path, uid;
};

// What of ours is not there any more needs no reason any more.
void Gone(Cleaning& cleaning, const std::string& path) {
  if (Status noted = cleaning.inventory.Gone(path); noted)
    cleaning.left.erase(path);
  else
    cleaning.left[path] = noted.error().Text();
}

// ---- what was changed

// The object as it can be created: without what only the API server sets.
Json AsNew(Json object) {
  object.erase("status");
  for (const char* key :
       {"uid", "resourceVersion", "generation", "creationTimestamp", "managedFields", "selfLink",
        "deletionTimestamp", "deletionGracePeriodSeconds"}) {
    object["metadata"].erase(key);
  }
  return object;
}

// "": it can be made again as it was. Else why not.
std::string CannotReturn(const Json& before) {
  const std::string_view kind = Text(before, "kind");
  if (kind == "Node") return "a Node comes back only with its kubelet";
  if (kind == "Pod") return "a Pod that nothing owns was at work on its node";
  return "";
}

std::string DeleteBody(const std::string& uid) {
  Json body = {
      {"kind", "DeleteOptions"}, {"apiVersion", "v1"}, {"propagationPolicy", "Background"}};
  if (!uid.empty()) body["preconditions"]["uid"] = uid;
  return body.dump();
}

Status Send(KubeApi& api, const ApiRequest& request) {
  const auto body = SuccessBody(api.Call(request), "", request);
  if (!body) return body.error();
  return Ok{};
}

Status MakeAgain(KubeApi& api, const std::string& path, const Json& before) {
  return Send(api, {.method = "POST",
                    .path = CollectionOfPath(path),
                    .content_type = "application/json",
                    .body = AsNew(before).dump()});
}

Status ChangeBack(Cleaning& cleaning, const Inventory::Entry& entry, const Json& there,
                  const Json& before) {
  const std::string uid = UidOf(there);
  if (uid == UidOf(before)) {
    const Json patch = MergePatch(WrittenPart(there), WrittenPart(before));
    if (patch.empty()) return Ok{};
    return Send(cleaning.api, {.method = "PATCH",
                               .path = entry.path,
                               .content_type = "application/merge-patch+json",
                               .body = patch.dump()});
  }
  if (HasController(before)) return Ok{};
  if (uid.empty() || uid != entry.uid) return Error{ErrorCode::kEnvironment, "", kReplaced};
  // Ours in its place: some fields (a Service's clusterIP) cannot be changed back.
  const Status away = Send(cleaning.api, {.method = "DELETE",
                                          .path = entry.path,
                                          .content_type = "application/json",
                                          .body = DeleteBody(uid)});
  return away ? MakeAgain(cleaning.api, entry.path, before) : away;
}

// True: what it was before is all there again, or comes back without us. False: it was deleted and
// cannot be made again.
Result<bool> PutBack(Cleaning& cleaning, const Inventory::Entry& entry) {
  const Json before = Json::parse(entry.before, nullptr, false);
  if (!before.is_object()) {
    return Error{ErrorCode::kEnvironment, "", "what it was before is not readable"};
  }
  const auto there = GetObject(cleaning.api, entry.path);
  if (!there) return there.error();
  const bool gone = !there->has_value();
  if (gone && HasController(before)) return true;
  if (gone && !CannotReturn(before).empty()) return false;
  const Status put = gone ? MakeAgain(cleaning.api, entry.path, before)
                          : ChangeBack(cleaning, entry, **there, before);
  if (!put) return put.error();
  return true;
}

void PutAllBack(Cleaning& cleaning) {
  const std::vector<Inventory::Entry> entries = cleaning.inventory.entries();
  for (const Inventory::Entry& entry : entries) {
    if (entry.before.empty()) continue;
    if (Interrupted(cleaning.options)) {
      cleaning.left[entry.path] = "interrupted";
      continue;
    }
    const Result<bool> put = PutBack(cleaning, entry);
    if (!put) {
      cleaning.left[entry.path] = put.error().Text();
      continue;
    }
    if (*put) Say(cleaning.options, LabelOfPath(entry.path) + " is as it was");
    Gone(cleaning, entry.path);
    if (!*put) {
      cleaning.lost[entry.path] = CannotReturn(Json::parse(entry.before, nullptr, false));
    }
  }
}

// ---- what was created

// The uid to delete by. Nothing: it is gone, or why not stands in `left`.
std::optional<std::string> UidToDelete(Cleaning& cleaning, const Inventory::Entry& entry) {
  if (!entry.uid.empty()) return entry.uid;
  const auto there = GetObject(cleaning.api, entry.path);
  if (!there) {
    cleaning.left[entry.path] = there.error().Text();
  } else if (!there->has_value()) {
    Gone(cleaning, entry.path);
  } else if (!MayBeOurs(**there)) {
    cleaning.left[entry.path] = kReplaced;
  } else {
    return UidOf(**there);
  }
  return std::nullopt;
}

// False: it is not going to go; why stands in `left`.
bool SendDelete(Cleaning& cleaning, const Deletion& deletion) {
  const auto reply = cleaning.api.Call({.method = "DELETE",
                                        .path = deletion.path,
                                        .content_type = "application/json",
                                        .body = DeleteBody(deletion.uid)});
  if (!reply) {
    cleaning.left[deletion.path] = reply.error().Text();
    return false;
  }
  if (reply->status == 404 || (reply->status >= 200 && reply->status < 300)) return true;
  const ApiRefusal refusal = ReadRefusal(reply->status, reply->body);
  // Also the answer for a namespace that is being deleted already.
  const auto there = refusal.code == 409 ? GetObject(cleaning.api, deletion.path)
                                         : Result<std::optional<Json>>(std::optional<Json>());
  if (refusal.code == 409 && there) {
    if (!there->has_value() || UidOf(**there) == deletion.uid) return true;
    cleaning.left[deletion.path] = kReplaced;
    return false;
  }
  cleaning.left[deletion.path] =
      RefusalError(refusal, "", {.method = "DELETE", .path = deletion.path}).Text();
  return false;
}

bool IsOwnedByOne(const Json& object, const std::set<std::string>& uids) {
  return std::ranges::any_of(
      List(Map(object, "metadata"), "ownerReferences"),
      [&](const Json& owner) { return uids.contains(std::string(Text(owner, "uid"))); });
}

// Names of what controllers made for those of `owners` and is still there; `owners` takes up the
// ReplicaSets and Jobs it finds, as pods name only those.
Result<std::vector<std::string>> Dependents(KubeApi& api, const std::string& name_space,
                                            std::set<std::string>& owners) {
  std::vector<std::string> out;
  const std::string in = "/namespaces/" + name_space;
  for (const std::string& collection :
       {"/apis/batch/v1" + in + "/jobs", "/apis/apps/v1" + in + "/replicasets",
        "/api/v1" + in + "/pods"}) {
    const auto items = GetItems(api, collection);
    if (!items && items.error().code == ErrorCode::kNotFound) continue;
    if (!items) return items.error();
    for (const Json& item : *items) {
      if (!IsOwnedByOne(item, owners)) continue;
      owners.insert(UidOf(item));
      out.emplace_back(Text(Map(item, "metadata"), "name"));
    }
  }
  return out;
}

// Of workloads alone.
bool HasDependents(const std::string& path) {
  return path.starts_with("/apis/apps/") || path.starts_with("/apis/batch/");
}

// Those of the batch that are not gone yet, with why in `left`.
std::vector<Deletion> StillThere(Cleaning& cleaning, const std::vector<Deletion>& batch,
                                 std::set<std::string>& owners) {
  std::vector<Deletion> out;
  std::string below;  // what is under the workloads of this batch
  if (!batch.empty() && HasDependents(batch[0].path)) {
    const auto names = Dependents(cleaning.api, NamespaceOfPath(batch[0].path), owners);
    if (!names)
      below = names.error().Text();
    else if (!names->empty())
      below = names->front() + " is still there";
  }
  for (const Deletion& deletion : batch) {
    const auto there = GetObject(cleaning.api, deletion.path);
    const bool ours = there && there->has_value() && UidOf(**there) == deletion.uid;
    if (!there)
      cleaning.left[deletion.path] = there.error().Text();
    else if (ours)
      cleaning.left[deletion.path] = "is still being deleted";
    else if (there->has_value())
      cleaning.left[deletion.path] = kReplaced;
    else if (!below.empty())
      cleaning.left[deletion.path] = kPodsLeft + below;
    else
      Gone(cleaning, deletion.path);
    const bool replaced = there && there->has_value() && !ours;
    if (cleaning.left.contains(deletion.path) && !replaced) out.push_back(deletion);
  }
  return out;
}

// Entries of one collection.
void DeleteBatch(Cleaning& cleaning, const std::vector<Inventory::Entry>& entries) {
  std::vector<Deletion> batch;
  std::set<std::string> owners;
  for (const Inventory::Entry& entry : entries) {
    if (Interrupted(cleaning.options)) {
      cleaning.left[entry.path] = "interrupted";
      continue;
    }
    const std::optional<std::string> uid = UidToDelete(cleaning, entry);
    if (!uid || !SendDelete(cleaning, {entry.path, *uid})) continue;
    batch.push_back({entry.path, *uid});
    owners.insert(*uid);
  }
  if (batch.empty()) return;
  const std::string collection = CollectionOfPath(batch[0].path);
  Say(cleaning.options,
      fmt::format("deleting {} {}", batch.size(), collection.substr(collection.rfind('/') + 1)));
  Patience patience(cleaning.options, kGoneWithinS);
  while (true) {
    batch = StillThere(cleaning, batch, owners);
    if (batch.empty() || !patience.Wait(kPollS)) return;
  }
}

bool IsNamespace(const Inventory::Entry& entry) {
  return CollectionOfPath(entry.path) == "/api/v1/namespaces";
}

void DeleteCreated(Cleaning& cleaning, bool namespaces) {
  const std::vector<Inventory::Entry> entries = cleaning.inventory.entries();
  std::vector<Inventory::Entry> batch;
  for (const Inventory::Entry& entry : entries) {
    const bool ours = entry.created && entry.before.empty();
    if (!ours || IsNamespace(entry) != namespaces) continue;
    if (!batch.empty() && CollectionOfPath(batch[0].path) != CollectionOfPath(entry.path)) {
      DeleteBatch(cleaning, batch);
      batch.clear();
    }
    batch.push_back(entry);
  }
  if (!batch.empty()) DeleteBatch(cleaning, batch);
}

// What went with its namespace, or in the meantime.
void LookAgain(Cleaning& cleaning) {
  const std::map<std::string, std::string> left = cleaning.left;
  for (const auto& [path, why] : left) {
    const Inventory::Entry* entry = cleaning.inventory.Find(path);
    if (entry == nullptr || !entry->created) continue;
    const bool pods_left = why.starts_with(kPodsLeft);
    const std::string seen = pods_left ? "/api/v1/namespaces/" + NamespaceOfPath(path) : path;
    const auto there = GetObject(cleaning.api, seen);
    if (there && !there->has_value()) Gone(cleaning, path);
  }
}

}  // namespace

Status Cleanup(KubeApi& api, Inventory& inventory, const ApplyOptions& options) {
  ReachedOrNot reached(api);
  Cleaning cleaning{reached, inventory, options};
  PutAllBack(cleaning);
  DeleteCreated(cleaning, false);
  DeleteCreated(cleaning, true);
  LookAgain(cleaning);
  const bool retry = std::ranges::any_of(inventory.entries(), [](const Inventory::Entry& entry) {
    return !entry.before.empty();
  });
  if (retry) PutAllBack(cleaning);  // what was created may have been in the way
  if (cleaning.left.empty() && cleaning.lost.empty()) return Ok{};
  std::string text;
  if (!cleaning.left.empty()) {
    text = fmt::format("{} objects are left; {} keeps them: clean up again (`{}`), or by hand",
                       cleaning.left.size(), inventory.file(), options.cleanup_command);
  }
  for (const auto& [path, why] : cleaning.left) text += fmt::format("\n  {}: {}", path, why);
  if (!cleaning.lost.empty()) {
    text += fmt::format("{}{} objects that were there before the run were deleted and cannot be "
                        "created again: do it by hand",
                        text.empty() ? "" : "\n", cleaning.lost.size());
  }
  for (const auto& [path, why] : cleaning.lost) text += fmt::format("\n  {}: {}", path, why);
  return Error{ErrorCode::kEnvironment, "", std::move(text)};
}

}  // namespace wt
