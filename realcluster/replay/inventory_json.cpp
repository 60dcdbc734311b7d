// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <utility>

#include "realcluster/replay/deployment.h"
#include "sim/api/file_io.h"
#include "sim/objects/access.h"
#include "sim/objects/parse_json.h"

namespace wt {
namespace {

constexpr size_t kFileBytesMax = 256u << 20;

Error FileError(const std::string& file, std::string_view what) {
  return {ErrorCode::kEnvironment, file, fmt::format("{}: {}", what, std::strerror(errno))};
}

std::string Line(const char* what, const std::string& path, const std::string& uid,
                 const std::string& before) {
  Json line = {{"what", what}, {"path", path}};
  if (!uid.empty()) line["uid"] = uid;
  if (!before.empty()) line["before"] = before;
  return line.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string ClusterLine(const ClusterId& cluster) {
  Json line = {{"what", "cluster"}, {"server", cluster.server}};
  if (!cluster.uid.empty()) line["uid"] = cluster.uid;
  return line.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

bool IsEntry(const Json& line) {
  const auto what = Text(line, "what");
  return !Text(line, "path").empty() && (what == "created" || what == "changed" || what == "gone");
}

// A new file is there after a crash only if its folder says so.
void SyncFolder(const std::filesystem::path& file) {
  const std::filesystem::path folder = file.has_parent_path() ? file.parent_path() : ".";
  const int descriptor = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return;
  fsync(descriptor);
  close(descriptor);
}

bool WriteAll(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = write(descriptor, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    text.remove_prefix(static_cast<size_t>(written));
  }
  return true;
}

}  // namespace

std::string ClusterId::Text() const {
  return fmt::format("{} ({})", server.empty() ? "a server without an address" : server,
                     uid.empty() ? "uid of kube-system not readable" : "uid of kube-system " + uid);
}

bool SameCluster(const ClusterId& a, const ClusterId& b) {
  return a.uid == b.uid && (!a.uid.empty() || a.server == b.server);
}

Inventory::Inventory(std::string file, int descriptor)
    : file_(std::move(file)), descriptor_(descriptor) {}

Inventory::Inventory(Inventory&& from) noexcept { *this = std::move(from); }

Inventory& Inventory::operator=(Inventory&& from) noexcept {
  std::swap(file_, from.file_);
  std::swap(descriptor_, from.descriptor_);
  std::swap(whole_, from.whole_);
  std::swap(cluster_, from.cluster_);
  std::swap(entries_, from.entries_);
  return *this;
}

Inventory::~Inventory() {
  if (descriptor_ >= 0) close(descriptor_);
}

Result<Inventory> Inventory::Open(std::string file) {
  const std::filesystem::path path(file);
  std::error_code failed;
  if (path.has_parent_path()) std::filesystem::create_directories(path.parent_path(), failed);
  const int descriptor = open(file.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (descriptor < 0) return FileError(file, "cannot be opened");
  Inventory out(std::move(file), descriptor);
  if (flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) return FileError(out.file_, "cannot be locked");
    return Error{
        ErrorCode::kEnvironment, out.file_,
        fmt::format("another process uses this inventory (fuser {} says which): wait until "
                    "it ends, or end it",
                    out.file_)};
  }
  SyncFolder(path);
  if (Status read = out.Read(); !read) return read.error();
  return out;
}

Result<Inventory> Inventory::OpenEmpty(const std::string& file, const ClusterId& cluster,
                                       const std::string& cleanup_command) {
  Result<Inventory> opened = Open(file);
  if (!opened) return opened;
  if (Status same = opened->CheckCluster(cluster); !same) return same.error();
  if (!opened->entries().empty()) {
    return Error{ErrorCode::kEnvironment, file,
                 fmt::format("{} objects of an earlier run are still there; take them away with "
                             "`{}`", opened->entries().size(), cleanup_command)};
  }
  const auto& known = opened->cluster_;
  if (known && known->uid == cluster.uid && known->server == cluster.server) return opened;
  if (Status said = opened->Append(ClusterLine(cluster)); !said) return said.error();
  opened->cluster_ = cluster;
  return opened;
}

Status Inventory::CheckCluster(const ClusterId& cluster) const {
  if (entries_.empty() || !cluster_ || SameCluster(*cluster_, cluster)) return Ok{};
  const bool unknown = cluster_->uid.empty() != cluster.uid.empty();
  return Error{ErrorCode::kEnvironment, file_,
               fmt::format("its {} objects are of the cluster {}, {} {}: nothing was changed. Name "
                           "that cluster with --kubeconfig and --context to take them away; if it "
                           "is gone, so are they: remove this file, or name another with "
                           "--inventory",
                           entries_.size(), cluster_->Text(),
                           unknown ? "and it cannot be told whether that is" : "not of",
                           cluster.Text())};
}

Status Inventory::Read() {
  const auto text = ReadFile(file_, kFileBytesMax);
  if (!text) return text.error();
  const std::string_view all = *text;
  int number = 0;
  for (size_t at = 0; all.find('\n', at) != all.npos;) {
    const size_t end = all.find('\n', at);
    const std::string where = fmt::format("{}:{}", file_, ++number);
    const auto line = ParseJson(all.substr(at, end - at), where, {.bytes_max = kFileBytesMax});
    // One file, one cluster at a time.
    const bool of_cluster = line && line->is_object() && Text(*line, "what") == "cluster" &&
                            entries_.empty();
    if (!of_cluster && !(line && line->is_object() && IsEntry(*line))) {
      return Error{ErrorCode::kEnvironment, where,
                   "no line of an inventory: name another file, or take the line out once what it "
                   "names is removed by hand"};
    }
    if (of_cluster) {
      cluster_ = {std::string(Text(*line, "uid")), std::string(Text(*line, "server"))};
    } else {
      Take(std::string(Text(*line, "what")), std::string(Text(*line, "path")),
           std::string(Text(*line, "uid")), std::string(Text(*line, "before")));
    }
    at = end + 1;
    whole_ = static_cast<long>(at);
  }
  if (whole_ == static_cast<long>(all.size())) return Ok{};
  if (ftruncate(descriptor_, whole_) != 0) return FileError(file_, "cannot be cut");
  return Ok{};
}

Status Inventory::Append(const std::string& line) {
  if (WriteAll(descriptor_, line) && fsync(descriptor_) == 0) {
    whole_ += static_cast<long>(line.size());
    return Ok{};
  }
  const Error error = FileError(file_, "cannot be written");
  // The next line must not be glued to half of this one.
  if (ftruncate(descriptor_, whole_) != 0) return FileError(file_, "cannot be cut");
  return error;
}

void Inventory::Take(const std::string& what, const std::string& path, std::string uid,
                     std::string before) {
  auto known = std::ranges::find(entries_, path, &Entry::path);
  if (what == "gone") {
    if (known != entries_.end()) entries_.erase(known);
    return;
  }
  if (known == entries_.end())
    known = entries_.insert(entries_.begin(), Entry{path, false, "", ""});
  if (what == "created") {
    known->created = true;
    known->uid = std::move(uid);
  } else if (known->before.empty()) {
    known->before = std::move(before);
  }
}

const Inventory::Entry* Inventory::Find(const std::string& path) const {
  const auto known = std::ranges::find(entries_, path, &Entry::path);
  return known == entries_.end() ? nullptr : &*known;
}

Status Inventory::WillCreate(const std::string& path) { return Created(path, ""); }

Status Inventory::Created(const std::string& path, const std::string& uid) {
  if (Status written = Append(Line("created", path, uid, "")); !written) return written;
  Take("created", path, uid, "");
  return Ok{};
}

Status Inventory::WillChange(const std::string& path, const std::string& object) {
  if (const Entry* known = Find(path); known != nullptr && !known->before.empty()) return Ok{};
  if (Status written = Append(Line("changed", path, "", object)); !written) return written;
  Take("changed", path, "", object);
  return Ok{};
}

Status Inventory::Gone(const std::string& path) {
  if (Find(path) == nullptr) return Ok{};
  if (Status written = Append(Line("gone", path, "", "")); !written) return written;
  Take("gone", path, "", "");
  return Ok{};
}

}  // namespace wt
