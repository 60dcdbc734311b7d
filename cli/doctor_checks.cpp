// SPDX-License-Identifier: Apache-2.0
#include "cli/doctor_checks.h"

#include <fmt/core.h>
#include <sched.h>
#include <unistd.h>

#include <set>

#include "cli/read_packages.h"
#include "cli/version.h"
#include "sim/api/join.h"

namespace wt {
namespace {

constexpr u64 kGiB = 1ull << 30;
constexpr u64 kMemoryWantedBytes = 2 * kGiB;  // one libtorch file takes 1.3 GB to compile
constexpr u64 kDiskWantedBytes = 4 * kGiB;    // packages with libtorch 1.7 GB, builds, runs

Status CheckPackages(const std::filesystem::path& root, DoctorReport* report) {
  Result<std::vector<PackageSection>> sections = ReadPackageList(root / "cmake/packages.txt");
  if (!sections) return sections.error();
  Result<std::set<std::string>> installed = InstalledPackages();
  if (!installed) {
    report->checks.push_back({"packages", CheckState::kNote, "no dpkg here",
                              "elsewhere than on Debian 12 look after the packages yourself"});
    return Ok{};
  }
  for (const PackageSection& section : *sections) {
    MissingPackages missing{section.name, {}};
    for (const std::string& package : section.packages) {
      if (!installed->contains(package)) missing.packages.push_back(package);
    }
    DoctorCheck check{"packages " + section.name, CheckState::kOk,
                      fmt::format("all {} installed", section.packages.size()), ""};
    if (!missing.packages.empty()) {
      const bool needed = section.name == "core";
      check.state = needed ? CheckState::kMissing : CheckState::kNote;
      check.found = "missing: " + Joined(missing.packages, " ");
      check.remedy = fmt::format("{}apt-get install -y --no-install-recommends {}",
                                 needed ? "" : "installed when first needed, or by: ",
                                 Joined(missing.packages, " "));
    }
    report->checks.push_back(std::move(check));
    report->missing.push_back(std::move(missing));
  }
  return Ok{};
}

u32 CountCores() {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (sched_getaffinity(0, sizeof(set), &set) != 0) return 1;
  return static_cast<u32>(CPU_COUNT(&set));
}

void CheckProcessor(DoctorReport* report) {
  report->cores = CountCores();
  report->checks.push_back({"cores", CheckState::kOk, fmt::format("{}", report->cores), ""});
  report->march_built = kBuildInfo.march;
#if defined(__x86_64__)
  const bool v3 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
                  __builtin_cpu_supports("bmi2");
  report->march_best = v3 ? "x86-64-v3" : "x86-64-v2";
  if (__builtin_cpu_supports("sse4.2")) report->vector_units.push_back("sse4.2");
  if (__builtin_cpu_supports("avx")) report->vector_units.push_back("avx");
  if (__builtin_cpu_supports("avx2")) report->vector_units.push_back("avx2");
  if (__builtin_cpu_supports("fma")) report->vector_units.push_back("fma");
  if (__builtin_cpu_supports("avx512f")) report->vector_units.push_back("avx512f");
#endif
  report->checks.push_back(
      {"vector units", CheckState::kOk, Joined(report->vector_units, " "), ""});
  DoctorCheck built{"built for", CheckState::kOk, std::string(report->march_built), ""};
  if (built.found.empty()) built.found = "the compiler's default processor";
  if (report->march_built != report->march_best) {
    built.state = CheckState::kNote;
    built.remedy = fmt::format("this processor has {}: cmake --fresh --preset release, build again",
                               report->march_best);
  }
  report->checks.push_back(std::move(built));
}

std::string GiBText(u64 bytes) {
  return fmt::format("{:.1f} GiB", static_cast<f64>(bytes) / static_cast<f64>(kGiB));
}

void CheckMemoryAndDisk(const std::filesystem::path& root, DoctorReport* report) {
  const u64 page_bytes = static_cast<u64>(sysconf(_SC_PAGESIZE));
  report->memory_bytes = page_bytes * static_cast<u64>(sysconf(_SC_PHYS_PAGES));
  report->memory_free_bytes = page_bytes * static_cast<u64>(sysconf(_SC_AVPHYS_PAGES));
  const bool enough = report->memory_bytes >= kMemoryWantedBytes;
  report->checks.push_back({"memory", enough ? CheckState::kOk : CheckState::kNote,
                            fmt::format("{}, {} free", GiBText(report->memory_bytes),
                                        GiBText(report->memory_free_bytes)),
                            enough ? "" : "compiling what needs libtorch takes 1.3 GB a file"});
  std::error_code failed;
  const std::filesystem::space_info space = std::filesystem::space(root, failed);
  report->disk_free_bytes = failed ? 0 : space.available;
  const bool room = report->disk_free_bytes >= kDiskWantedBytes;
  report->checks.push_back({"disk", room ? CheckState::kOk : CheckState::kNote,
                            fmt::format("{} free in {}", GiBText(report->disk_free_bytes),
                                        root.string()),
                            room ? "" : "packages, a build and runs take about 4 GiB"});
}

}  // namespace

Result<DoctorReport> Examine(const std::filesystem::path& root) {
  DoctorReport report;
  if (Status packages = CheckPackages(root, &report); !packages) return packages.error();
  CheckProcessor(&report);
  CheckMemoryAndDisk(root, &report);
  for (const DoctorCheck& check : report.checks) {
    if (check.state == CheckState::kMissing) report.ok = false;
  }
  return report;
}

}  // namespace wt
