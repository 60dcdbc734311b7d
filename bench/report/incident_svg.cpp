// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "bench/report/incident.h"
#include "bench/report/report.h"

namespace wt {
namespace {

constexpr f64 kWidth = 960, kLeft = 84, kRight = 944;
constexpr f64 kCauseY = 56, kErrorTop = 84, kErrorBottom = 184, kAgentY = 210;
constexpr f64 kListY = 276, kLineHeight = 20;
constexpr std::size_t kListedMax = 12;

constexpr std::string_view kStyle =
    "text{font:13px system-ui,sans-serif;fill:#57606a}.h{font-weight:600;fill:#1f2328}"
    ".cause{fill:#cf222e;fill-opacity:.85}.error{fill:#cf222e;fill-opacity:.18;stroke:#cf222e;"
    "stroke-width:1.5}.grid{stroke:#d0d7de}.look{fill:#0969da}.repair{fill:#1a7f37}"
    ".say{fill:#8250df}.wait{fill:#8c959f}.mark{font-weight:700;fill:#fff;text-anchor:middle}"
    ".end{text-anchor:end}.mid{text-anchor:middle}.bg{fill:#fff}";

struct Look {
  const char* style;
  const char* mark;
  f64 radius;
};

Look LookOf(Verb verb) {
  switch (VerbMark(verb)) {
    case '?': return {"look", "?", 9};
    case 'R': return {"repair", "R", 10};
    case '!': return {"say", "!", 10};
    default: return {"wait", "", 3};
  }
}

// Round distances between ticks, so that there are at most ten.
f64 TickOf(f64 end_s) {
  for (const f64 tick : {5.0, 10.0, 15.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1800.0, 3600.0}) {
    if (end_s / tick <= 10) return tick;
  }
  return end_s / 10;
}

struct Canvas {
  f64 end_s;
  std::string out;
  f64 X(f64 at_s) const {
    return kLeft + (kRight - kLeft) * std::clamp(at_s / end_s, 0.0, 1.0);
  }
  void Text(f64 x, f64 y, std::string_view style, std::string_view text) {
    out += fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" class=\"{}\">{}</text>\n", x, y, style,
                       EscapeHtml(text));
  }
  void Line(f64 x1, f64 y1, f64 x2, f64 y2) {
    out += fmt::format("<line class=\"grid\" x1=\"{:.1f}\" y1=\"{:.1f}\" x2=\"{:.1f}\" "
                       "y2=\"{:.1f}\"/>\n", x1, y1, x2, y2);
  }
};

void DrawAxes(Canvas& canvas) {
  for (const f64 y : {kErrorTop, kErrorBottom}) canvas.Line(kLeft, y, kRight, y);
  canvas.Text(kLeft - 8, kCauseY + 5, "end", "cause");
  canvas.Text(kLeft - 8, (kErrorTop + kErrorBottom) / 2 - 4, "end", "client");
  canvas.Text(kLeft - 8, (kErrorTop + kErrorBottom) / 2 + 12, "end", "errors");
  canvas.Text(kLeft - 8, kErrorTop + 5, "end", "100 %");
  canvas.Text(kLeft - 8, kErrorBottom + 4, "end", "0 %");
  canvas.Text(kLeft - 8, kAgentY + 5, "end", "agent");
  const f64 tick = TickOf(canvas.end_s);
  for (int i = 0; i * tick <= canvas.end_s; ++i) {
    const f64 at = i * tick;
    canvas.Line(canvas.X(at), kErrorBottom, canvas.X(at), kErrorBottom + 5);
    canvas.Text(canvas.X(at), kAgentY + 34, "mid", fmt::format("{:.0f} s", at));
  }
}

void DrawCause(const Incident& incident, Canvas& canvas) {
  if (incident.injected_s <= 0) {
    canvas.Text(kLeft, kCauseY + 5, "", "none: a healthy cluster");
    return;
  }
  const f64 from = canvas.X(incident.injected_s);
  const f64 to = canvas.X(incident.repaired_s > 0 ? incident.repaired_s : canvas.end_s);
  canvas.out += fmt::format("<rect class=\"cause\" x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" "
                            "height=\"14\" rx=\"3\"/>\n", from, kCauseY - 7,
                            std::max(to - from, 2.0));
}

void DrawErrors(const Incident& incident, Canvas& canvas) {
  std::string points = fmt::format("{:.1f},{:.1f}", kLeft, kErrorBottom);
  f64 last = kLeft;
  for (const Incident::Sample& sample : incident.errors) {
    last = canvas.X(sample.at_s);
    points += fmt::format(" {:.1f},{:.1f}", last,
                          kErrorBottom - (kErrorBottom - kErrorTop) *
                                             std::clamp(sample.error, 0.0, 1.0));
  }
  points += fmt::format(" {:.1f},{:.1f}", last, kErrorBottom);
  canvas.out += fmt::format("<polygon class=\"error\" points=\"{}\"/>\n", points);
}

void DrawSteps(const Incident& incident, Canvas& canvas) {
  for (const Incident::Step& step : incident.steps) {
    const Look look = LookOf(step.verb);
    const f64 x = canvas.X(step.at_s);
    canvas.out += fmt::format("<circle class=\"{}\" cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"{}\"><title>"
                              "{:.0f} s: {}</title></circle>\n", look.style, x, kAgentY,
                              look.radius, step.at_s, EscapeHtml(step.text));
    if (*look.mark != '\0') canvas.Text(x, kAgentY + 4.5, "mark", look.mark);
  }
}

// What is worth words: writes, the answer, and the user's complaint, in order of time.
std::vector<std::pair<f64, std::string>> WordsOf(const Incident& incident) {
  std::vector<std::pair<f64, std::string>> out;
  if (incident.injected_s > 0) {
    std::string causes;
    for (const std::string& cause : incident.causes) causes += (causes.empty() ? "" : ", ") + cause;
    out.emplace_back(incident.injected_s, "fault: " + causes);
  }
  if (!incident.complaint.empty()) {
    out.emplace_back(incident.complaint_s, "user: \u201c" + incident.complaint + "\u201d");
  }
  for (const Incident::Step& step : incident.steps) {
    if (!IsRepair(step.verb) && step.verb != Verb::kSubmit) continue;
    out.emplace_back(step.at_s, "agent: " + step.text + (step.accepted ? "" : " (refused)"));
  }
  std::stable_sort(out.begin(), out.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  if (out.size() > kListedMax) out.resize(kListedMax);
  return out;
}

}  // namespace

std::string IncidentSvg(const Incident& incident) {
  Canvas canvas{std::max(incident.end_s, 1.0), {}};
  const auto words = WordsOf(incident);
  const f64 height = kListY + kLineHeight * static_cast<f64>(words.size() + 1);
  canvas.Text(kLeft, 26, "h",
              fmt::format("{}, seed {}, agent {}", incident.scenario, incident.seed,
                          incident.agent));
  DrawAxes(canvas);
  DrawCause(incident, canvas);
  DrawErrors(incident, canvas);
  DrawSteps(incident, canvas);
  f64 y = kListY;
  for (const auto& [at_s, text] : words) {
    canvas.Text(kLeft - 8, y, "end", fmt::format("{:.0f} s", at_s));
    canvas.Text(kLeft, y, "", text);
    y += kLineHeight;
  }
  canvas.Text(kLeft - 8, y, "end", "verdict");
  canvas.Text(kLeft, y, "h", VerdictText(incident.verdict));
  return fmt::format("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {:.0f} {:.0f}\" "
                     "role=\"img\" aria-label=\"Timeline of one incident\">\n<style>{}</style>\n"
                     "<rect class=\"bg\" width=\"100%\" height=\"100%\"/>\n{}</svg>\n",
                     kWidth, height, kStyle, canvas.out);
}

}  // namespace wt
