// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <filesystem>

#include "scenarios/field.h"
#include "scenarios/load_scenario.h"
#include "scenarios/nearest.h"

namespace wt {
namespace {

namespace fs = std::filesystem;

constexpr YamlLimits kLimits{.bytes_max = 1u << 20, .values_max = 100'000};

std::vector<std::string> CatalogNames(const std::string& catalog_dir) {
  std::vector<std::string> names;
  const auto paths = ListScenarioFiles(catalog_dir);
  if (!paths) return names;
  for (const std::string& path : *paths) {
    names.push_back(fs::relative(path, catalog_dir).replace_extension().generic_string());
  }
  return names;
}

std::vector<std::string> WithoutGroups(std::vector<std::string> names) {
  for (std::string& name : names) name.erase(0, name.rfind('/') + 1);
  return names;
}

void ReadSeeds(const Field& field, Suite& suite) {
  const std::vector<Field> ends = field.Elements();
  if (!field.present()) return;
  const bool readable = ends.size() == 2 && ends[0].Integer() && ends[1].Integer() &&
                        *ends[0].Integer() >= 0 && *ends[1].Integer() >= *ends[0].Integer();
  if (!readable) {
    field.Fail("not a range of seeds; expected [first, last]");
    return;
  }
  suite.first_seed = static_cast<u64>(*ends[0].Integer());
  suite.last_seed = static_cast<u64>(*ends[1].Integer());
}

void ReadScenarioNames(const Field& field, const std::string& catalog_dir, Suite& suite) {
  if (!field.ExpectList()) return;
  const std::vector<std::string> names = CatalogNames(catalog_dir);
  for (const Field& element : field.Elements()) {
    const std::string name = element.Text();
    std::string path = FindInCatalog(catalog_dir, name);
    std::error_code ignored;
    if (path.empty()) path = (fs::path(field.file()).parent_path() / name).string();
    if (!fs::is_regular_file(path, ignored)) {
      const bool with_group = name.find('/') != std::string::npos;
      element.Fail("no scenario \"" + name +
                   "\"; expected a name of the catalog or a path from the suite's folder" +
                   DidYouMean(name, with_group ? names : WithoutGroups(names)));
    } else if (std::ranges::find(suite.scenario_paths, path) != suite.scenario_paths.end()) {
      element.Fail("scenario \"" + name + "\" is named twice");
    }
    suite.scenario_paths.push_back(std::move(path));
  }
  if (field.Elements().empty()) field.Fail("no scenarios; expected names of the catalog");
}

}  // namespace

std::string FindInCatalog(const std::string& catalog_dir, const std::string& name) {
  std::error_code failed;
  const fs::path catalog = catalog_dir, with_group = catalog / (name + ".yaml");
  if (fs::is_regular_file(with_group, failed)) return with_group.string();
  for (fs::directory_iterator group(catalog, failed), end; !failed && group != end;
       group.increment(failed)) {
    const fs::path file = group->path() / (name + ".yaml");
    std::error_code ignored;
    if (fs::is_regular_file(file, ignored)) return file.string();
  }
  return "";
}

bool IsSuiteFile(const std::string& path) {
  const auto documents = ReadYamlFile(path, kLimits);
  if (!documents || documents->empty()) return false;
  std::vector<Error> ignored;
  const Field kind = Field(documents->front(), ignored)["kind"];
  return kind.IsString() && kind.ScalarText() == "Suite";
}

Result<Suite> LoadSuite(const std::string& path, const std::string& catalog_dir) {
  static const std::string kKeys[] = {"apiVersion", "kind", "metadata", "spec"};
  static const std::string kSpecKeys[] = {"description", "seeds", "scenarios"};
  static const std::string kMetadataKeys[] = {"name", "labels"};
  static const std::string kKind[] = {"Suite"};
  static const std::string kVersion[] = {"wavetank.dev/v1"};
  const auto documents = ReadYamlFile(path, kLimits);
  if (!documents) return documents.error();
  if (documents->size() != 1) {
    return Error{ErrorCode::kInvalidInput, path, "expected one document of kind Suite"};
  }
  Suite suite;
  std::vector<Error> errors;
  const Field root(documents->front(), errors);
  if (root.ExpectMap(kKeys)) {
    root["apiVersion"].Word("apiVersion", kVersion, 0);
    if (!root["kind"].present()) root["kind"].Fail("missing; expected Suite");
    root["kind"].Word("kind", kKind, 0);
    if (root["metadata"].ExpectMap(kMetadataKeys)) suite.name = root["metadata"]["name"].Text();
    const Field spec = root["spec"];
    if (spec.ExpectMap(kSpecKeys)) {
      suite.description = spec["description"].Text();
      ReadSeeds(spec["seeds"], suite);
      ReadScenarioNames(spec["scenarios"], catalog_dir, suite);
    }
  }
  if (suite.name.empty() && errors.empty()) {
    root["metadata"]["name"].Fail("missing; expected a name");
  }
  if (!errors.empty()) return JoinErrors(errors);
  return suite;
}

}  // namespace wt
