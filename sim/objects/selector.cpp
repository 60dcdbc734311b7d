// SPDX-License-Identifier: Apache-2.0
#include "sim/objects/selector.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <set>

#include "sim/objects/names.h"

namespace wt {
namespace {

enum class Token : u8 { kEnd, kText, kIn, kNotIn, kSymbol, kBad };

struct Item {
  Token token = Token::kEnd;
  std::string text;
};

constexpr std::string_view kSymbols = "=!(),<>";
constexpr std::string_view kSpaces = " \t\r\n";

bool IsToken(std::string_view text) {
  for (const std::string_view known : {")", ",", "!", "==", "=", ">", "<", "!=", "("}) {
    if (text == known) return true;
  }
  return false;
}

std::vector<Item> Scan(std::string_view text) {
  std::vector<Item> items;
  std::size_t at = 0;
  while (at < text.size()) {
    if (kSpaces.find(text[at]) != std::string_view::npos) {
      ++at;
    } else if (kSymbols.find(text[at]) != std::string_view::npos) {
      std::size_t size = 1;
      if (IsToken(text.substr(at, 2)) && text.size() - at >= 2) size = 2;
      items.push_back({Token::kSymbol, std::string(text.substr(at, size))});
      at += size;
    } else {
      const std::size_t end = std::min(text.find_first_of("=!(),<> \t\r\n", at), text.size());
      const std::string_view word = text.substr(at, end - at);
      const Token token =
          word == "in" ? Token::kIn : (word == "notin" ? Token::kNotIn : Token::kText);
      items.push_back({token, std::string(word)});
      at = end;
    }
  }
  items.push_back({});
  return items;
}

Error Bad(std::string what) { return {ErrorCode::kBadRequest, "", std::move(what)}; }

std::string Join(const std::vector<std::string>& parts, std::string_view between) {
  std::string out;
  for (const std::string& part : parts) {
    if (!out.empty() || &part != &parts.front()) out += between;
    out += part;
  }
  return out;
}

bool ParseInteger(std::string_view text, i64& out) {
  if (text.starts_with('+')) text.remove_prefix(1);
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), out);
  return failed == std::errc() && end == text.data() + text.size();
}

Status CheckKey(std::string_view key) {
  const Complaints complaints = QualifiedNameComplaints(key);
  if (complaints.empty()) return Ok{};
  return Bad(fmt::format("<nil>: Invalid value: \"{}\": {}", key, Join(complaints, "; ")));
}

Status CheckValues(const Requirement& r) {
  std::vector<std::string> errors;
  const bool ordered = r.op == RequirementOp::kGreater || r.op == RequirementOp::kLess;
  for (std::size_t k = 0; k < r.values.size(); ++k) {
    i64 number = 0;
    if (ordered && !ParseInteger(r.values[k], number)) {
      errors.push_back(
          fmt::format("values[{}]: Invalid value: \"{}\": for 'Gt', 'Lt' operators, "
                      "the value must be an integer",
                      k, r.values[k]));
    }
  }
  for (std::size_t k = 0; k < r.values.size(); ++k) {
    const Complaints complaints = LabelValueComplaints(r.values[k]);
    if (complaints.empty()) continue;
    errors.push_back(fmt::format("values[{}][{}]: Invalid value: \"{}\": {}", k, r.key, r.values[k],
                                 Join(complaints, "; ")));
  }
  if (errors.empty()) return Ok{};
  return Bad(errors.size() == 1 ? errors[0] : "[" + Join(errors, ", ") + "]");
}

class Parser {
 public:
  explicit Parser(std::string_view text) : items_(Scan(text)) {}

  Result<LabelSelector> Parse() {
    LabelSelector out;
    while (!AtEnd()) {
      if (!IsText(Look()) && !IsSymbol(Look(), "!")) {
        return Bad(
            fmt::format("found '{}', expected: !, identifier, or 'end of string'", Look().text));
      }
      Result<Requirement> requirement = ParseRequirement();
      if (!requirement) {
        return Bad("unable to parse requirement: " + requirement.error().what);
      }
      out.all.push_back(std::move(*requirement));
      if (AtEnd()) break;
      const Item next = Take();
      if (!IsSymbol(next, ",")) {
        return Bad(fmt::format("found '{}', expected: ',' or 'end of string'", next.text));
      }
      if (!IsText(Look()) && !IsSymbol(Look(), "!")) {
        return Bad(fmt::format("found '{}', expected: identifier after ','", Look().text));
      }
    }
    std::stable_sort(out.all.begin(), out.all.end(),
                     [](const Requirement& a, const Requirement& b) { return a.key < b.key; });
    return out;
  }

