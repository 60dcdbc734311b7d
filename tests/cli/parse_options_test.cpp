// SPDX-License-Identifier: Apache-2.0
#include "cli/parse_options.h"

#include <gtest/gtest.h>

#include <array>
#include <cstdlib>

#include "cli/commands.h"

namespace wt {
namespace {

constexpr std::array kRunOptions{
    OptionSpec{.name = "files", .type = OptionType::kTextList, .value_name = "FILE",
               .help = "what to run"},
    OptionSpec{.name = "--agent", .value_name = "NAME", .help = "who acts", .fallback = "rule",
               .choices = "rule|oracle"},
    OptionSpec{.name = "--rate", .type = OptionType::kNumber, .value_name = "R", .help = "speed"},
    OptionSpec{.name = "--steps-max", .type = OptionType::kInteger, .value_name = "N",
               .help = "steps", .at_least = 1},
    OptionSpec{.name = "--dry", .type = OptionType::kFlag, .help = "change nothing"},
};

Result<ExitCode> RunNothing(const Arguments&) { return ExitCode::kOk; }

const std::array kTable{
    Command{"run", "runs", "wavetank run a.yaml", kRunOptions, &RunNothing},
    Command{"list", "lists", "wavetank list", {}, &RunNothing},
};

Result<Invocation> Parse(std::vector<std::string> words, const ConfigFile& config = {}) {
  return ParseCommandLine(kTable, words, config);
}

ConfigFile OneEntry(std::string section, std::string key, std::string word) {
  return {"wavetank.yaml", {{section, key, {word}, "wavetank.yaml:4:2"}}};
}

// Sets a variable for one test.
struct Variable {
  const char* name;
  Variable(const char* n, const char* value) : name(n) { setenv(n, value, 1); }
  ~Variable() { unsetenv(name); }
};

TEST(ParseOptions, EachTypeIsReadAsItsTableRowSays) {
  const auto parsed = Parse({"run", "a.yaml", "b.yaml", "--agent", "oracle", "--rate=2.5",
                             "--steps-max", "7", "--dry", "--seed", "9", "--json"});
  ASSERT_TRUE(parsed.ok()) << parsed.error().Text();
  const Arguments& given = parsed->arguments;
  EXPECT_EQ(parsed->command->name, "run");
  EXPECT_EQ(given.Texts("files"), (std::vector<std::string>{"a.yaml", "b.yaml"}));
  EXPECT_EQ(given.Text("--agent"), "oracle");
  EXPECT_EQ(given.Number("--rate"), 2.5);
  EXPECT_EQ(given.Integer("--steps-max"), 7);
  EXPECT_TRUE(given.Flag("--dry"));
  EXPECT_EQ(given.Integer("--seed"), 9);
  EXPECT_TRUE(given.Flag("--json"));
}

TEST(ParseOptions, DefaultsStandWhereNothingIsGiven) {
  const auto parsed = Parse({"run"});
  ASSERT_TRUE(parsed.ok());
  EXPECT_EQ(parsed->arguments.Text("--agent"), "rule");
  EXPECT_FALSE(parsed->arguments.Given("--agent"));
  EXPECT_FALSE(parsed->arguments.Flag("--json"));
  EXPECT_EQ(parsed->arguments.Integer("--seed"), 1);
  EXPECT_TRUE(parsed->arguments.Texts("files").empty());
}

TEST(ParseOptions, AFlagBeatsTheEnvironmentBeatsTheFileBeatsTheDefault) {
  const ConfigFile file = OneEntry("", "steps-max", "3");
  EXPECT_EQ(Parse({"run"}, file)->arguments.Integer("--steps-max"), 3);
  EXPECT_TRUE(Parse({"run"}, file)->arguments.Given("--steps-max"));
  const Variable variable("WAVETANK_STEPS_MAX", "4");
  EXPECT_EQ(Parse({"run"}, file)->arguments.Integer("--steps-max"), 4);
  EXPECT_EQ(Parse({"run", "--steps-max", "5"}, file)->arguments.Integer("--steps-max"), 5);
}

TEST(ParseOptions, TheSectionOfTheCommandBeatsTheTopOfTheFile) {
  ConfigFile file = OneEntry("", "seed", "3");
  file.entries.push_back({"run", "seed", {"4"}, "wavetank.yaml:5:2"});
  EXPECT_EQ(Parse({"run"}, file)->arguments.Integer("--seed"), 4);
  EXPECT_EQ(Parse({"list"}, file)->arguments.Integer("--seed"), 3);
}

TEST(ParseOptions, AFlagCanBeSwitchedOffAgainstTheFile) {
  const ConfigFile file = OneEntry("", "json", "yes");
  EXPECT_TRUE(Parse({"run"}, file)->arguments.Flag("--json"));
  EXPECT_FALSE(Parse({"run", "--json=false"}, file)->arguments.Flag("--json"));
}

TEST(ParseOptions, HelpOfACommandHasItsOptionsTheirTextAndTheExample) {
  const auto parsed = Parse({"run", "--help"});
  ASSERT_TRUE(parsed.ok());
  EXPECT_EQ(parsed->command, nullptr);
  for (const char* part : {"--agent", "who acts", "rule|oracle", "[rule]", "--seed", "--threads",
                           "--json", "wavetank run a.yaml"}) {
    EXPECT_NE(parsed->text.find(part), std::string::npos) << part << " in\n" << parsed->text;
  }
}

TEST(ParseOptions, HelpOfAllNamesEveryCommandAndTheExitCodes) {
  const auto parsed = Parse({"--help"});
  ASSERT_TRUE(parsed.ok());
  for (const char* part : {"run", "list", "130 interrupted", "wavetank.yaml"}) {
    EXPECT_NE(parsed->text.find(part), std::string::npos) << part;
  }
}

struct BadLine {
  const char* name;
  std::vector<std::string> words;
  ConfigFile config;
  const char* message;
};

class ParseOptionsRefuses : public testing::TestWithParam<BadLine> {};

TEST_P(ParseOptionsRefuses, WithOneLineAndTheNearestWord) {
  const auto parsed = Parse(GetParam().words, GetParam().config);
  ASSERT_FALSE(parsed.ok());
  EXPECT_EQ(parsed.error().code, ErrorCode::kUsage);
  EXPECT_EQ(parsed.error().Text(), GetParam().message);
}

INSTANTIATE_TEST_SUITE_P(
    Lines, ParseOptionsRefuses,
    testing::Values(
        BadLine{"nothing", {}, {}, "no command given; see `wavetank --help`"},
        BadLine{"a_command", {"lst"}, {}, "unknown command 'lst'; did you mean \"list\"?"},
        BadLine{"a_far_command", {"kubernetes"}, {}, "unknown command 'kubernetes'"},
        BadLine{"a_global_flag", {"--versoin"}, {},
                "unknown option '--versoin'; did you mean \"--version\"?"},
        BadLine{"a_flag", {"run", "--agnet", "x"}, {},
                "wavetank run: unknown option --agnet; did you mean \"--agent\"?"},
        BadLine{"a_flag_with_value", {"run", "--agnet=x"}, {},
                "wavetank run: unknown option --agnet; did you mean \"--agent\"?"},
        BadLine{"a_word_too_many", {"list", "x"}, {}, "wavetank list: unexpected 'x'"},
        BadLine{"a_choice", {"run", "--agent", "orcale"}, {},
                "--agent: 'orcale' is none of rule|oracle; did you mean \"oracle\"?"},
        BadLine{"a_whole_number", {"run", "--seed", "1.5"}, {}, "--seed: '1.5' is no whole number"},
        BadLine{"a_huge_number", {"run", "--seed", "99999999999999999999"}, {},
                "--seed: 99999999999999999999 is out of range; expected a whole number from 0 to "
                "9223372036854775807"},
        BadLine{"a_small_number", {"run", "--steps-max", "0"}, {},
                "--steps-max: 0 is too small; expected at least 1"},
        BadLine{"not_a_number", {"run", "--rate", "nan"}, {}, "--rate: 'nan' is no number"},
        BadLine{"a_missing_value", {"run", "--rate"}, {},
                "wavetank run: --rate: 1 required R missing"},
        BadLine{"a_key_of_the_file", {"list"}, OneEntry("", "sede", "1"),
                "wavetank.yaml:4:2: unknown option sede; did you mean \"seed\"?"},
        BadLine{"a_key_of_another_command", {"list"}, OneEntry("list", "agent", "x"),
                "wavetank.yaml:4:2: unknown option agent"},
        BadLine{"a_section_of_the_file", {"list"}, OneEntry("rnu", "agent", "x"),
                "wavetank.yaml:4:2: unknown command rnu; did you mean \"run\"?"},
        BadLine{"a_value_of_the_file", {"list"}, OneEntry("", "seed", "x"),
                "wavetank.yaml:4:2: seed: 'x' is no whole number"}),
    [](const auto& row) { return row.param.name; });

TEST(ParseOptions, AWrongVariableIsNamed) {
  const Variable variable("WAVETANK_SEED", "many");
  const auto parsed = Parse({"list"});
  ASSERT_FALSE(parsed.ok());
  EXPECT_EQ(parsed.error().Text(), "WAVETANK_SEED: 'many' is no whole number");
}

TEST(ParseOptions, AskingForAnOptionOutsideTheTableStopsTheProgram) {
  const auto parsed = Parse({"list"});
  ASSERT_TRUE(parsed.ok());
  EXPECT_DEATH(static_cast<void>(parsed->arguments.Integer("--sede")), "its own table");
  EXPECT_DEATH(static_cast<void>(parsed->arguments.Text("--seed")), "type of its table row");
}

}  // namespace
}  // namespace wt
