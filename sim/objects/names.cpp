// SPDX-License-Identifier: Apache-2.0
#include "sim/objects/names.h"

#include <fmt/format.h>

#include <algorithm>
#include <initializer_list>

namespace wt {
namespace {

constexpr std::string_view kNameChars =
    "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an "
    "alphanumeric character";
constexpr std::string_view kNameRegex = "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]";
constexpr std::string_view kLabelRegex = "[a-z0-9]([-a-z0-9]*[a-z0-9])?";
constexpr std::string_view kSubdomainRegex =
    "[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*";

bool Lower(char c) { return c >= 'a' && c <= 'z'; }
bool Digit(char c) { return c >= '0' && c <= '9'; }
bool Alnum(char c) { return Lower(c) || Digit(c) || (c >= 'A' && c <= 'Z'); }
bool LowerAlnum(char c) { return Lower(c) || Digit(c); }

std::string Rule(std::string_view message, std::string_view regex,
                 std::initializer_list<std::string_view> examples) {
  std::string out(message);
  out += " (";
  bool first = true;
  for (const std::string_view example : examples) {
    out += fmt::format("{}'{}', ", first ? "e.g. " : " or ", example);
    first = false;
  }
  return out + fmt::format("regex used for validation is '{}')", regex);
}

std::string MaxBytes(int length) { return fmt::format("must be no more than {} bytes", length); }

// First and last character alphanumeric, the inner ones also of `inner`.
template <class Class>
bool Framed(std::string_view text, Class edge, std::string_view inner) {
  if (text.empty() || !edge(text.front()) || !edge(text.back())) return false;
  return std::all_of(text.begin(), text.end(),
                     [&](char c) { return edge(c) || inner.find(c) != std::string_view::npos; });
}

bool IsLabel(std::string_view text) { return Framed(text, LowerAlnum, "-"); }

bool IsSubdomain(std::string_view text) {
  for (;;) {
    const std::size_t dot = text.find('.');
    if (!IsLabel(text.substr(0, dot))) return false;
    if (dot == std::string_view::npos) return true;
    text.remove_prefix(dot + 1);
  }
}

std::string SubdomainRule() {
  return Rule(
      "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or "
      "'.', and must start and end with an alphanumeric character",
      kSubdomainRegex, {"example.com"});
}

std::string LabelRule() {
  return Rule(
      "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and "
      "must start and end with an alphanumeric character",
      kLabelRegex, {"my-name", "123-abc"});
}

std::string NameRule() { return Rule(kNameChars, kNameRegex, {"MyName", "my.name", "123-abc"}); }

}  // namespace

std::string MaxLengthComplaint(int length) {
  return fmt::format("must be no more than {} characters", length);
}

Complaints QualifiedNameComplaints(std::string_view text) {
  Complaints out;
  std::string_view name = text;
  const std::size_t slash = text.find('/');
  if (slash != std::string_view::npos) {
    const std::string_view prefix = text.substr(0, slash);
    name = text.substr(slash + 1);
    if (name.find('/') != std::string_view::npos) {
      return {"a valid label key " + NameRule() +
              " with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')"};
    }
    if (prefix.empty()) {
      out.push_back("prefix part must be non-empty");
    } else {
      if (prefix.size() > 253) out.push_back("prefix part " + MaxBytes(253));
      if (!IsSubdomain(prefix)) out.push_back("prefix part " + SubdomainRule());
    }
  }
  if (name.empty()) out.push_back("name part must be non-empty");
  if (name.size() > 63) out.push_back("name part " + MaxBytes(63));
  if (!Framed(name, Alnum, "-_.")) out.push_back("name part " + NameRule());
  return out;
}

Complaints LabelValueComplaints(std::string_view text) {
  Complaints out;
  if (text.size() > 63) out.push_back(MaxBytes(63));
  if (!text.empty() && !Framed(text, Alnum, "-_.")) {
    out.push_back(
        Rule("a valid label must be an empty string or consist of alphanumeric "
             "characters, '-', '_' or '.', and must start and end with an alphanumeric "
             "character",
             "(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?", {"MyValue", "my_value", "12345"}));
  }
  return out;
}

Complaints Dns1123LabelComplaints(std::string_view text) {
  Complaints out;
  if (text.size() > 63) out.push_back(MaxLengthComplaint(63));
  if (IsLabel(text)) return out;
  out.push_back(IsSubdomain(text) ? "must not contain dots" : LabelRule());
  return out;
}

Complaints Dns1123SubdomainComplaints(std::string_view text) {
  Complaints out;
  if (text.size() > 253) out.push_back(MaxLengthComplaint(253));
  if (!IsSubdomain(text)) out.push_back(SubdomainRule());
  return out;
}

Complaints WildcardSubdomainComplaints(std::string_view text) {
  Complaints out;
  if (text.size() > 253) out.push_back(MaxLengthComplaint(253));
  if (!text.starts_with("*.") || !IsSubdomain(text.substr(2))) {
    out.push_back(
        Rule("a wildcard DNS-1123 subdomain must start with '*.', followed by a valid "
             "DNS subdomain, which must consist of lower case alphanumeric characters, "
             "'-' or '.' and end with an alphanumeric character",
             std::string("\\*\\.") + std::string(kSubdomainRegex), {"*.example.com"}));
  }
  return out;
}

Complaints Dns1035LabelComplaints(std::string_view text) {
  Complaints out;
  if (text.size() > 63) out.push_back(MaxLengthComplaint(63));
  if (!IsLabel(text) || !Lower(text.front())) {
    out.push_back(
        Rule("a DNS-1035 label must consist of lower case alphanumeric characters or "
             "'-', start with an alphabetic character, and end with an alphanumeric "
             "character",
             "[a-z]([-a-z0-9]*[a-z0-9])?", {"my-name", "abc-123"}));
  }
  return out;
}

Complaints PortNameComplaints(std::string_view text) {
  Complaints out;
  if (text.size() > 15) out.push_back(MaxLengthComplaint(15));
  const auto allowed = [](char c) { return LowerAlnum(c) || c == '-'; };
  if (text.empty() || !std::all_of(text.begin(), text.end(), allowed)) {
    out.push_back("must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)");
  }
  if (std::none_of(text.begin(), text.end(), Lower)) {
    out.push_back("must contain at least one letter (a-z)");
  }
  if (text.find("--") != std::string_view::npos) {
    out.push_back("must not contain consecutive hyphens");
  }
  if (!text.empty() && (text.front() == '-' || text.back() == '-')) {
    out.push_back("must not begin or end with a hyphen");
  }
  return out;
}

Complaints ConfigMapKeyComplaints(std::string_view text) {
  Complaints out;
  if (text.size() > 253) out.push_back(MaxLengthComplaint(253));
  const auto allowed = [](char c) { return Alnum(c) || c == '-' || c == '_' || c == '.'; };
  if (text.empty() || !std::all_of(text.begin(), text.end(), allowed)) {
    out.push_back(
        Rule("a valid config key must consist of alphanumeric characters, '-', '_' or "
             "'.'",
             "[-._a-zA-Z0-9]+", {"key.name", "KEY_NAME", "key-name"}));
  }
  if (text == ".") {
    out.push_back("must not be '.'");
  } else if (text == "..") {
    out.push_back("must not be '..'");
  } else if (text.starts_with("..")) {
    out.push_back("must not start with '..'");
  }
  return out;
}

Complaints EnvVarNameComplaints(std::string_view text) {
  const auto allowed = [](char c) { return c >= ' ' && c <= '~' && c != '='; };
  if (text.empty()) return {"environment variable name must be non-empty"};
  if (std::all_of(text.begin(), text.end(), allowed)) return {};
  return {
      "a valid environment variable name must consist only of printable ASCII characters "
      "other than '='"};
}

Complaints PercentComplaints(std::string_view text) {
  const std::string_view number = text.substr(0, text.empty() ? 0 : text.size() - 1);
  if (!number.empty() && text.back() == '%' && std::all_of(number.begin(), number.end(), Digit)) {
    return {};
  }
  return {Rule("a valid percent string must be a numeric string followed by an ending '%'",
               "[0-9]+%", {"1%", "93%"})};
}

Complaints PortNumberComplaints(i64 port) {
  if (port >= 1 && port <= 65535) return {};
  return {"must be between 1 and 65535, inclusive"};
}

Complaints HttpHeaderNameComplaints(std::string_view text) {
  const auto allowed = [](char c) { return Alnum(c) || c == '-'; };
  if (!text.empty() && std::all_of(text.begin(), text.end(), allowed)) return {};
  return {Rule("a valid HTTP header must consist of alphanumeric characters or '-'",
               "[-A-Za-z0-9]+", {"X-Header-Name"})};
}

}  // namespace wt
