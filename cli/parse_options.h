// SPDX-License-Identifier: Apache-2.0
// Command lines against plain tables: what a command takes is data (OptionSpec), what it was
// given is Arguments. A value comes from the first of: flag, WAVETANK_<NAME> in the environment,
// wavetank.yaml (the command's own section, then the top level), the default in the table.
// The parsing library is included in parse_options.cpp and nowhere else.
#pragma once

#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cli/read_config.h"
#include "sim/api/ints.h"
#include "sim/api/result.h"

namespace wt {

struct Command;

enum class OptionType { kFlag, kInteger, kNumber, kText, kTextList };

struct OptionSpec {
  std::string_view name;           // "--seed"; without dashes an argument by position: "what"
  OptionType type = OptionType::kText;
  std::string_view value_name = {};  // how the help calls the value: "N", "FILE"
  std::string_view help = {};
  std::string_view fallback = {};  // the default as it would be typed; empty: none
  std::string_view choices = {};   // "a|b|c": nothing else is accepted; empty: anything
  bool required = false;           // must be given by one of the four sources
  i64 at_least = std::numeric_limits<i64>::min();  // of kInteger
};

enum class ValueSource { kNone, kDefault, kConfig, kEnvironment, kFlag };

// Values of one command, checked against its table. Lookups are by the table's name, dashes
// included; asking for a name or type that the table does not have is a broken promise.
class Arguments {
 public:
  bool Flag(std::string_view name) const;
  i64 Integer(std::string_view name) const;               // 0 if not given and no default
  f64 Number(std::string_view name) const;                // 0 if not given and no default
  std::string Text(std::string_view name) const;          // empty if not given and no default
  std::vector<std::string> Texts(std::string_view name) const;
  bool Given(std::string_view name) const;                // by anything but the default
  bool GivenAsFlag(std::string_view name) const;          // on this command line

  struct Value {
    const OptionSpec* spec;
    ValueSource source;
    std::vector<std::string> words;  // one, except for kTextList
  };
  explicit Arguments(std::vector<Value> values) : values_(std::move(values)) {}

 private:
  const Value& Find(std::string_view name, OptionType type) const;
  ValueSource SourceOf(std::string_view name) const;
  std::vector<Value> values_;
};

struct Invocation {
  const Command* command;  // null: print `text` on stdout and end
  Arguments arguments;
  std::string text;
};

// "a,b" -> a, b; empty words are left out.
std::vector<std::string> SplitWords(std::string_view text);

// Reads the environment; `words` are the command line without the program's name.
// Errors are kUsage and name the flag, variable or FILE:LINE:COL, and the nearest valid word.
Result<Invocation> ParseCommandLine(std::span<const Command> commands,
                                    std::span<const std::string> words,
                                    const ConfigFile& config);

}  // namespace wt
