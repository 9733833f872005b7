import Foundation
import Mirror
import Platform
import Transfer
import UpdateModel
import WireFormat

/// What `doctor` asks the upstream server.
struct UpstreamExamination {
  let site: Site

  /// Clocks further apart than this make cookies expire early; in seconds.
  static let tolerance = 120.0

  func findings() async -> [Finding] {
    guard let url = site.configuration.optional(.upstreamURL) else {
      return [.good("upstream", "none: this is a root or an island")]
    }
    do {
      let endpoint = try UpstreamEndpoint(url)
      return [try await reach(endpoint), trust(endpoint)].flatMap { $0 }
    } catch let error as TransferError {
      return [.failed("upstream", error.description, fix: Self.fix(error))]
    } catch {
      return [.failed("upstream", Failure(error).message, fix: "correct upstream.url")]
    }
  }

  /// Asks for the authorization plug-in, the first question of every run.
  private func reach(_ endpoint: UpstreamEndpoint) async throws -> [Finding] {
    let version: SOAPVersion = site.configuration.text(.upstreamSOAPVersion) == "1.2" ? .v12 : .v11
    let question = SOAPRequest.encode(GetAuthConfig.self, GetAuthConfig.Request(), version: version)
    var request = HTTPRequest(
      method: "POST", url: endpoint.base + WebService.serverSync.path, body: question.body, maximumBody: 1 << 20)
    request.headers["Content-Type"] = question.contentType
    request.headers["SOAPAction"] = question.soapAction
    let sent = request
    let response = try await site.withClient { try await $0.execute(sent) }
    guard response.status == 200 else {
      return [
        .failed(
          "upstream", "\(endpoint.base): expected an answer to GetAuthConfig, found HTTP status \(response.status)",
          fix: "upstream.url must name the update services, usually port 8530 or 8531")
      ]
    }
    var findings = [Finding.good("upstream", "\(endpoint.base) answers")]
    if let time = response.serverTime { findings.append(Self.compare(time, SystemClock.now())) }
    return findings
  }

  private func trust(_ endpoint: UpstreamEndpoint) -> [Finding] {
    if endpoint.isSecure { return [.good("TLS", "the certificate is trusted")] }
    return [
      .warning(
        "TLS", "upstream.url is http://: anybody on the way can change the metadata",
        fix: "use https:// (usually port 8531) and upstream.ca-file")
    ]
  }

  static func compare(_ server: Timestamp, _ here: Timestamp) -> Finding {
    let difference = abs(here.seconds(since: server))
    guard difference <= tolerance else {
      return .failed(
        "clocks", "this machine and the upstream server differ by \(Quantity.time(difference))",
        fix: "synchronize both with a time server")
    }
    return .good("clocks", "this machine and the upstream server agree within \(Int(difference.rounded(.up))) s")
  }

  private static func fix(_ error: TransferError) -> String {
    switch error {
    case .tlsUntrusted: "put the issuer's certificate into upstream.ca-file"
    case .unreachable, .timedOut: "check name, port and firewall"
    default: "see the message"
    }
  }
}
