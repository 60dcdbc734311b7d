// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "faults/common.h"
#include "sim/objects/edits.h"
#include "sim/objects/timestamp.h"

namespace wt {

RealChange RealEdit(const Sim& sim, ObjectRef object, EditOp op, u16 detail, u32 arg) {
  const Json rendered = Json::parse(RenderObject(sim, object));
  RealChange change;
  change.kind = rendered["kind"].get<std::string>();
  change.ns = rendered["metadata"].value("namespace", "");
  change.name = rendered["metadata"]["name"].get<std::string>();
  change.verb = "patch";
  change.type = "json";
  const EditInput input{op, detail, arg, TakesText(op) ? sim.Text(arg) : "", nullptr};
  const Result<Json> patch = EditPatch(change.kind, rendered, input);
  change.body = patch ? patch->dump() : "[]";
  return change;
}

RealChange RealRestart(const Sim& sim, u32 deployment) {
  const Deployment& row = sim.At<Deployment>(deployment);
  const Json body = {
      {"spec",
       {{"template",
         {{"metadata",
           {{"annotations",
             {{"kubectl.kubernetes.io/restartedAt", Timestamp(sim.now_ms())}}}}}}}}}};
  return {"Deployment", std::string(sim.Text(row.ns)), std::string(sim.Text(row.name)),
          "patch", "strategic", body.dump()};
}

RealChange RealKiller(std::string_view manifest, const std::string& name, const std::string& ns,
                      const std::string& selector, u32 every_s) {
  Json deployment = Json::parse(manifest);
  deployment["metadata"]["name"] = name;
  deployment["metadata"]["namespace"] = ns;
  Json& spec = deployment["spec"]["template"]["spec"];
  spec["serviceAccountName"] = name;
  Json& container = spec["containers"][0];
  container["image"] = "docker.io/alpine/k8s:1.35.0";
  container.erase("args");
  container["command"] = {
      "/bin/sh", "-c",
      fmt::format("while sleep {}; do kubectl -n {} delete --wait=false $(kubectl -n {} get pod -l "
                  "{} -o name | shuf -n 1); done", every_s, ns, ns, selector)};
  const Json metadata = {{"name", name}, {"namespace", ns}};
  const Json rules = Json::array({{{"apiGroups", {""}},
                                   {"resources", {"pods"}},
                                   {"verbs", {"get", "list", "delete"}}}});
  const std::string rbac = "rbac.authorization.k8s.io";
  const Json list = {
      {"apiVersion", "v1"},
      {"kind", "List"},
      {"items",
       Json::array(
           {{{"apiVersion", "v1"}, {"kind", "ServiceAccount"}, {"metadata", metadata}},
            {{"apiVersion", rbac + "/v1"}, {"kind", "Role"}, {"metadata", metadata},
             {"rules", rules}},
            {{"apiVersion", rbac + "/v1"}, {"kind", "RoleBinding"}, {"metadata", metadata},
             {"roleRef", {{"apiGroup", rbac}, {"kind", "Role"}, {"name", name}}},
             {"subjects",
              Json::array({{{"kind", "ServiceAccount"}, {"name", name}, {"namespace", ns}}})}},
            deployment})}};
  return {"Deployment", ns, name, "create", "", list.dump()};
}

}  // namespace wt
