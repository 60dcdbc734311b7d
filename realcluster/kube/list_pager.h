// SPDX-License-Identifier: Apache-2.0
// A collection page by page (limit and continue). Behind ListAll and Informer.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "sim/api/kube_api.h"

namespace wt {

class ListPager {
 public:
  // A limit or continue in the query is replaced.
  ListPager(KubeApi& api, const ApiRequest& collection, int items_per_page = 500);

  struct Page {
    bool restarted = false;  // 410: this page is the first of a new list; its items follow next
    bool last = false;
    std::string resource_version;
  };
  // The next page; `on_object` gets each item with kind and apiVersion. Errors: Call's, refusals;
  // kEnvironment: no list, or too old again and again.
  Result<Page> Next(const std::function<void(std::string_view)>& on_object);

 private:
  Result<Page> Cut(std::string_view body, const std::function<void(std::string_view)>& on_object);

  KubeApi& api_;
  ApiRequest request_;
  std::string base_query_, continue_;
  int restarts_ = 0;
};

}  // namespace wt
