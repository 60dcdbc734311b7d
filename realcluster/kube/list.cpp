// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "realcluster/kube/api_status.h"
#include "realcluster/kube/json_scan.h"
#include "realcluster/kube/list_pager.h"
#include "realcluster/kube/query.h"
#include "realcluster/kube/rest_kube_api.h"

namespace wt {
namespace {

constexpr int kRestartsMax = 5;
constexpr int kGone = 410;

// `item` with the kind and apiVersion (JSON strings) that items of built-in lists leave out.
std::string WithType(std::string_view item, std::string_view kind, std::string_view api_version) {
  bool has_kind = false, has_version = false, is_empty = true;
  ForEachMember(item, [&](std::string_view key, std::string_view) {
    is_empty = false;
    has_kind = has_kind || key == "kind";
    has_version = has_version || key == "apiVersion";
    return !(has_kind && has_version);
  });
  if ((has_kind && has_version) || item.empty()) return std::string(item);
  std::string typed = "{";
  if (!has_kind) typed += fmt::format(R"("kind":{})", kind);
  if (!has_kind && !has_version) typed += ',';
  if (!has_version) typed += fmt::format(R"("apiVersion":{})", api_version);
  if (!is_empty) typed += ',';
  return typed.append(item.substr(1));
}

}  // namespace

ListPager::ListPager(KubeApi& api, const ApiRequest& collection, int items_per_page)
    : api_(api), request_(collection) {
  const std::string rest =
      TakeFromQuery(collection.query, [](const std::string& key, const std::string&) {
        return key == "limit" || key == "continue" || key == "watch";
      });
  base_query_ = rest + (rest.empty() ? "" : "&") + fmt::format("limit={}", items_per_page);
}

Result<ListPager::Page> ListPager::Next(const std::function<void(std::string_view)>& on_object) {
  request_.query = base_query_;
  if (!continue_.empty()) request_.query += "&continue=" + EncodePercent(continue_);
  Result<ApiReply> reply = api_.Call(request_);
  if (!reply) return reply.error();
  if (reply->status == kGone && !continue_.empty() && ++restarts_ <= kRestartsMax) {
    continue_.clear();
    return Page{.restarted = true, .last = false, .resource_version = ""};
  }
  const Result<std::string> body = SuccessBody(std::move(reply), request_.path, request_);
  if (!body) return body.error();
  return Cut(*body, on_object);
}

Result<ListPager::Page> ListPager::Cut(std::string_view body,
                                       const std::function<void(std::string_view)>& on_object) {
  std::string_view kind, api_version, metadata, items;
  const bool whole = ForEachMember(body, [&](std::string_view key, std::string_view value) {
    if (key == "kind") kind = value;
    if (key == "apiVersion") api_version = value;
    if (key == "metadata") metadata = value;
    if (key == "items") items = value;
    return true;
  });
  const std::string list_kind = StringValue(kind);
  if (!whole || !list_kind.ends_with("List") || metadata.empty()) {
    return Error{ErrorCode::kEnvironment, request_.path, "the answer is no list"};
  }
  const std::string item_kind = '"' + list_kind.substr(0, list_kind.size() - 4) + '"';
  Page page;
  page.resource_version = StringValue(FindMember(metadata, "resourceVersion"));
  continue_ = StringValue(FindMember(metadata, "continue"));
  page.last = continue_.empty();
  const bool is_array = ForEachElement(items, [&](std::string_view item) {
    on_object(WithType(item, item_kind, api_version));
    return true;
  });
  if (!is_array && items != "null" && !items.empty()) {
    return Error{ErrorCode::kEnvironment, request_.path, "the list's items are no array"};
  }
  return page;
}

Result<std::string> ListAll(KubeApi& api, const ApiRequest& request,
                            const std::function<void(std::string_view)>& on_object,
                            const std::function<void()>& on_restart) {
  ListPager pager(api, request);
  for (;;) {
    const Result<ListPager::Page> page = pager.Next(on_object);
    if (!page) return page.error();
    if (page->restarted && on_restart) on_restart();
    if (page->last) return page->resource_version;
  }
}

}  // namespace wt
