// SPDX-License-Identifier: Apache-2.0
// From run folders on disk to a report on disk.
#pragma once

#include <string>
#include <vector>

#include "bench/report/report.h"

namespace wt {

// Reads what it finds: a file is a results document; a folder may hold a training run
// (metrics.jsonl, run.json), results.json and incident.json, and so may folders up to two levels
// below it, in order of name. Errors: kUsage (nothing to draw in `places`, a broken document,
// unlike runs), kEnvironment.
Result<Report> ReadReport(const std::vector<std::string>& places);

// Writes the HTML whole. Errors: kEnvironment (the template, Chart.js of the package
// libjs-chart.js, the file).
Status WriteReport(const Report& report, const std::string& file);

}  // namespace wt
