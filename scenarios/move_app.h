// SPDX-License-Identifier: Apache-2.0
// An app in another namespace than its manifests say, as it comes to a cluster where only one is
// ours. Simulated and real it is then the same app.
#pragma once

#include <string>
#include <vector>

#include "scenarios/behaviour.h"

namespace wt {

// Every object that is in a namespace goes to `name_space`, its Namespace manifests are left out,
// and what names the old one follows: subjects of bindings, and host names of the app's Services
// (cart.shop, cart.shop.svc) in environments, arguments and ConfigMaps. `said` gets a line for each
// host name. Moved again it stays as it is. Error: kInvalidInput, FILE:LINE: two objects that would
// be one. O(size of the manifests).
Result<App> MoveApp(App app, const std::string& name_space, std::vector<std::string>& said);

}  // namespace wt
