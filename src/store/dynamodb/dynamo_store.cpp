// A head carries the version it was moved for, its intent. Once the head is written all is decided: whoever meets an
// intent carries it out before anything else, so nobody waits for a builder that is gone.
// SPDX-License-Identifier: Apache-2.0
#include "store/dynamodb/dynamo_store.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/ids.hpp"
#include "log/log.hpp"

namespace m2c2::store::dynamodb {
namespace {

constexpr std::size_t kWritesKept = 32;

std::unexpected<Error> failed(const Error& error) { return fail(StoreError::failed, error.text); }

std::int64_t revision_of(const std::optional<StoredHead>& head) { return head ? head->head.revision : 0; }

/// The head after a move; its own identifier comes first.
StoredHead moved(const std::optional<StoredHead>& last, const JobHead& next, const std::string& write) {
  StoredHead head{.head = next, .writes = {write}, .intent = {}};
  if (!last) return head;
  const std::size_t kept = std::min(last->writes.size(), kWritesKept - 1);
  head.writes.insert(head.writes.end(), last->writes.begin(), last->writes.begin() + static_cast<std::ptrdiff_t>(kept));
  return head;
}

}  // namespace

Result<std::optional<JobHead>> DynamoStore::head(std::string_view job) {
  auto stored = settled_head(job);
  if (!stored) return failed(stored.error());
  if (*stored) return std::move((*stored)->head);
  return adopted_head(job);
}

Result<std::vector<JobHead>> DynamoStore::heads() {
  const auto items = table_.all_with(kHeadVersion);
  if (!items) return failed(items.error());
  std::vector<JobHead> heads;
  for (const Item& item : *items) {
    auto stored = read_head(item, table_.name());
    if (!stored) {
      log::error(stored.error().text);  // one damaged head keeps no other job from its gateway
      continue;
    }
    if (auto done = carry_out(*stored); !done) return failed(done.error());
    heads.push_back(std::move(stored->head));
  }
  return heads;
}

Result<std::optional<JobVersion>> DynamoStore::version(std::string_view job, job::Version version) {
  if (version <= kHeadVersion) return std::nullopt;
  auto item = table_.get(job, version);
  if (!item) return failed(item.error());
  if (*item) return whole_version(**item);
  const auto head = settled_head(job);
  if (!head) return failed(head.error());
  if (!*head || (*head)->head.latest < version) return std::nullopt;
  item = table_.get(job, version);  // it may have been on its way
  if (!item) return failed(item.error());
  if (*item) return whole_version(**item);
  return std::nullopt;
}

Result<> DynamoStore::add_version(const JobVersion& version, const JobHead& next, std::int64_t expected) {
  const auto last = head_at(version.job, expected);
  if (!last) return failed(last.error());
  if (revision_of(*last) != expected) return fail(StoreError::stale);
  if (auto room = has_room_for(version, expected); !room) return room;

  Move move{.next = {}, .expected = expected, .write = new_id()};
  const auto items = items_of(version, move.write);
  if (!items) return failed(items.error());
  if (auto stored = store_parts(*items); !stored) return failed(stored.error());
  move.next = moved(*last, next, move.write);
  move.next.intent = items->item;
  if (auto made = make(move); !made && !is_written_by(move, version)) return made;
  if (const auto done = carry_out(move.next); !done)
    log::warning(
        fmt::format("version {} of job {} is stored, but has no item of its own yet; it gets one when the job "
                    "is next read: {}",
                    version.version, version.job, done.error().text));
  return {};
}

Result<> DynamoStore::set_head(const JobHead& next, std::int64_t expected) {
  const auto last = head_at(next.job, expected);
  if (!last) return failed(last.error());
  if (revision_of(*last) != expected) return fail(StoreError::stale);
  if (!*last) {
    const auto adopted = adopted_head(next.job);
    if (!adopted) return std::unexpected{adopted.error()};
    if (!*adopted) return fail(StoreError::stale);
  }
  Move move{.next = {}, .expected = expected, .write = new_id()};
  move.next = moved(*last, next, move.write);
  return make(move);
}

Result<std::optional<StoredHead>> DynamoStore::head_as_it_is(std::string_view job) {
  const auto item = table_.get(job, kHeadVersion);
  if (!item) return std::unexpected{item.error()};
  if (!*item) return std::nullopt;
  return read_head(**item, table_.name());
}

Result<std::optional<StoredHead>> DynamoStore::settled_head(std::string_view job) {
  auto stored = head_as_it_is(job);
  if (!stored || !*stored) return stored;
  if (auto done = carry_out(**stored); !done) return std::unexpected{std::move(done).error()};
  last_read_ = *stored;
  return stored;
}

/// The one that was read last, if it is at that revision: whether it still is, the change itself will show.
Result<std::optional<StoredHead>> DynamoStore::head_at(std::string_view job, std::int64_t revision) {
  if (last_read_ && last_read_->head.job == job && last_read_->head.revision == revision) return last_read_;
  return settled_head(job);
}

// Both steps may have been made before, by anyone: a version is never changed, and the intent goes only from the head
// that it came with.
Result<> DynamoStore::carry_out(const StoredHead& stored) {
  if (!stored.intent) return {};
  if (auto put = table_.put_new(*stored.intent); !put && put.error().code != ApiError::condition_failed) return put;
  auto removed = table_.remove("intent", stored.head.job, kHeadVersion, stored.head.revision);
  if (!removed && removed.error().code != ApiError::condition_failed) return removed;
  return {};
}

/// Of a job that the original solution left in the table: versions, and no head.
Result<std::optional<JobHead>> DynamoStore::adopted_head(std::string_view job) {
  const auto item = table_.last_of(job);
  if (!item) return failed(item.error());
  if (!*item) return std::nullopt;
  const auto stored = read_version(**item, table_.name());
  if (!stored) return failed(stored.error());
  const JobVersion& latest = stored->version;
  JobHead head;
  head.job = latest.job;
  head.group = latest.group;
  head.latest = head.version = latest.version;
  head.state = job::RunState::stopped;  // what runs there is not m2c2's
  return head;
}

Result<std::optional<JobVersion>> DynamoStore::whole_version(const Item& item) {
  auto stored = read_version(item, table_.name());
  if (!stored) return failed(stored.error());
  if (stored->parts == 0) return std::move(stored->version);
  const auto parts = table_.all_of(parts_key(stored->version.job, stored->write));
  if (!parts) return failed(parts.error());
  if (auto joined = join(*stored, item, *parts, table_.name()); !joined) return failed(joined.error());
  return std::move(stored->version);
}

/// Fails with `exists` when the version alone is in the way, and with `stale` when the head came with it.
Result<> DynamoStore::has_room_for(const JobVersion& version, std::int64_t expected) {
  const auto is_there = table_.has(version.job, version.version);
  if (!is_there) return failed(is_there.error());
  if (!*is_there) return {};
  const auto now = head_as_it_is(version.job);
  if (!now) return failed(now.error());
  return fail(revision_of(*now) == expected ? StoreError::exists : StoreError::stale);
}

/// The one step that decides.
Result<> DynamoStore::make(const Move& move) {
  const Item item = item_of(move.next);
  auto put = move.expected == 0 ? table_.put_new(item) : table_.replace(item, move.expected);
  if (put) return {};
  return find_out(move, put.error());
}

/// What became of a move whose answer is lost, or whose second try met the first.
Result<> DynamoStore::find_out(const Move& move, const Error& error) {
  const auto now = head_as_it_is(move.next.head.job);
  if (!now)
    return fail(StoreError::failed, error.code == ApiError::condition_failed
                                        ? now.error().text
                                        : error.text + "; it is not known whether the change was stored");
  if (*now && std::ranges::find((*now)->writes, move.write) != (*now)->writes.end()) return {};
  if (error.code == ApiError::condition_failed || revision_of(*now) != move.expected) return fail(StoreError::stale);
  return failed(error);
}

/// Before the head names them: nobody ever sees a part that is missing.
Result<> DynamoStore::store_parts(const VersionItems& items) {
  for (const Item& part : items.parts)
    if (auto put = table_.put(part); !put) return put;
  return {};
}

/// Whether a move was made though the head has since moved on, further than its list of writes reaches back.
bool DynamoStore::is_written_by(const Move& move, const JobVersion& version) {
  const auto item = table_.get(version.job, version.version);
  if (!item || !*item) return false;
  const auto stored = read_version(**item, table_.name());
  return stored && stored->write == move.write;
}

}  // namespace m2c2::store::dynamodb