 private:
  static bool IsSymbol(const Item& item, std::string_view text) {
    return item.token == Token::kSymbol && item.text == text;
  }
  // In and notin are operators only right after a key.
  static bool IsText(const Item& item) {
    return item.token == Token::kText || item.token == Token::kIn || item.token == Token::kNotIn;
  }
  const Item& Look() const { return items_[at_]; }
  bool AtEnd() const { return Look().token == Token::kEnd; }
  Item Take() { return AtEnd() ? Look() : items_[at_++]; }

  Result<Requirement> ParseRequirement() {
    Requirement r;
    const bool negated = IsSymbol(Look(), "!");
    if (negated) Take();
    const Item key = Take();
    if (!IsText(key)) return Bad(fmt::format("found '{}', expected: identifier", key.text));
    const Status valid = CheckKey(key.text);
    if (!valid) return valid.error();
    r.key = key.text;
    r.op = negated ? RequirementOp::kNotExists : RequirementOp::kExists;
    if (negated || AtEnd() || IsSymbol(Look(), ",")) return r;
    Status status = ParseOperator(r.op);
    if (!status) return status.error();
    std::set<std::string> values;
    const bool list = r.op == RequirementOp::kIn || r.op == RequirementOp::kNotIn;
    status = list ? ParseValues(values) : ParseOneValue(values);
    if (!status) return status.error();
    r.values.assign(values.begin(), values.end());
    status = CheckValues(r);
    if (!status) return status.error();
    return r;
  }

  Status ParseOperator(RequirementOp& op) {
    const Item item = Take();
    static constexpr struct {
      std::string_view text;
      RequirementOp op;
    } kOperators[] = {{"=", RequirementOp::kEquals},     {"==", RequirementOp::kDoubleEquals},
                      {"!=", RequirementOp::kNotEquals}, {">", RequirementOp::kGreater},
                      {"<", RequirementOp::kLess},       {"in", RequirementOp::kIn},
                      {"notin", RequirementOp::kNotIn}};
    for (const auto& row : kOperators) {
      if (item.text != row.text) continue;
      op = row.op;
      return Ok{};
    }
    return Bad(fmt::format("found '{}', expected: in, notin, =, ==, !=, gt, lt", item.text));
  }

  Status ParseOneValue(std::set<std::string>& values) {
    if (AtEnd() || IsSymbol(Look(), ",")) {
      values.insert("");
      return Ok{};
    }
    const Item item = Take();
    if (!IsText(item)) return Bad(fmt::format("found '{}', expected: identifier", item.text));
    values.insert(item.text);
    return Ok{};
  }

  Status ParseValues(std::set<std::string>& values) {
    const Item open = Take();
    if (!IsSymbol(open, "(")) return Bad(fmt::format("found '{}' expected: '('", open.text));
    if (IsSymbol(Look(), ")")) {
      Take();
      values.insert("");
      return Ok{};
    }
    if (!IsText(Look()) && !IsSymbol(Look(), ",")) {
      return Bad(fmt::format("found '{}', expected: ',', ')' or identifier", Look().text));
    }
    for (;;) {
      const Item item = Take();
      if (IsText(item)) {
        values.insert(item.text);
        if (!IsSymbol(Look(), ",") && !IsSymbol(Look(), ")")) {
          return Bad(fmt::format("found '{}', expected: ',' or ')'", Look().text));
        }
      } else if (IsSymbol(item, ",")) {
        if (values.empty() || IsSymbol(Look(), ")") || IsSymbol(Look(), ",")) values.insert("");
        if (IsSymbol(Look(), ",")) Take();
      } else {
        return Bad(fmt::format("found '{}', expected: ',', or identifier", item.text));
      }
      if (!IsSymbol(Look(), ")")) continue;
      Take();
      return Ok{};
    }
  }

