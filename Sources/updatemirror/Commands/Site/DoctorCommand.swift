import ArgumentParser

/// Tests what can go wrong, and says the fix.
struct DoctorCommand: OperatorCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor", abstract: "Tests state, keys, disk, clock, upstream server and TLS; says the fix.",
    discussion: example("updatemirror doctor", "updatemirror doctor --offline --json"))

  @OptionGroup var common: CommonOptions
  @OptionGroup var output: OutputOptions

  @Flag(name: .long, help: "Do not ask the upstream server.")
  var offline = false

  func execute() async throws -> ProgramStatus {
    let site = try await Site.open(common)
    var findings = await SiteExamination(site: site).findings()
    if !offline { findings += await UpstreamExamination(site: site).findings() }
    let report = DoctorReport(checks: findings)
    try output.show(report)
    return report.checks.contains { $0.outcome == .failed } ? .incomplete : .done
  }
}

/// One test of `doctor`.
struct Finding: Encodable, Equatable {
  enum Outcome: String, Encodable {
    case good
    /// Works, but somebody should know.
    case warning
    case failed
  }

  let check: String
  let outcome: Outcome
  let detail: String
  let fix: String?

  static func good(_ check: String, _ detail: String) -> Finding {
    Finding(check: check, outcome: .good, detail: detail, fix: nil)
  }

  static func warning(_ check: String, _ detail: String, fix: String) -> Finding {
    Finding(check: check, outcome: .warning, detail: detail, fix: fix)
  }

  static func failed(_ check: String, _ detail: String, fix: String) -> Finding {
    Finding(check: check, outcome: .failed, detail: detail, fix: fix)
  }

  /// Good with the text that `test` gives, failed with the error it throws.
  static func of(_ check: String, fix: String, _ test: () async throws -> String) async -> Finding {
    do { return .good(check, try await test()) } catch { return .failed(check, Failure(error).message, fix: fix) }
  }
}

struct DoctorReport: Report {
  let checks: [Finding]

  var table: String {
    checks.map { finding in
      let mark =
        switch finding.outcome {
        case .good: "ok     "
        case .warning: "warning"
        case .failed: "FAILED "
        }
      let line = "\(mark)  \(finding.check): \(TextTable.plain(finding.detail))"
      return line + (finding.fix.map { "\n         fix: \($0)" } ?? "")
    }.joined(separator: "\n")
  }
}
