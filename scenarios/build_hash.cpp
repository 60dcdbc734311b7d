// SPDX-License-Identifier: Apache-2.0
// Blueprint::content_hash: a World is only good with the Blueprint it was made under.
#include <bit>
#include <iterator>
#include <string>

#include "scenarios/build_parts.h"
#include "sim/objects/content_hash.h"

namespace wt {
namespace {

class Bytes {
 public:
  void Add(std::string_view text) {
    AddNumber(text.size());
    bytes_ += text;
  }
  void AddNumber(u64 number) {
    for (int shift = 0; shift < 64; shift += 8) bytes_ += static_cast<char>(number >> shift);
  }
  void AddReal(f32 number) { AddNumber(std::bit_cast<u32>(number)); }
  template <class... Numbers>
  void AddAll(Numbers... numbers) {
    (AddNumber(static_cast<u64>(numbers)), ...);
  }
  template <class... Reals>
  void AddReals(Reals... reals) {
    (AddReal(reals), ...);
  }
  u64 Hash() const { return ContentHash(bytes_); }

 private:
  std::string bytes_;
};

void AddGraph(const ServiceGraph& graph, Bytes& out) {
  for (const GraphService& s : graph.services) {
    out.AddAll(s.name, s.workload, s.kube_service, s.ns, s.called_port, s.listen_port,
               s.first_operation, s.operations, s.model, s.is_store, s.threads, s.queue_limit);
    out.AddReals(s.loop_cores, s.cpu_per_request_s, s.memory_base_bytes,
                 s.memory_per_request_bytes, s.memory_leak_bytes_per_s, s.startup.median_ms,
                 s.startup.p99_ms, s.cache_hit_ratio, s.cache_warm_up_s);
  }
  for (const GraphOperation& o : graph.operations) {
    out.AddAll(o.service, o.name, o.first_call, o.calls);
    out.AddReals(o.work_mean_s, o.work_cv2);
  }
  for (const GraphCall& c : graph.calls) {
    out.AddAll(c.callee, c.retries_max, c.optional, c.parallel_group);
    out.AddReals(c.probability, c.timeout_s, c.backoff_s, c.retry_budget);
  }
  for (const GraphEntry& e : graph.entries) {
    out.AddNumber(e.operation);
    out.AddReal(e.share);
  }
}

void AddRuntime(const Blueprint& blueprint, Bytes& out) {
  for (const ServiceRuntime& r : blueprint.runtime) {
    out.AddAll(r.ports.size(), r.paths.size(), r.needs.size(), r.needs_services.size(),
               r.health_depends.size(), r.image_repo, r.command, r.container);
    for (const u16 port : r.ports) out.AddNumber(port);
    for (const StrId path : r.paths) out.AddNumber(path);
    for (const ConfigRef& need : r.needs) out.AddAll(need.name, need.key, need.kind, need.use);
    for (const u32 service : r.needs_services) out.AddNumber(service);
    for (const u32 service : r.health_depends) out.AddNumber(service);
  }
  for (const Image& image : blueprint.images) {
    out.AddAll(image.name, image.repo, image.bytes, image.calls_api, image.executables.size());
    for (const StrId executable : image.executables) out.AddNumber(executable);
  }
}

void AddTiming(const Timing& timing, Bytes& out) {
  for (const TimingField& field : kTimingFields) {
    const Delay& delay = timing.*field.delay;
    out.AddReals(delay.median_ms, delay.p99_ms);
  }
}

}  // namespace

u64 HashBlueprint(const Blueprint& blueprint) {
  Bytes bytes;
  for (u32 id = 0; id < blueprint.strings.size(); ++id) bytes.Add(blueprint.strings.Text(id));
  bytes.Add({blueprint.documents.data(), blueprint.documents.size()});
  bytes.Add({reinterpret_cast<const char*>(blueprint.typed.data()), blueprint.typed.size()});
  for (const LoadedObject& o : blueprint.objects) {
    bytes.AddAll(o.kind, o.ns, o.name, o.doc, o.tmpl, o.replicas, o.object_kind,
                 o.older.size(), o.at_start);
    for (const auto& older : o.older) bytes.AddAll(older.doc, older.tmpl);
  }
  AddGraph(blueprint.graph, bytes);
  AddRuntime(blueprint, bytes);
  AddTiming(blueprint.timing, bytes);
  for (const LoadPoint& point : blueprint.load_points) {
    bytes.AddNumber(static_cast<u64>(point.at));
    bytes.AddReal(point.rps);
  }
  for (const u32 rows : blueprint.layout.capacity) bytes.AddNumber(rows);
  return bytes.Hash();
}

}  // namespace wt