  std::vector<Item> items_;
  std::size_t at_ = 0;
};

std::string_view OperatorText(RequirementOp op) {
  switch (op) {
    case RequirementOp::kEquals:
      return "=";
    case RequirementOp::kDoubleEquals:
      return "==";
    case RequirementOp::kNotEquals:
      return "!=";
    case RequirementOp::kIn:
      return " in ";
    case RequirementOp::kNotIn:
      return " notin ";
    case RequirementOp::kGreater:
      return ">";
    case RequirementOp::kLess:
      return "<";
    case RequirementOp::kExists:
    case RequirementOp::kNotExists:
      break;
  }
  return "";
}

// Splits at commas that no backslash escapes.
std::vector<std::string> SplitTerms(std::string_view text) {
  std::vector<std::string> terms;
  std::string term;
  bool escaped = false;
  for (const char c : text) {
    if (c == ',' && !escaped) {
      terms.push_back(std::move(term));
      term.clear();
      continue;
    }
    escaped = c == '\\' && !escaped;
    term += c;
  }
  terms.push_back(std::move(term));
  return terms;
}

Result<std::string> Unescape(std::string_view value) {
  std::string out;
  bool escaped = false;
  for (const char c : value) {
    const bool special = c == '\\' || c == ',' || c == '=';
    if (escaped && !special) {
      return Bad(fmt::format("invalid field selector: invalid escape sequence: \\{}", c));
    }
    if (!escaped && special && c != '\\') {
      return Bad(fmt::format("invalid field selector: unescaped character in value: {}", int{c}));
    }
    escaped = !escaped && c == '\\';
    if (!escaped) out += c;
  }
  if (escaped) return Bad("invalid field selector: invalid escape sequence: \\");
  return out;
}

std::string Escape(std::string_view value) {
  std::string out;
  for (const char c : value) {
    if (c == '\\' || c == ',' || c == '=') out += '\\';
    out += c;
  }
  return out;
}

// Position and length of the first operator; length 0: none.
struct OperatorAt {
  std::size_t at = 0;
  std::size_t size = 0;
};

OperatorAt FindOperator(std::string_view term) {
  for (std::size_t k = 0; k < term.size(); ++k) {
    const std::string_view rest = term.substr(k);
    if (rest.starts_with("!=") || rest.starts_with("==")) return {k, 2};
    if (rest.starts_with("=")) return {k, 1};
  }
  return {};
}

}  // namespace

Result<LabelSelector> ParseLabelSelector(std::string_view text) { return Parser(text).Parse(); }

std::string CanonicalText(const LabelSelector& selector) {
  std::vector<std::string> parts;
  for (const Requirement& r : selector.all) {
    std::string part = (r.op == RequirementOp::kNotExists ? "!" : "") + r.key;
    part += OperatorText(r.op);
    const bool list = r.op == RequirementOp::kIn || r.op == RequirementOp::kNotIn;
    parts.push_back(part + (list ? "(" + Join(r.values, ",") + ")" : Join(r.values, ",")));
  }
  return Join(parts, ",");
}

Result<FieldSelector> ParseFieldSelector(std::string_view text) {
  std::vector<std::string> terms = SplitTerms(text);
  std::sort(terms.begin(), terms.end());
  FieldSelector out;
  for (const std::string& term : terms) {
    if (term.empty()) continue;
    const OperatorAt op = FindOperator(term);
    if (op.size == 0) {
      return Bad(fmt::format("invalid selector: '{}'; can't understand '{}'", text, term));
    }
    Result<std::string> value = Unescape(std::string_view(term).substr(op.at + op.size));
    if (!value) return value.error();
    out.all.push_back({term.substr(0, op.at), term[op.at] != '!', std::move(*value)});
  }
  return out;
}

std::string CanonicalText(const FieldSelector& selector) {
  std::vector<std::string> parts;
  for (const FieldTerm& term : selector.all) {
    parts.push_back(term.field + (term.equal ? "=" : "!=") + Escape(term.value));
  }
  return Join(parts, ",");
}

}  // namespace wt
