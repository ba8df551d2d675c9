// One request, and the answers that belong to it.
// SPDX-License-Identifier: Apache-2.0
#include "app/job_command.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <iostream>
#include <set>

#include "app/errors.hpp"
#include "app/job_files.hpp"
#include "base/foreign_text.hpp"
#include "job/topics.hpp"

namespace m2c2::app {
namespace {

namespace json = boost::json;

/// What one message on an info or error topic means for the request.
enum class Meaning { news, success, failure };

/// The builder signs its answers with job-name, a connector does not. A builder's info is a step on the way; a
/// connector's info is the end of it. A connector's error belongs to the request only when the request asked the
/// machine.
Meaning meaning_of(const json::object& answer, bool is_error, job::Control control) {
  const bool from_builder = answer.contains("job-name") || !answer.contains("_id_");
  if (from_builder) return is_error ? Meaning::failure : Meaning::news;
  if (!is_error) return Meaning::success;
  const bool asked_machine = control == job::Control::push || control == job::Control::pull;
  return asked_machine ? Meaning::failure : Meaning::news;
}

std::string message_text(const json::object& answer) {
  const auto* message = answer.if_contains("message");
  if (!message) return json::serialize(answer);
  const auto line = [](std::string_view said) { return foreign_text(said, said.size()); };
  std::string text = line(message->is_string() ? std::string{message->get_string()} : json::serialize(*message));
  if (const auto* reason = answer.if_contains("reason"); reason && reason->is_string())
    text += "\n  " + line(reason->get_string());
  return text;
}

class Conversation {
 public:
  Conversation(const JobCommand& command, std::string request, std::set<std::string> names)
      : command_{command}, request_{std::move(request)}, open_{std::move(names)} {}

  int run() {
    auto client = ConsoleClient::open(
        command_.broker, filters(), [this](const mqtt::Received& m) { on_message(m); }, [this] { on_ready(); });
    if (!client) return say(client.error());
    client_ = std::move(*client);
    if (!client_->run(command_.patience)) return tell_timeout();
    return failed_ ? 1 : 0;
  }

 private:
  std::vector<std::string> filters() const {
    std::vector<std::string> all{std::string{job::topics::info}, std::string{job::topics::error}};
    for (const auto& name : open_)
      for (const char* kind : {"info", "error"}) {
        all.push_back(fmt::format("m2c2/job/{}/{}", name, kind));
        all.push_back(fmt::format("m2c2/job/{}/+/+/+/+/{}", name, kind));
      }
    return all;
  }

  void on_ready() {
    connected_ = true;
    client_->publish({std::string{job::topics::request}, request_, false}, [this](std::error_code error) {
      if (!error) return;
      std::cerr << "the request was not delivered: " << error.message() << '\n';
      failed_ = true;
      client_->finish();
    });
  }

  void on_message(const mqtt::Received& received) {
    std::error_code error;
    const auto value = json::parse(received.payload, error);
    if (error || !value.is_object()) return;
    const bool is_error = received.topic.ends_with("/error");
    const std::string name = job_of(received.topic);
    const Meaning meaning = meaning_of(value.get_object(), is_error, command_.control);
    (is_error ? std::cerr : std::cout) << fmt::format("{}{}{}", name, name.empty() ? "" : ": ",
                                                      message_text(value.get_object()))
                                       << std::endl;
    heard_error_ |= is_error;
    if (meaning == Meaning::news) return;
    failed_ |= meaning == Meaning::failure;
    if (name.empty()) open_.clear();
    open_.erase(name);
    if (open_.empty()) client_->finish();
  }

  /// The third level of m2c2/job/<job>/…; empty for m2c2/job/info and m2c2/job/error.
  static std::string job_of(std::string_view topic) {
    topic.remove_prefix(std::string_view{"m2c2/job/"}.size());
    const auto slash = topic.find('/');
    return slash == topic.npos ? std::string{} : std::string{topic.substr(0, slash)};
  }

  int tell_timeout() const {
    if (!connected_) return tell_no_broker();
    if (heard_error_) return 1;  // it says why there is no success
    for (const auto& name : open_)
      std::cerr << fmt::format(
          "{}: no answer in {} s: is the gateway of its group running? (the request was delivered)\n", name,
          command_.patience.count());
    return 2;
  }

  const JobCommand& command_;
  std::string request_;
  std::set<std::string> open_;  ///< jobs whose final answer is still to come
  std::unique_ptr<ConsoleClient> client_;
  bool connected_ = false;
  bool failed_ = false;
  bool heard_error_ = false;
};

/// {"job": {"control": …, "properties": [{"name", "version"}…]}}
std::string request_by_name(const JobCommand& command) {
  json::array properties;
  for (const auto& name : command.names) {
    json::object property{{"name", name}};
    if (!command.version.empty()) property["version"] = command.version;
    properties.push_back(std::move(property));
  }
  return json::serialize(json::object{
      {"job", json::object{{"control", job::to_text(command.control)}, {"properties", std::move(properties)}}}});
}

/// The file's request, with the control that the operator chose.
std::expected<std::string, int> request_from_file(const JobCommand& command) {
  const auto text = read_job_file(command.file);
  if (!text) {
    std::cerr << text.error().text << '\n';
    return std::unexpected{1};
  }
  std::error_code error;
  auto document = json::parse(*text, error);
  if (error || !document.is_object()) return *text;  // validation says what is wrong with it
  if (auto* job = document.get_object().if_contains("job"); job && job->is_object())
    job->get_object()["control"] = job::to_text(command.control);
  return json::serialize(document);
}

}  // namespace

int run_job_command(const JobCommand& command) {
  const auto request = command.file.empty() ? request_by_name(command) : request_from_file(command);
  if (!request) return request.error();
  const auto parsed = job::parse_request(*request);
  tell_notes(command.file, parsed ? parsed->notes : parsed.error().notes);
  if (!parsed) {
    std::cerr << fmt::format("{}{}{}\n", command.file, command.file.empty() ? "" : ":\n",
                             job::to_text(parsed.error().problems));
    return 1;
  }
  std::set<std::string> names;
  for (const auto& property : parsed->request.properties) names.insert(property.name);
  return Conversation{command, *request, std::move(names)}.run();
}

}  // namespace m2c2::app
