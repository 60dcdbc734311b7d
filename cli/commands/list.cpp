// SPDX-License-Identifier: Apache-2.0
#include "cli/commands/list.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "cli/commands.h"
#include "cli/data_root.h"
#include "sim/api/check.h"

namespace wt {
namespace {

namespace fs = std::filesystem;

struct Kind {
  std::string_view name;
  std::string_view folder;
  bool is_folder;  // an entry is a folder, not a .yaml file
};

constexpr std::array kKinds{Kind{"scenarios", "scenarios/catalog", false},
                            Kind{"suites", "scenarios/suites", false},
                            Kind{"apps", "scenarios/apps", true}};

constexpr std::array kOptions{OptionSpec{.name = "what",
                                         .value_name = "WHAT",
                                         .help = "what to list",
                                         .choices = "scenarios|suites|apps",
                                         .required = true}};

Result<ExitCode> Run(const Arguments& arguments) {
  const std::string kind = arguments.Text("what");
  Result<fs::path> root = DataRoot();
  if (!root) return root.error();
  Result<std::vector<Listed>> rows = ListKind(*root, kind);
  if (!rows) return rows.error();
  if (arguments.Flag("--json")) {
    fmt::print("{}\n", ListJson(kind, *rows));
    return ExitCode::kOk;
  }
  for (const Listed& row : *rows) {
    fmt::print("{}\n", row.group.empty() ? row.name : fmt::format("{}  {}", row.name, row.group));
  }
  return ExitCode::kOk;
}

}  // namespace

Result<std::vector<Listed>> ListKind(const fs::path& root, std::string_view name) {
  const auto kind = std::find_if(kKinds.begin(), kKinds.end(),
                                 [&](const Kind& row) { return row.name == name; });
  WT_CHECK(kind != kKinds.end(), "the option table lets only these kinds through");
  const fs::path folder = root / kind->folder;
  std::error_code failed;
  std::vector<Listed> rows;
  for (fs::recursive_directory_iterator entry(folder, failed), end; !failed && entry != end;
       entry.increment(failed)) {
    const fs::path& path = entry->path();
    const bool listed = kind->is_folder ? entry->is_directory(failed)
                                        : path.extension() == ".yaml";
    if (kind->is_folder) entry.disable_recursion_pending();
    if (!listed) continue;
    std::string group = path.parent_path().lexically_relative(folder).generic_string();
    if (group == ".") group.clear();
    rows.push_back({kind->is_folder ? path.filename().string() : path.stem().string(),
                    std::move(group), path.lexically_relative(root).generic_string()});
  }
  if (failed) return Error{ErrorCode::kEnvironment, folder.string(), failed.message()};
  std::sort(rows.begin(), rows.end(),
            [](const Listed& a, const Listed& b) { return a.path < b.path; });
  return rows;
}

const Command kList{.name = "list",
                    .summary = "scenarios, suites and apps there are",
                    .example = "./wavetank list scenarios --json",
                    .options = kOptions,
                    .run = &Run};

}  // namespace wt
