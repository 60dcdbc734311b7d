// SPDX-License-Identifier: Apache-2.0
#include <nlohmann/json.hpp>

#include "bench/report/incident.h"

namespace wt {
namespace {

using Json = nlohmann::ordered_json;

Verb VerbNamed(const std::string& name) {
  for (int v = 0; v < static_cast<int>(Verb::kCount); ++v) {
    if (VerbName(static_cast<Verb>(v)) == name) return static_cast<Verb>(v);
  }
  return Verb::kWait;
}

Incident Read(const Json& json) {
  Incident out;
  out.scenario = json.at("scenario");
  out.agent = json.at("agent");
  out.seed = json.at("seed");
  out.causes = json.at("causes").get<std::vector<std::string>>();
  out.injected_s = json.at("injected_s");
  out.repaired_s = json.at("repaired_s");
  out.end_s = json.at("end_s");
  out.verdict = json.at("verdict");
  out.complaint = json.at("complaint");
  out.complaint_s = json.at("complaint_s");
  for (const Json& e : json.at("errors")) out.errors.push_back({e.at("at_s"), e.at("error")});
  for (const Json& s : json.at("steps")) {
    out.steps.push_back({s.at("at_s"), VerbNamed(s.at("verb")), s.at("text"), s.at("accepted")});
  }
  return out;
}

}  // namespace

std::string IncidentDocument(const Incident& incident) {
  Json errors = Json::array(), steps = Json::array();
  for (const Incident::Sample& s : incident.errors) {
    errors.push_back({{"at_s", s.at_s}, {"error", s.error}});
  }
  for (const Incident::Step& s : incident.steps) {
    steps.push_back({{"at_s", s.at_s},
                     {"verb", VerbName(s.verb)},
                     {"text", s.text},
                     {"accepted", s.accepted}});
  }
  const Json document = {{"schema", "wavetank.incident/1"},
                         {"scenario", incident.scenario},
                         {"seed", incident.seed},
                         {"agent", incident.agent},
                         {"causes", incident.causes},
                         {"injected_s", incident.injected_s},
                         {"repaired_s", incident.repaired_s},
                         {"end_s", incident.end_s},
                         {"verdict", incident.verdict},
                         {"complaint", incident.complaint},
                         {"complaint_s", incident.complaint_s},
                         {"errors", errors},
                         {"steps", steps}};
  return document.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Result<Incident> ReadIncident(std::string_view text, const std::string& place) {
  const Json json = Json::parse(text, nullptr, false);
  try {
    return Read(json);
  } catch (const std::exception&) {
    return Error{ErrorCode::kUsage, place, "is not an incident (schema wavetank.incident/1)"};
  }
}

}  // namespace wt
