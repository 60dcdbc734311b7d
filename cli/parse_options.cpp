// SPDX-License-Identifier: Apache-2.0
#include "cli/parse_options.h"

#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <limits>

#include "cli/commands.h"
#include "scenarios/nearest.h"
#include "sim/api/check.h"

namespace wt {
namespace {

using Words = std::vector<std::string>;

constexpr std::array kCommonOptions{
    OptionSpec{.name = "--json", .type = OptionType::kFlag, .help = "one JSON document on stdout"},
    OptionSpec{.name = "--seed", .type = OptionType::kInteger, .value_name = "N",
               .help = "seed of all draws: same seed, same result", .fallback = "1",
               .at_least = 0},
    OptionSpec{.name = "--threads", .type = OptionType::kInteger, .value_name = "N",
               .help = "threads; 0: one per core; the result is the same", .fallback = "0",
               .at_least = 0},
    OptionSpec{.name = "--log-level", .value_name = "LEVEL",
               .help = "least urgent line shown on stderr", .fallback = "info",
               .choices = "debug|info|warning|error"},
};

constexpr std::string_view kExitCodeHelp =
    "Exit codes: 0 ok, 1 internal error, 2 usage or config, 3 scenario invalid,\n"
    "4 environment unavailable, 10 gate failed, 11 gate inconclusive, 12 some episodes errored,\n"
    "124 time limit, 130 interrupted.\n"
    "Values come from flags, then WAVETANK_<OPTION>, then wavetank.yaml here or above.\n";

Words SplitChoices(std::string_view choices) {
  Words words;
  while (!choices.empty()) {
    const std::size_t bar = std::min(choices.find('|'), choices.size());
    words.emplace_back(choices.substr(0, bar));
    choices.remove_prefix(std::min(bar + 1, choices.size()));
  }
  return words;
}

std::string_view WithoutDashes(std::string_view name) {
  return name.starts_with("--") ? name.substr(2) : name;
}

// "--log-level" -> "WAVETANK_LOG_LEVEL"
std::string EnvironmentName(std::string_view name) {
  std::string variable = "WAVETANK_";
  for (const char c : WithoutDashes(name)) {
    variable += c == '-' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  }
  return variable;
}

bool ReadFlag(std::string_view word, bool* value) {
  *value = word == "true" || word == "1" || word == "yes" || word == "on";
  return *value || word == "false" || word == "0" || word == "no" || word == "off";
}

// A whole number that i64 does not hold.
bool IsTooLong(std::string_view word) {
  i64 value = 0;
  const auto [end, failed] = std::from_chars(word.data(), word.data() + word.size(), value);
  return failed == std::errc::result_out_of_range && end == word.data() + word.size();
}

template <class T>
bool ReadNumber(std::string_view word, T* value) {
  const auto [end, failed] = std::from_chars(word.data(), word.data() + word.size(), *value);
  return failed == std::errc() && end == word.data() + word.size();
}

// What is wrong with `word` as a value of `spec`; empty if nothing.
std::string WrongValue(const OptionSpec& spec, const std::string& word) {
  bool flag = false;
  i64 integer = 0;
  f64 number = 0;
  if (spec.type == OptionType::kFlag && !ReadFlag(word, &flag)) {
    return fmt::format("'{}' is neither true nor false", word);
  }
  if (spec.type == OptionType::kInteger) {
    if (IsTooLong(word)) {
      return fmt::format("{} is out of range; expected a whole number from {} to {}", word,
                         spec.at_least, std::numeric_limits<i64>::max());
    }
    if (!ReadNumber(word, &integer)) return fmt::format("'{}' is no whole number", word);
    if (integer < spec.at_least) {
      return fmt::format("{} is too small; expected at least {}", word, spec.at_least);
    }
  }
  if (spec.type == OptionType::kNumber && !(ReadNumber(word, &number) && std::isfinite(number))) {
    return fmt::format("'{}' is no number", word);
  }
  const Words choices = SplitChoices(spec.choices);
  if (!choices.empty() && std::find(choices.begin(), choices.end(), word) == choices.end()) {
    return fmt::format("'{}' is none of {}{}", word, spec.choices, DidYouMean(word, choices));
  }
  return {};
}

std::vector<const OptionSpec*> AllOptions(const Command& command) {
  std::vector<const OptionSpec*> specs;
  for (const OptionSpec& spec : command.options) specs.push_back(&spec);
  for (const OptionSpec& spec : kCommonOptions) specs.push_back(&spec);
  return specs;
}

// What the flags of one command line say, not yet checked.
struct FlagWords {
  bool help = false;
  std::string help_text;
  std::vector<Words> given;  // one per option of AllOptions, empty if not given
};

void Declare(CLI::App& app, const OptionSpec& spec) {
  const std::string name(spec.name);
  std::string help(spec.help);
  if (!spec.choices.empty()) help += fmt::format(" ({})", spec.choices);
  if (spec.type == OptionType::kFlag) {
    app.add_flag(name)->description(help);
    return;
  }
  CLI::Option* option = app.add_option(name)->description(help);
  option->type_name(std::string(spec.value_name));
  option->option_text(std::string(spec.value_name));
  if (spec.type == OptionType::kTextList) {
    option->expected(1, CLI::detail::expected_max_vector_size)->allow_extra_args();
  }
  if (!spec.fallback.empty()) {
    option->option_text(fmt::format("{} [{}]", spec.value_name, spec.fallback));
  }
}

Error UnknownWord(const Command& command, const Words& leftover) {
  const auto dashed = std::find_if(leftover.begin(), leftover.end(),
                                   [](const std::string& word) { return word.starts_with("-"); });
  const std::string where = fmt::format("wavetank {}", command.name);
  if (dashed == leftover.end()) {
    return Error{ErrorCode::kUsage, where, fmt::format("unexpected '{}'", leftover.front())};
  }
  const std::string flag = dashed->substr(0, dashed->find('='));
  Words names{"--help"};
  for (const OptionSpec* spec : AllOptions(command)) {
    if (spec->name.starts_with("--")) names.emplace_back(spec->name);
  }
  return Error{ErrorCode::kUsage, where,
               fmt::format("unknown option {}{}", flag, DidYouMean(flag, names))};
}

Result<FlagWords> ReadFlags(const Command& command, std::span<const std::string> words) {
  CLI::App app(std::string(command.summary), fmt::format("wavetank {}", command.name));
  app.allow_extras();
  app.footer(fmt::format("Example:\n  {}", command.example));
  const std::vector<const OptionSpec*> specs = AllOptions(command);
  for (const OptionSpec* spec : specs) Declare(app, *spec);
  FlagWords read;
  try {
    app.parse(Words(words.rbegin(), words.rend()));
  } catch (const CLI::CallForHelp&) {
    read.help = true;
    read.help_text = app.help();
    return read;
  } catch (const CLI::ParseError& wrong) {
    return Error{ErrorCode::kUsage, fmt::format("wavetank {}", command.name), wrong.what()};
  }
  if (const Words leftover = app.remaining(); !leftover.empty()) {
    return UnknownWord(command, leftover);
  }
  for (const OptionSpec* spec : specs) {
    const CLI::Option* option = app.get_option(std::string(spec->name));
    if (spec->type == OptionType::kFlag && option->count() > 0) {
      read.given.push_back({option->as<bool>() ? "true" : "false"});
    } else {
      read.given.push_back(option->results());
    }
  }
  return read;
}

// The words of the first source that has any, with its name for an error in `where`.
Arguments::Value Choose(const Command& command, const OptionSpec& spec, const Words& flag_words,
                        const ConfigFile& config, std::string* where) {
  const std::string_view key = WithoutDashes(spec.name);
  if (!flag_words.empty()) {
    *where = spec.name;
    return {&spec, ValueSource::kFlag, flag_words};
  }
  const std::string variable = EnvironmentName(spec.name);
  if (const char* text = std::getenv(variable.c_str()); text != nullptr && *text != '\0') {
    *where = variable;
    return {&spec, ValueSource::kEnvironment, {text}};
  }
  const ConfigEntry* entry = config.Find(command.name, key);
  if (entry == nullptr) entry = config.Find("", key);
  if (entry != nullptr) {
    *where = fmt::format("{}: {}", entry->where, key);
    return {&spec, ValueSource::kConfig, entry->words};
  }
  if (!spec.fallback.empty()) return {&spec, ValueSource::kDefault, {std::string(spec.fallback)}};
  return {&spec, ValueSource::kNone, {}};
}

Result<Arguments::Value> ChooseChecked(const Command& command, const OptionSpec& spec,
                                       const Words& flag_words, const ConfigFile& config) {
  std::string where;
  Arguments::Value value = Choose(command, spec, flag_words, config, &where);
  if (spec.required && value.source == ValueSource::kNone) {
    std::string what = fmt::format("{} is missing", spec.name);
    if (!spec.choices.empty()) what += fmt::format("; expected {}", spec.choices);
    return Error{ErrorCode::kUsage, fmt::format("wavetank {}", command.name), what};
  }
  if (spec.type != OptionType::kTextList && value.words.size() > 1) {
    return Error{ErrorCode::kUsage, where, "expected one value"};
  }
  for (const std::string& word : value.words) {
    if (std::string wrong = WrongValue(spec, word); !wrong.empty()) {
      return Error{ErrorCode::kUsage, where, wrong};
    }
  }
  return value;
}

// Each key of the file must be an option of the command it stands under, or of any at the top.
Status CheckConfigWords(std::span<const Command> commands, const ConfigFile& config) {
  for (const ConfigEntry& entry : config.entries) {
    Words names;
    Words sections;
    for (const Command& command : commands) {
      sections.emplace_back(command.name);
      if (!entry.section.empty() && entry.section != command.name) continue;
      for (const OptionSpec* spec : AllOptions(command)) {
        names.emplace_back(WithoutDashes(spec->name));
      }
    }
    if (names.empty()) {
      return Error{ErrorCode::kUsage, entry.where,
                   fmt::format("unknown command {}{}", entry.section,
                               DidYouMean(entry.section, sections))};
    }
    if (std::find(names.begin(), names.end(), entry.key) == names.end()) {
      return Error{ErrorCode::kUsage, entry.where,
                   fmt::format("unknown option {}{}", entry.key, DidYouMean(entry.key, names))};
    }
  }
  return Ok{};
}

std::string HelpOfAll(std::span<const Command> commands) {
  std::string text = "A simulated Kubernetes cluster in which operations agents are tested.\n"
                     "Usage: wavetank COMMAND [OPTIONS]\n\nCommands:\n";
  for (const Command& command : commands) {
    text += fmt::format("  {:<12}{}\n", command.name, command.summary);
  }
  text += fmt::format("\nExample:\n  {}\n\n", commands.front().example);
  text += "`wavetank COMMAND --help` lists the options of a command.\n";
  text += kExitCodeHelp;
  return text;
}

}  // namespace

const Arguments::Value& Arguments::Find(std::string_view name, OptionType type) const {
  const auto found = std::find_if(values_.begin(), values_.end(), [&](const Value& value) {
    return value.spec->name == name;
  });
  WT_CHECK(found != values_.end(), "a command asks only for options of its own table");
  WT_CHECK(found->spec->type == type, "an option is asked for by the type of its table row");
  return *found;
}

bool Arguments::Flag(std::string_view name) const {
  const Value& value = Find(name, OptionType::kFlag);
  bool on = false;
  if (!value.words.empty()) ReadFlag(value.words.front(), &on);
  return on;
}

i64 Arguments::Integer(std::string_view name) const {
  const Value& value = Find(name, OptionType::kInteger);
  i64 number = 0;
  if (!value.words.empty()) ReadNumber(value.words.front(), &number);
  return number;
}

f64 Arguments::Number(std::string_view name) const {
  const Value& value = Find(name, OptionType::kNumber);
  f64 number = 0;
  if (!value.words.empty()) ReadNumber(value.words.front(), &number);
  return number;
}

std::string Arguments::Text(std::string_view name) const {
  const Value& value = Find(name, OptionType::kText);
  return value.words.empty() ? std::string() : value.words.front();
}

std::vector<std::string> Arguments::Texts(std::string_view name) const {
  return Find(name, OptionType::kTextList).words;
}

ValueSource Arguments::SourceOf(std::string_view name) const {
  for (const Value& value : values_) {
    if (value.spec->name == name) return value.source;
  }
  WT_CHECK(false, "a command asks only for options of its own table");
  return ValueSource::kNone;
}

bool Arguments::Given(std::string_view name) const {
  return SourceOf(name) > ValueSource::kDefault;
}

bool Arguments::GivenAsFlag(std::string_view name) const {
  return SourceOf(name) == ValueSource::kFlag;
}

std::vector<std::string> SplitWords(std::string_view text) {
  std::vector<std::string> out;
  while (!text.empty()) {
    const std::size_t comma = std::min(text.find(','), text.size());
    if (comma > 0) out.emplace_back(text.substr(0, comma));
    text.remove_prefix(std::min(comma + 1, text.size()));
  }
  return out;
}

Result<Invocation> ParseCommandLine(std::span<const Command> commands,
                                    std::span<const std::string> words,
                                    const ConfigFile& config) {
  if (words.empty()) {
    return Error{ErrorCode::kUsage, "", "no command given; see `wavetank --help`"};
  }
  if (words[0] == "--help" || words[0] == "-h" || words[0] == "help") {
    return Invocation{nullptr, Arguments({}), HelpOfAll(commands)};
  }
  const std::string typed = words[0] == "--version" ? "version" : words[0];
  Words names{"--help", "--version"};
  const Command* command = nullptr;
  for (const Command& row : commands) {
    names.emplace_back(row.name);
    if (row.name == typed) command = &row;
  }
  if (command == nullptr) {
    return Error{ErrorCode::kUsage, "",
                 fmt::format("unknown {} '{}'{}", typed.starts_with("-") ? "option" : "command",
                             typed, DidYouMean(typed, names))};
  }
  Result<FlagWords> flags = ReadFlags(*command, words.subspan(1));
  if (!flags) return flags.error();
  if (flags->help) return Invocation{nullptr, Arguments({}), flags->help_text};
  if (Status known = CheckConfigWords(commands, config); !known) return known.error();
  std::vector<Arguments::Value> values;
  const std::vector<const OptionSpec*> specs = AllOptions(*command);
  for (std::size_t i = 0; i < specs.size(); ++i) {
    Result<Arguments::Value> value = ChooseChecked(*command, *specs[i], flags->given[i], config);
    if (!value) return value.error();
    values.push_back(std::move(*value));
  }
  return Invocation{command, Arguments(std::move(values)), ""};
}

}  // namespace wt
