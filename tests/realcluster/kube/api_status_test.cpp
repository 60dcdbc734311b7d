// SPDX-License-Identifier: Apache-2.0
#include "realcluster/kube/api_status.h"

#include <gtest/gtest.h>

#include "realcluster/kube/base64.h"
#include "realcluster/kube/query.h"

namespace wt {
namespace {

TEST(ApiStatus, IsToldInTheServersWords) {
  const ApiRefusal refusal =
      ReadRefusal(404, R"({"kind":"Status","status":"Failure","message":"pods \"a\" not found",)"
                       R"("reason":"NotFound","details":{"retryAfterSeconds":3},"code":404})");
  EXPECT_EQ(refusal.reason, "NotFound");
  EXPECT_EQ(refusal.retry_after_s, 3);
  const Error error = RefusalError(refusal, "/api/v1/x");
  EXPECT_EQ(error.code, ErrorCode::kNotFound);
  EXPECT_EQ(error.Text(), "/api/v1/x: pods \"a\" not found (404 NotFound)");
}

TEST(ApiStatus, ABodyThatIsNoStatusBecomesTheMessage) {
  EXPECT_EQ(ReadRefusal(502, "bad gateway\n").message, "bad gateway");
  EXPECT_EQ(ReadRefusal(502, "").message, "HTTP 502 without a word");
  EXPECT_EQ(ReadRefusal(500, std::string(1000, 'x')).message.size(), 200u);
}

TEST(ApiStatus, ConflictsAreToldApart) {
  const auto code = [](int status, const char* reason) {
    return RefusalError(ApiRefusal{.code = status, .reason = reason, .message = "m"}, "").code;
  };
  EXPECT_EQ(code(409, "AlreadyExists"), ErrorCode::kAlreadyExists);
  EXPECT_EQ(code(409, "Conflict"), ErrorCode::kConflict);
  EXPECT_EQ(code(422, "Invalid"), ErrorCode::kInvalidObject);
  EXPECT_EQ(code(403, "Forbidden"), ErrorCode::kForbidden);
  EXPECT_EQ(code(401, "Unauthorized"), ErrorCode::kEnvironment);
}

TEST(ApiStatus, WhatIsForbiddenIsAVerbOnAResource) {
  const auto says = [](const char* method, const char* path) {
    return VerbAndResource({.method = method, .path = path});
  };
  EXPECT_EQ(says("POST", "/api/v1/namespaces"), "create namespaces");
  EXPECT_EQ(says("GET", "/api/v1/namespaces/a"), "get namespaces");
  EXPECT_EQ(says("GET", "/api/v1/namespaces/a/pods"), "list pods in namespace a");
  EXPECT_EQ(says("GET", "/api/v1/namespaces/a/pods/p/log"), "get pods/log in namespace a");
  EXPECT_EQ(says("PATCH", "/apis/apps/v1/namespaces/a/deployments/d"),
            "patch deployments in namespace a");
  EXPECT_EQ(says("DELETE", "/api/v1/nodes/n"), "delete nodes");
  const Error error = RefusalError(ReadRefusal(403, "no"), "x", {.path = "/api/v1/nodes"});
  EXPECT_EQ(error.code, ErrorCode::kForbidden);
  EXPECT_EQ(error.Text(), "x: no (403); these credentials may not list nodes");
}

TEST(ApiStatus, TheEndOfACommandIsItsExitCode) {
  EXPECT_EQ(*ReadExecStatus(R"({"metadata":{},"status":"Success"})"), 0);
  EXPECT_EQ(*ReadExecStatus(R"({"status":"Failure","reason":"NonZeroExitCode","details":)"
                            R"({"causes":[{"reason":"ExitCode","message":"137"}]}})"),
            137);
  const auto not_run = ReadExecStatus(R"({"status":"Failure","message":"no such file"})");
  ASSERT_FALSE(not_run);
  EXPECT_EQ(not_run.error().code, ErrorCode::kBadRequest);
  EXPECT_EQ(not_run.error().what, "no such file");
  EXPECT_EQ(ReadExecStatus("nonsense").error().code, ErrorCode::kEnvironment);
}

TEST(Base64, GoesThereAndBack) {
  for (const char* text : {"", "a", "ab", "abc", "\xff\xfe\x01 z"}) {
    EXPECT_EQ(DecodeBase64(EncodeBase64(text)), std::string(text));
  }
  EXPECT_EQ(EncodeBase64("foobar"), "Zm9vYmFy");
  EXPECT_EQ(DecodeBase64("Zm9v\nYmE=\n"), std::string("fooba"));
  for (const char* wrong : {"a", "ab", "abc", "a===", "ab=c", "ab!c", "Zg==Zg=="}) {
    EXPECT_EQ(DecodeBase64(wrong), std::nullopt) << wrong;
  }
}

TEST(Query, ParametersAreTakenOutAndTextIsEncoded) {
  std::string taken;
  EXPECT_EQ(TakeFromQuery("a=1&b=2&c&d=4",
                          [&](const std::string& key, const std::string& value) {
                            if (key == "b") taken = value;
                            return key == "b" || key == "c";
                          }),
            "a=1&d=4");
  EXPECT_EQ(taken, "2");
  EXPECT_EQ(EncodePercent("sh -c 'a&b'/\xc3\xa9"), "sh%20-c%20%27a%26b%27%2F%C3%A9");
}

}  // namespace
}  // namespace wt
